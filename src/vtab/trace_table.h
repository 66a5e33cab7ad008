/* A table whose rows are numbered things of a finished trace: connections or files.
 *
 * The two differ in their columns, in how many rows there are and in the structs a row is shown
 * from; everything else is here. */
#ifndef VTAB_TRACE_TABLE_H
#define VTAB_TRACE_TABLE_H

#include "vtab/cache.h"
#include "vtab/capture_table.h"

struct trace_table_kind {
    const struct column_list *list;
    int parameter_count;
    bool fails_on_damage; /* unless on_damage is 'keep' */
    bool has_id;          /* the first column is the rowid: `=` on it is a look-up */
    size_t (*count)(const struct trace *trace);
    /* Points objects at the structs of row `index`; `row` is at least TRACE_ROW_SIZE bytes to put
     * one in. */
    void (*show)(const struct trace *trace, size_t index, const void **objects, void *row);
};

enum { TRACE_ROW_SIZE = 32 };

/* xConnect of a table of this kind. */
int trace_table_connect(const struct trace_table_kind *kind, sqlite3 *db, struct shared *shared,
                        int argc, const char *const *argv, sqlite3_vtab **table, char **error);

/* The methods of a module whose xConnect calls trace_table_connect. */
int trace_table_best_index(sqlite3_vtab *table, sqlite3_index_info *info);
int trace_table_open(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor);
int trace_table_close(sqlite3_vtab_cursor *cursor);
int trace_table_filter(sqlite3_vtab_cursor *cursor, int plan, const char *text, int argc,
                       sqlite3_value **argv);
int trace_table_next(sqlite3_vtab_cursor *cursor);
int trace_table_eof(sqlite3_vtab_cursor *cursor);
int trace_table_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column);
int trace_table_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid);

#define TRACE_TABLE_MODULE(connect)                                                                \
    {                                                                                              \
        .xCreate = connect, .xConnect = connect, .xBestIndex = trace_table_best_index,             \
        .xDisconnect = capture_table_disconnect, .xDestroy = capture_table_disconnect,             \
        .xOpen = trace_table_open, .xClose = trace_table_close, .xFilter = trace_table_filter,     \
        .xNext = trace_table_next, .xEof = trace_table_eof, .xColumn = trace_table_column,         \
        .xRowid = trace_table_rowid,                                                               \
    }

#endif
