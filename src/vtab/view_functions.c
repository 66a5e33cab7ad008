/* A bundled view as a table-valued function.
 *
 *     SELECT line FROM tcp_report('f.cap');
 *
 * The module prepares the view's own SQL with the names connections, packets and captures bound to
 * the capture, and hands its rows on.  Columns and their types are those of that statement; its
 * errors are passed on with code and text.  What a query adds (WHERE, ORDER BY) is done by SQLite
 * on the view's rows; it is not pushed inside.
 *
 * The inner statement runs as the user's own SQL, so the module is DIRECTONLY like the tables it
 * reads. */
#include "vtab/view_functions.h"

#include "vtab/arguments.h"
#include "vtab/errors.h"
#include "vtab/run_sql.h"

#include <string.h>

SQLITE_EXTENSION_INIT3

/* `temp.` reaches the functions even if the user's database has tables of their names.  The view
 * stands in parentheses, on lines of its own, so that it may begin with a WITH and end with a
 * comment. */
static const char view_query[] =
    "WITH connections AS NOT MATERIALIZED (SELECT * FROM temp.tcp_connections(?1)),\n"
    "packets AS NOT MATERIALIZED (SELECT * FROM temp.tcp_packets(?1)),\n"
    "captures AS NOT MATERIALIZED (SELECT * FROM temp.tcp_captures(?1))\n"
    "SELECT * FROM (\n%s\n)";

/* Nobody knows what a view costs; it reads at least one capture. */
static const double VIEW_COST = 1e6;
enum { VIEW_ROWS = 1000 };

struct view_table {
    sqlite3_vtab base;
    sqlite3 *db;
    const struct bundled_view *view;
    struct parameters parameters; /* the capture, after the view's columns */
};

struct view_cursor {
    sqlite3_vtab_cursor base;
    sqlite3_stmt *statement; /* prepared by the first xFilter */
    struct arguments arguments;
    sqlite3_int64 rowid; /* number of the row, from 1 */
    bool at_end;
};

static int prepare_view(sqlite3 *db, const struct bundled_view *view, sqlite3_stmt **statement)
{
    char *sql = sqlite3_mprintf(view_query, view->sql);
    if (!sql)
        return SQLITE_NOMEM;
    int code = sqlite3_prepare_v2(db, sql, -1, statement, NULL);
    sqlite3_free(sql);
    return code;
}

/* Declares the columns of the view and the hidden capture; *count is the number of the former. */
static int declare_columns(sqlite3 *db, const struct bundled_view *view, int *count)
{
    sqlite3_stmt *statement = NULL;
    int code = prepare_view(db, view, &statement);
    if (code != SQLITE_OK)
        return code;
    sqlite3_str *text = sqlite3_str_new(db);
    sqlite3_str_appendall(text, "CREATE TABLE view(");
    append_columns(text, statement);
    sqlite3_str_appendall(text, ", capture TEXT HIDDEN)");
    *count = sqlite3_column_count(statement);
    sqlite3_finalize(statement);
    char *declaration = sqlite3_str_finish(text);
    code = declaration ? sqlite3_declare_vtab(db, declaration) : SQLITE_NOMEM;
    sqlite3_free(declaration);
    return code;
}

static int view_connect(sqlite3 *db, void *view, int argc, const char *const *argv,
                        sqlite3_vtab **table, char **error)
{
    int column_count = 0;
    int code = declare_columns(db, view, &column_count);
    if (code != SQLITE_OK)
        return message_error(error, code, "%s: %s", argv[0], sqlite3_errmsg(db));
    struct view_table *self = sqlite3_malloc64(sizeof *self);
    if (!self)
        return SQLITE_NOMEM;
    *self = (struct view_table){.db = db, .view = view};
    code = parameters_connect(&self->parameters, column_count, 1, argc, argv, error);
    if (code != SQLITE_OK) {
        sqlite3_free(self);
        return code;
    }
    sqlite3_vtab_config(db, SQLITE_VTAB_DIRECTONLY);
    *table = &self->base;
    return SQLITE_OK;
}

static int view_disconnect(sqlite3_vtab *table)
{
    struct view_table *self = (struct view_table *)table;
    parameters_release(&self->parameters);
    sqlite3_free(self);
    return SQLITE_OK;
}

/* idxNum: the bits of parameters_plan. */
static int view_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    struct view_table *self = (struct view_table *)table;
    int next_argv;
    int code = parameters_plan(&self->parameters, info, &info->idxNum, &next_argv);
    if (code != SQLITE_OK || !parameters_have_capture(&self->parameters, info->idxNum))
        return code;
    info->estimatedCost = VIEW_COST;
    info->estimatedRows = VIEW_ROWS;
    return SQLITE_OK;
}

static int view_open(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
    (void)table;
    struct view_cursor *self = sqlite3_malloc64(sizeof *self);
    if (!self)
        return SQLITE_NOMEM;
    *self = (struct view_cursor){.at_end = true};
    *cursor = &self->base;
    return SQLITE_OK;
}

static int view_close(sqlite3_vtab_cursor *cursor)
{
    struct view_cursor *self = (struct view_cursor *)cursor;
    sqlite3_finalize(self->statement);
    arguments_release(&self->arguments);
    sqlite3_free(self);
    return SQLITE_OK;
}

/* The extended code, because the plain SQLITE_CORRUPT is about the database. */
static int pass_error_on(struct view_table *table, int code)
{
    return table_error(&table->base, extended_code(table->db, code), "%s",
                       sqlite3_errmsg(table->db));
}

static int view_next(sqlite3_vtab_cursor *cursor)
{
    struct view_cursor *self = (struct view_cursor *)cursor;
    int code = sqlite3_step(self->statement);
    self->at_end = code != SQLITE_ROW;
    self->rowid++;
    if (code == SQLITE_ROW || code == SQLITE_DONE)
        return SQLITE_OK;
    return pass_error_on((struct view_table *)cursor->pVtab, code);
}

static int view_filter(sqlite3_vtab_cursor *cursor, int given, const char *plan, int argc,
                       sqlite3_value **argv)
{
    (void)plan;
    (void)argc;
    struct view_cursor *self = (struct view_cursor *)cursor;
    struct view_table *table = (struct view_table *)cursor->pVtab;
    self->at_end = true;
    self->rowid = 0;
    int code = arguments_read(&self->arguments, &table->base, &table->parameters, given, argv);
    if (code != SQLITE_OK || self->arguments.is_null)
        return code;
    if (self->statement)
        sqlite3_reset(self->statement);
    else
        code = prepare_view(table->db, table->view, &self->statement);
    if (code != SQLITE_OK)
        return pass_error_on(table, code);
    code = sqlite3_bind_text(self->statement, 1, self->arguments.text[PARAMETER_CAPTURE], -1,
                             SQLITE_TRANSIENT);
    return code == SQLITE_OK ? view_next(cursor) : code;
}

static int view_eof(sqlite3_vtab_cursor *cursor)
{
    return ((struct view_cursor *)cursor)->at_end;
}

static int view_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
    struct view_cursor *self = (struct view_cursor *)cursor;
    const struct parameters *parameters = &((struct view_table *)cursor->pVtab)->parameters;
    if (column >= parameters->first_column)
        arguments_result(&self->arguments, parameters, column, context);
    else
        sqlite3_result_value(context, sqlite3_column_value(self->statement, column));
    return SQLITE_OK;
}

static int view_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
    *rowid = ((struct view_cursor *)cursor)->rowid;
    return SQLITE_OK;
}

/* No xCreate: a view is made with CREATE VIEW or tcp_attach. */
static const sqlite3_module view_module = {
    .xConnect = view_connect,
    .xBestIndex = view_best_index,
    .xDisconnect = view_disconnect,
    .xOpen = view_open,
    .xClose = view_close,
    .xFilter = view_filter,
    .xNext = view_next,
    .xEof = view_eof,
    .xColumn = view_column,
    .xRowid = view_rowid,
};

int view_function_register(sqlite3 *db, const struct bundled_view *view)
{
    char *name = sqlite3_mprintf("tcp_%s", view->name);
    if (!name)
        return SQLITE_NOMEM;
    int code = sqlite3_create_module_v2(db, name, &view_module, (void *)view, NULL);
    sqlite3_free(name);
    return code;
}
