/* SQL that the extension runs itself, on the connection that called it. */
#ifndef VTAB_RUN_SQL_H
#define VTAB_RUN_SQL_H

#include <sqlite3ext.h>

/* Runs statements.  The format is that of sqlite3_mprintf: %Q quotes a text, \"%w\" a name.
 * Returns SQLite's extended code; sqlite3_errmsg has the text. */
int run_sql(sqlite3 *db, const char *format, ...);

/* The same for a query whose result is one number. */
int query_number(sqlite3 *db, sqlite3_int64 *number, const char *format, ...);

/* Adds the columns of a query to the text, as CREATE TABLE has them: `"status" TEXT, "packets"
 * BIGINT`. */
void append_columns(sqlite3_str *text, sqlite3_stmt *query);

/* The extended code of a call that returned `code`: SQLITE_CORRUPT_VTAB where it said
 * SQLITE_CORRUPT. */
int extended_code(sqlite3 *db, int code);

/* Work that is done as a whole or not at all, alone or inside a transaction of the caller's:
 *
 *     code = work_begin(&work, db);
 *     if (code == SQLITE_OK)
 *         code = …;
 *     if (code == SQLITE_OK)
 *         code = work_commit(&work);
 *     if (code != SQLITE_OK)
 *         report sqlite3_errmsg
 *     work_end(&work, code);                       undoes it unless it was committed */
struct work {
    sqlite3 *db;
    sqlite3_stmt *reader; /* see work_end */
};

int work_begin(struct work *work, sqlite3 *db);
int work_commit(struct work *work);
void work_end(struct work *work, int code);

#endif
