/* tcp_attach(capture): the capture's tables and all bundled views by their short names, as TEMP
 * objects.
 *
 *     SELECT tcp_attach('f.cap');                  48, the number of connections
 *     SELECT * FROM report_general;
 *     SELECT * FROM connections WHERE is_reset;
 *
 * The tables are virtual: the capture stays where it is and nothing is copied, so this works on
 * read-only databases too.  A second call replaces the first; a failed one changes nothing.  A TEMP
 * table of the user's own that has one of the names is never dropped: the call ends with an error.
 * TEMP names hide equal names in other schemas. */
#include "vtab/arguments.h"
#include "vtab/bundled_views.h"
#include "vtab/errors.h"
#include "vtab/functions.h"
#include "vtab/run_sql.h"

SQLITE_EXTENSION_INIT3

static const char *const tables[] = {"connections", "packets", "captures"};

/* Drops what an earlier call has made.  Another kind of table under the name is left, and CREATE
 * then fails. */
static int attach_table(sqlite3 *db, const char *name, const char *capture)
{
    sqlite3_int64 is_ours = 0;
    int code = query_number(db, &is_ours,
                            "SELECT count(*) FROM sqlite_temp_schema WHERE name = %Q "
                            "AND sql LIKE 'CREATE VIRTUAL TABLE %%USING tcp\\_%s(%%' ESCAPE '\\'",
                            name, name);
    if (code == SQLITE_OK && is_ours)
        code = run_sql(db, "DROP TABLE temp.%s", name);
    if (code == SQLITE_OK)
        code = run_sql(db, "CREATE VIRTUAL TABLE temp.%s USING tcp_%s(%Q)", name, name, capture);
    return code;
}

static int attach(sqlite3 *db, const char *capture, sqlite3_int64 *connections)
{
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof tables / sizeof *tables && code == SQLITE_OK; i++)
        code = attach_table(db, tables[i], capture);
    for (size_t i = 0; i < bundled_view_count && code == SQLITE_OK; i++)
        code = run_sql(db, "DROP VIEW IF EXISTS temp.\"%w\"; CREATE TEMP VIEW \"%w\" AS\n%s",
                       bundled_views[i].name, bundled_views[i].name, bundled_views[i].sql);
    if (code == SQLITE_OK)
        code = query_number(db, connections, "SELECT count(*) FROM temp.connections");
    return code;
}

void tcp_attach(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    (void)argc;
    sqlite3 *db = sqlite3_context_db_handle(context);
    const char *capture = function_text(context, argv[0], "tcp_attach: capture");
    sqlite3_int64 connections = 0;
    struct work work;
    if (!capture)
        return;
    int code = work_begin(&work, db);
    if (code == SQLITE_OK)
        code = attach(db, capture, &connections);
    if (code == SQLITE_OK)
        code = work_commit(&work);
    if (code == SQLITE_OK)
        sqlite3_result_int64(context, connections);
    else
        function_error(context, code, "%s", sqlite3_errmsg(db));
    work_end(&work, code);
}
