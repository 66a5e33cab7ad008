/* The four tables in C.  Each is registered with a reference to struct shared as its client data.
 */
#ifndef VTAB_TABLES_H
#define VTAB_TABLES_H

#include <sqlite3ext.h>

extern const sqlite3_module connections_module; /* tcp_connections(capture, on_damage) */
extern const sqlite3_module packets_module;     /* tcp_packets(capture, on_damage) */
extern const sqlite3_module captures_module;    /* tcp_captures(capture) */
extern const sqlite3_module columns_module;     /* tcp_columns() */

#endif
