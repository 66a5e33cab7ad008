/* Errors on their way to the user: an SQLite code and a text. */
#ifndef VTAB_ERRORS_H
#define VTAB_ERRORS_H

#include "capture/fault.h"

#include <sqlite3ext.h>

/* The SQLite code of a fault. */
int fault_sqlite_code(enum fault_code code);

/* Sets the table's message, frees the one before, and returns `code` (SQLITE_NOMEM if the text
 * finds no memory), so that `return table_error(...)` ends a method.  The format is that of
 * sqlite3_mprintf. */
int table_error(sqlite3_vtab *table, int code, const char *format, ...);

/* The same with the code and the text of a fault.  SQLITE_NOMEM has no text, as SQLite wants it. */
int table_fault(sqlite3_vtab *table, const struct fault *fault);

/* The same for *message, the `char **error` of xConnect. */
int message_error(char **message, int code, const char *format, ...);

/* Ends an SQL function with a fault. */
void function_fault(sqlite3_context *context, const struct fault *fault);

/* Ends an SQL function with a text in sqlite3_mprintf's format. */
void function_error(sqlite3_context *context, int code, const char *format, ...);

#endif
