/* The SQL functions that extension.c registers, each with struct shared as its user data. */
#ifndef VTAB_FUNCTIONS_H
#define VTAB_FUNCTIONS_H

#include <sqlite3ext.h>

void ip_in_cidr(sqlite3_context *context, int argc, sqlite3_value **argv);
void tcp_flags_text(sqlite3_context *context, int argc, sqlite3_value **argv);
void tcp_version(sqlite3_context *context, int argc, sqlite3_value **argv);
void tcp_memory_limit(sqlite3_context *context, int argc, sqlite3_value **argv);
void tcp_progress(sqlite3_context *context, int argc, sqlite3_value **argv);
void tcp_attach(sqlite3_context *context, int argc, sqlite3_value **argv); /* attach.c */
void tcp_import(sqlite3_context *context, int argc, sqlite3_value **argv); /* import.c */

#endif
