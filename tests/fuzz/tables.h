/* Everything that SQL says of a capture, as one number: all rows and columns of the tables, and the
 * errors. */
#ifndef FUZZ_TABLES_H
#define FUZZ_TABLES_H

#include "harness.h"
#include "vtab/extension.h"

/* The queries that are read; each has the path as its parameter. */
static const char *const table_queries[] = {
    "SELECT * FROM tcp_connections(?1)",
    "SELECT *, capture, on_damage FROM tcp_connections(?1, 'keep')",
    "SELECT * FROM tcp_packets(?1)",
    "SELECT * FROM tcp_packets(?1, 'keep')",
    "SELECT * FROM tcp_captures(?1)",
};
enum { TABLE_QUERIES = sizeof table_queries / sizeof *table_queries };

struct tables {
    sqlite3 *db;
    sqlite3_stmt *statements[TABLE_QUERIES];
};

static inline sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *statement;
    if (sqlite3_prepare_v2(db, sql, -1, &statement, NULL) != SQLITE_OK) {
        fprintf(stderr, "%s: %s\n", sql, sqlite3_errmsg(db));
        abort();
    }
    return statement;
}

static inline sqlite3 *open_database(void)
{
    sqlite3 *db;
    char *message = NULL;
    MUST(sqlite3_open(":memory:", &db) == SQLITE_OK);
    MUST(sqlite3_tcpvtab_init(db, &message, NULL) == SQLITE_OK);
    return db;
}

static inline struct tables tables_open(void)
{
    struct tables tables = {.db = open_database()};
    for (int i = 0; i < TABLE_QUERIES; i++)
        tables.statements[i] = prepare(tables.db, table_queries[i]);
    return tables;
}

static inline void tables_close(struct tables *tables)
{
    for (int i = 0; i < TABLE_QUERIES; i++)
        sqlite3_finalize(tables->statements[i]);
    MUST(sqlite3_close(tables->db) == SQLITE_OK);
}

static inline uint64_t digest_row(uint64_t digest, sqlite3_stmt *statement)
{
    int columns = sqlite3_column_count(statement);
    for (int i = 0; i < columns; i++) {
        int type = sqlite3_column_type(statement, i);
        const void *bytes = type == SQLITE_BLOB ? sqlite3_column_blob(statement, i)
                                                : sqlite3_column_text(statement, i);
        digest = digest_bytes(digest, &type, 1);
        digest = digest_bytes(digest, bytes, (size_t)sqlite3_column_bytes(statement, i));
    }
    return digest;
}

/* Reads all rows.  An error is a result as any other, but must say something. */
static inline uint64_t digest_query(uint64_t digest, sqlite3_stmt *statement, const char *path)
{
    sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
    int code;
    while ((code = sqlite3_step(statement)) == SQLITE_ROW)
        digest = digest_row(digest, statement);
    if (code != SQLITE_DONE) {
        const char *message = sqlite3_errmsg(sqlite3_db_handle(statement));
        MUST(code == SQLITE_ERROR || code == SQLITE_CORRUPT || code == SQLITE_CANTOPEN ||
             code == SQLITE_NOTADB || code == SQLITE_NOMEM);
        MUST(strstr(message, "/proc/self/fd/") || code == SQLITE_NOMEM);
        digest = digest_bytes(digest, message, strlen(message));
    }
    sqlite3_reset(statement);
    return digest;
}

static inline uint64_t digest_tables(const struct tables *tables, const char *path)
{
    uint64_t digest = 0;
    for (int i = 0; i < TABLE_QUERIES; i++)
        digest = digest_query(digest, tables->statements[i], path);
    return digest;
}

#endif
