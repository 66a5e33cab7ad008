#include "vtab/run_sql.h"

#include <stddef.h>

SQLITE_EXTENSION_INIT3

int extended_code(sqlite3 *db, int code)
{
    int extended = sqlite3_extended_errcode(db);
    return (extended & 0xff) == code ? extended : code;
}

int run_sql(sqlite3 *db, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *sql = sqlite3_vmprintf(format, arguments);
    va_end(arguments);
    if (!sql)
        return SQLITE_NOMEM;
    int code = sqlite3_exec(db, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
    return extended_code(db, code);
}

int query_number(sqlite3 *db, sqlite3_int64 *number, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *sql = sqlite3_vmprintf(format, arguments);
    va_end(arguments);
    if (!sql)
        return SQLITE_NOMEM;
    sqlite3_stmt *query = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &query, NULL);
    sqlite3_free(sql);
    if (code == SQLITE_OK && sqlite3_step(query) == SQLITE_ROW)
        *number = sqlite3_column_int64(query, 0);
    if (code == SQLITE_OK)
        code = sqlite3_finalize(query);
    return extended_code(db, code);
}

void append_columns(sqlite3_str *text, sqlite3_stmt *query)
{
    for (int i = 0; i < sqlite3_column_count(query); i++) {
        const char *type = sqlite3_column_decltype(query, i);
        sqlite3_str_appendf(text, "%s\"%w\" %s", i > 0 ? ", " : "", sqlite3_column_name(query, i),
                            type ? type : "");
    }
}

int work_begin(struct work *work, sqlite3 *db)
{
    *work = (struct work){.db = db};
    int code =
        sqlite3_prepare_v2(db, "SELECT count(*) FROM sqlite_temp_schema", -1, &work->reader, NULL);
    if (code == SQLITE_OK && sqlite3_step(work->reader) != SQLITE_ROW)
        code = sqlite3_errcode(db);
    return code == SQLITE_OK ? run_sql(db, "SAVEPOINT tcpvtab") : code;
}

int work_commit(struct work *work)
{
    return run_sql(work->db, "RELEASE tcpvtab");
}

/* ROLLBACK is a statement, and in two cases SQLite runs no statement until the caller's own has
 * ended.  In both it rolls everything back by itself if a suitable statement ends then, so there is
 * one. After sqlite3_interrupt it takes a statement that writes.  VACUUM is one, and its text is a
 * single word: the parser looks for interrupts at blanks and at the end of its input. When memory
 * has run out, any statement that reads a database will do: the reader, which has been waiting
 * behind its first row since work_begin. */
void work_end(struct work *work, int code)
{
    if (code != SQLITE_OK)
        code = sqlite3_exec(work->db, "ROLLBACK TO tcpvtab; RELEASE tcpvtab", NULL, NULL, NULL);
    if (code == SQLITE_INTERRUPT && !sqlite3_get_autocommit(work->db))
        sqlite3_exec(work->db, "VACUUM;", NULL, NULL, NULL);
    sqlite3_finalize(work->reader);
}
