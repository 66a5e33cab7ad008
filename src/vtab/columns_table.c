/* tcp_columns(): every documented column is a row.
 *
 *     SELECT name, unit, meaning FROM tcp_columns() WHERE "table" = 'tcp_connections'; */
#include "vtab/columns.h"
#include "vtab/tables.h"

SQLITE_EXTENSION_INIT3

static const struct column_list *const lists[] = {&connection_columns, &packet_columns,
                                                  &capture_columns};
enum { LISTS = sizeof lists / sizeof *lists };

enum { TABLE, NAME, TYPE, UNIT, MEANING, RULE };
static const char schema[] =
    "CREATE TABLE x(\"table\" TEXT, name TEXT, type TEXT, unit TEXT, meaning TEXT, rule TEXT)";

struct columns_cursor {
    sqlite3_vtab_cursor base;
    int list, column;
    sqlite3_int64 rowid;
};

static int connect_table(sqlite3 *db, void *shared, int argc, const char *const *argv,
                         sqlite3_vtab **table, char **error)
{
    (void)shared;
    (void)argc;
    (void)argv;
    (void)error;
    int code = sqlite3_declare_vtab(db, schema);
    if (code != SQLITE_OK)
        return code;
    *table = sqlite3_malloc64(sizeof **table);
    if (!*table)
        return SQLITE_NOMEM;
    **table = (sqlite3_vtab){0};
    sqlite3_vtab_config(db, SQLITE_VTAB_INNOCUOUS);
    return SQLITE_OK;
}

static int disconnect_table(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

static int best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedRows = 0;
    for (int i = 0; i < LISTS; i++)
        info->estimatedRows += lists[i]->count;
    info->estimatedCost = (double)info->estimatedRows;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
    (void)table;
    struct columns_cursor *self = sqlite3_malloc64(sizeof *self);
    if (!self)
        return SQLITE_NOMEM;
    *cursor = &self->base;
    return SQLITE_OK;
}

static int close_cursor(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *cursor, int plan, const char *text, int argc,
                  sqlite3_value **argv)
{
    (void)plan;
    (void)text;
    (void)argc;
    (void)argv;
    struct columns_cursor *self = (struct columns_cursor *)cursor;
    self->list = self->column = 0;
    self->rowid = 1;
    return SQLITE_OK;
}

static int next(sqlite3_vtab_cursor *cursor)
{
    struct columns_cursor *self = (struct columns_cursor *)cursor;
    self->rowid++;
    if (++self->column == lists[self->list]->count) {
        self->list++;
        self->column = 0;
    }
    return SQLITE_OK;
}

static int at_end(sqlite3_vtab_cursor *cursor)
{
    return ((struct columns_cursor *)cursor)->list == LISTS;
}

static int show_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
    const struct columns_cursor *self = (const struct columns_cursor *)cursor;
    const struct column_list *list = lists[self->list];
    const struct column *shown = &list->columns[self->column];
    const char *const texts[] = {
        [TABLE] = list->table, [NAME] = shown->name,       [TYPE] = column_type(shown),
        [UNIT] = shown->unit,  [MEANING] = shown->meaning, [RULE] = shown->rule,
    };
    sqlite3_result_text(context, texts[column], -1, SQLITE_STATIC);
    return SQLITE_OK;
}

static int get_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
    *rowid = ((const struct columns_cursor *)cursor)->rowid;
    return SQLITE_OK;
}

const sqlite3_module columns_module = {
    .xConnect = connect_table,
    .xBestIndex = best_index,
    .xDisconnect = disconnect_table,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = at_end,
    .xColumn = show_column,
    .xRowid = get_rowid,
};
