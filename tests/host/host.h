/* A program that uses the extension, as the tests in this folder are: a database that has loaded
 * it, and queries whose answer is one value.
 *
 *     sqlite3 *db = host_open(extension);
 *     CHECK_INT(host_number(db, "SELECT count(*) FROM tcp_connections(%Q)", capture), 2000);
 *     host_close(db);
 *
 * SQL is a format of sqlite3_mprintf.  What must not fail ends the program with SQLite's message if
 * it does. */
#ifndef HOST_HOST_H
#define HOST_HOST_H

#include "unit/check.h"

#include <sqlite3.h>

#include <stdarg.h>
#include <stdlib.h>
#include <unistd.h>

static inline void host_die(sqlite3 *db, const char *what)
{
    fprintf(stderr, "%s: %s\n", what, sqlite3_errmsg(db));
    exit(1);
}

static inline sqlite3 *host_open(const char *extension)
{
    sqlite3 *db = NULL;
    if (sqlite3_open(":memory:", &db) != SQLITE_OK ||
        sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL) != SQLITE_OK ||
        sqlite3_load_extension(db, extension, NULL, NULL) != SQLITE_OK)
        host_die(db, extension);
    return db;
}

static inline void host_close(sqlite3 *db)
{
    CHECK_INT(sqlite3_close(db), SQLITE_OK);
}

/* The first value of the query's first row as text, or "error: TEXT"; NULL for NULL and for no row.
 * The caller calls sqlite3_free. */
static inline char *host_vtext(sqlite3 *db, const char *format, va_list arguments)
{
    char *sql = sqlite3_vmprintf(format, arguments), *text = NULL;
    sqlite3_stmt *query = NULL;
    int code = sqlite3_prepare_v2(db, sql, -1, &query, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_step(query);
    if (code == SQLITE_ROW && sqlite3_column_type(query, 0) != SQLITE_NULL)
        text = sqlite3_mprintf("%s", sqlite3_column_text(query, 0));
    if (sqlite3_finalize(query) != SQLITE_OK || (code != SQLITE_ROW && code != SQLITE_DONE)) {
        sqlite3_free(text);
        text = sqlite3_mprintf("error: %s", sqlite3_errmsg(db));
    }
    sqlite3_free(sql);
    return text;
}

static inline char *host_text(sqlite3 *db, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = host_vtext(db, format, arguments);
    va_end(arguments);
    return text;
}

/* The same as a number; -1 if it is none. */
static inline long long host_number(sqlite3 *db, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *text = host_vtext(db, format, arguments), *end = NULL;
    va_end(arguments);
    long long number = text ? strtoll(text, &end, 10) : -1;
    if (!text || end == text || *end != '\0') {
        fprintf(stderr, "no number: %s\n", text ? text : "NULL");
        number = -1;
    }
    sqlite3_free(text);
    return number;
}

/* Runs statements that must succeed. */
static inline void host_run(sqlite3 *db, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    char *sql = sqlite3_vmprintf(format, arguments);
    va_end(arguments);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        host_die(db, sql);
    sqlite3_free(sql);
}

/* Makes a capture in the current folder with the program of bench/ that does so; the caller removes
 * the file and calls sqlite3_free on its path. */
static inline char *host_make_capture(const char *make_captures, const char *profile,
                                      int connections, int packets)
{
    char *path = sqlite3_mprintf("host-%d.pcap", (int)getpid());
    char *command = sqlite3_mprintf("'%s' %s %s %d %d 2>/dev/null", make_captures, path, profile,
                                    connections, packets);
    if (system(command) != 0) {
        fprintf(stderr, "%s failed\n", command);
        exit(1);
    }
    sqlite3_free(command);
    return path;
}

#endif
