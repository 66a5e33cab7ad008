/* tcp_import(capture [, schema]): a capture as an ordinary SQLite database.
 *
 *     SELECT tcp_import('monday-*.pcap');    the number of connections it added
 *     SELECT * FROM report_general;          works from now on without the extension
 *
 * The first call makes the tables connections, packets and captures with the declared types of the
 * functions, a primary key each and indexes, and every bundled view.  Later calls add to them;
 * connection_id goes on from the highest that is there.  All happens in one transaction, or in a
 * savepoint of the caller's: it is done as a whole or not at all.
 *
 * A file is known by its content: captures.sha256 is the digest of its uncompressed bytes, so that
 * a copy, another name or another compression of a file is not taken twice.  (A file that has grown
 * has another content: import files that are complete.)
 *
 * The new files of one call are one data set, in which a connection may span files.  One that goes
 * on from a file of an earlier call is another connection.  Pipes cannot be imported: they can be
 * read only once. */
#include "capture/dataset.h"
#include "vtab/arguments.h"
#include "vtab/bundled_views.h"
#include "vtab/errors.h"
#include "vtab/functions.h"
#include "vtab/poll.h"
#include "vtab/run_sql.h"
#include "vtab/sha256.h"
#include "vtab/shared.h"

#include <stdlib.h>
#include <string.h>

SQLITE_EXTENSION_INIT3

enum { DIGEST_TEXT_SIZE = 2 * SHA256_SIZE + 1 };

struct import {
    sqlite3 *db;
    const char *schema;
    struct memory memory;
    struct poll poll;
    struct progress_line *line;
    struct progress progress; /* of taking digests */
    struct dataset *files;
    char (*digests)[DIGEST_TEXT_SIZE]; /* one a file; "" once it is known not to be new */
    struct fault fault;                /* what went wrong outside SQLite */
};

/* What the imported tables have beyond the columns of the function.  connection_id comes first in
 * the key of packets because the views ask for the packets of a connection. */
static const struct {
    const char *name;
    const char *more_columns;
    const char *primary_key;
} tables[] = {
    {"captures", ", sha256 TEXT", "sha256"},
    {"connections", "", "connection_id"},
    {"packets", "", "connection_id, file, frame"},
};

/* For store_digest, and for what people filter by: an address, a service, a time. */
static const struct {
    const char *name;
    const char *on;
} indexes[] = {
    {"captures_by_file", "captures(file)"},
    {"connections_by_client", "connections(client_ip)"},
    {"connections_by_server", "connections(server_ip, server_port)"},
    {"connections_by_start", "connections(start_ns)"},
    {"packets_by_time", "packets(time_ns)"},
};

/* A prepared query that is not run, for the names and types of a function's columns. */
static int prepare_columns(struct import *import, const char *table, sqlite3_stmt **query)
{
    char *sql = sqlite3_mprintf("SELECT * FROM temp.tcp_%s(NULL)", table);
    if (!sql)
        return SQLITE_NOMEM;
    int code = sqlite3_prepare_v2(import->db, sql, -1, query, NULL);
    sqlite3_free(sql);
    return code;
}

static int create_table(struct import *import, size_t table)
{
    sqlite3_stmt *query = NULL;
    int code = prepare_columns(import, tables[table].name, &query);
    if (code != SQLITE_OK)
        return code;
    sqlite3_str *text = sqlite3_str_new(import->db);
    append_columns(text, query);
    sqlite3_finalize(query);
    char *columns = sqlite3_str_finish(text);
    if (!columns)
        return SQLITE_NOMEM;
    code =
        run_sql(import->db, "CREATE TABLE \"%w\".%s(%s%s, PRIMARY KEY(%s))", import->schema,
                tables[table].name, columns, tables[table].more_columns, tables[table].primary_key);
    sqlite3_free(columns);
    return code;
}

static int create_schema(struct import *import)
{
    int code = SQLITE_OK;
    for (size_t i = 0; i < sizeof tables / sizeof *tables && code == SQLITE_OK; i++)
        code = create_table(import, i);
    for (size_t i = 0; i < sizeof indexes / sizeof *indexes && code == SQLITE_OK; i++)
        code = run_sql(import->db, "CREATE INDEX \"%w\".%s ON %s", import->schema, indexes[i].name,
                       indexes[i].on);
    for (size_t i = 0; i < bundled_view_count && code == SQLITE_OK; i++)
        code = run_sql(import->db, "CREATE VIEW \"%w\".\"%w\" AS\n%s", import->schema,
                       bundled_views[i].name, bundled_views[i].sql);
    return code;
}

/* Makes the tables unless an earlier import has, which its column sha256 tells.  Over a table of
 * other origin CREATE TABLE ends the import: the name is taken. */
static int require_schema(struct import *import)
{
    sqlite3_int64 exists = 0;
    int code = query_number(import->db, &exists, "PRAGMA \"%w\".user_version", import->schema);
    if (code == SQLITE_OK)
        code = query_number(import->db, &exists,
                            "SELECT count(*) FROM pragma_table_info('captures', %Q) "
                            "WHERE name = 'sha256'",
                            import->schema);
    return code == SQLITE_OK && !exists ? create_schema(import) : code;
}

/* Writes an INSERT that copies a function's rows; connection_id goes on after `offset`.  Columns
 * are named, so that tables which an older version has made take what they know or end the import.
 */
static char *write_insert(struct import *import, const char *table, const char *capture,
                          sqlite3_int64 offset, sqlite3_stmt *query)
{
    sqlite3_str *text = sqlite3_str_new(import->db);
    sqlite3_str_appendf(text, "INSERT INTO \"%w\".%s(", import->schema, table);
    for (int i = 0; i < sqlite3_column_count(query); i++)
        sqlite3_str_appendf(text, i > 0 ? ", \"%w\"" : "\"%w\"", sqlite3_column_name(query, i));
    sqlite3_str_appendall(text, ") SELECT ");
    for (int i = 0; i < sqlite3_column_count(query); i++) {
        const char *name = sqlite3_column_name(query, i);
        sqlite3_str_appendf(text, i > 0 ? ", \"%w\"" : "\"%w\"", name);
        if (sqlite3_stricmp(name, "connection_id") == 0)
            sqlite3_str_appendf(text, " + %lld", offset);
    }
    sqlite3_str_appendf(text, " FROM temp.tcp_%s(%Q)", table, capture);
    return sqlite3_str_finish(text);
}

static int copy_rows(struct import *import, const char *table, const char *capture,
                     sqlite3_int64 offset)
{
    sqlite3_stmt *query = NULL;
    int code = prepare_columns(import, table, &query);
    if (code != SQLITE_OK)
        return code;
    char *insert = write_insert(import, table, capture, offset, query);
    sqlite3_finalize(query);
    code = insert ? run_sql(import->db, "%s", insert) : SQLITE_NOMEM;
    sqlite3_free(insert);
    return code;
}

static int highest_connection(struct import *import, sqlite3_int64 *id)
{
    return query_number(import->db, id, "SELECT max(connection_id) FROM \"%w\".connections",
                        import->schema);
}

/* Copies one data set. */
static int copy_capture(struct import *import, const char *capture)
{
    sqlite3_int64 offset = 0;
    int code = highest_connection(import, &offset);
    for (size_t i = 0; i < sizeof tables / sizeof *tables && code == SQLITE_OK; i++)
        code = copy_rows(import, tables[i].name, capture, offset);
    return code;
}

/* Of pointers into the digests: by digest, then by file. */
static int compare_digests(const void *a, const void *b)
{
    const char *const *one = a, *const *other = b;
    int order = strcmp(*one, *other);
    return order ? order : (*one > *other) - (*one < *other);
}

/* Empties the digests of files that come twice, but for the first of them. */
static int forget_repeated_files(struct import *import, size_t *known)
{
    size_t count = import->files->count;
    char **sorted = sqlite3_malloc64(count * sizeof *sorted);
    if (!sorted)
        return SQLITE_NOMEM;
    for (size_t i = 0; i < count; i++)
        sorted[i] = import->digests[i];
    qsort(sorted, count, sizeof *sorted, compare_digests);
    const char *kept = sorted[0];
    for (size_t i = 1; i < count; i++) {
        bool is_repeated = strcmp(sorted[i], kept) == 0;
        if (is_repeated)
            sorted[i][0] = '\0';
        else
            kept = sorted[i];
        *known += is_repeated;
    }
    sqlite3_free(sorted);
    return SQLITE_OK;
}

/* Finds the files that were imported before or that come twice, and empties their digests. */
static int forget_known_files(struct import *import, size_t *known)
{
    *known = 0;
    int code = forget_repeated_files(import, known);
    if (code != SQLITE_OK)
        return code;
    for (size_t i = 0; i < import->files->count; i++) {
        sqlite3_int64 is_known = 0;
        code = query_number(import->db, &is_known,
                            "SELECT count(*) FROM \"%w\".captures WHERE sha256 = %Q",
                            import->schema, import->digests[i]);
        if (code != SQLITE_OK)
            return code;
        *known += is_known != 0;
        if (is_known)
            import->digests[i][0] = '\0';
    }
    return SQLITE_OK;
}

static int refuse_change(struct import *import, const char *path)
{
    fault_set(&import->fault, FAULT_READ, "%s: changed while it was imported", path);
    return fault_sqlite_code(FAULT_READ);
}

/* Notes the digest of a file that was copied.  That it is not there means that the name stands for
 * other files now than when the digests were taken. */
static int store_digest(struct import *import, size_t file)
{
    const char *path = import->files->paths[file];
    int code = run_sql(import->db,
                       "UPDATE \"%w\".captures SET sha256 = %Q WHERE file = %Q AND +sha256 IS NULL",
                       import->schema, import->digests[file], path);
    if (code == SQLITE_OK && sqlite3_changes(import->db) != 1)
        code = refuse_change(import, path);
    return code;
}

/* Copies the new files as one data set: all that `capture` names, or a list of them. */
static int copy_new_files(struct import *import, const char *capture, size_t known)
{
    if (known == import->files->count)
        return SQLITE_OK;
    if (known == 0)
        return copy_capture(import, capture);
    sqlite3_str *text = sqlite3_str_new(import->db);
    for (size_t i = 0; i < import->files->count; i++)
        if (import->digests[i][0])
            sqlite3_str_appendf(text, "%s\n", import->files->paths[i]);
    char *list = sqlite3_str_finish(text);
    int code = list ? copy_capture(import, list) : SQLITE_NOMEM;
    sqlite3_free(list);
    return code;
}

/* What happens inside the transaction.  What was copied must be what the digests are of. */
static int import_files(struct import *import, const char *capture)
{
    size_t known = 0;
    int code = forget_known_files(import, &known);
    if (code == SQLITE_OK)
        code = copy_new_files(import, capture, known);
    for (size_t i = 0; i < import->files->count && code == SQLITE_OK; i++)
        if (import->digests[i][0])
            code = store_digest(import, i);
    if (code == SQLITE_OK && !dataset_is_current(import->files, capture, &import->memory.stop))
        code = refuse_change(import, capture);
    return code;
}

/* The digest of a file's uncompressed bytes. */
static bool hash_source(struct import *import, struct source *source, struct sha256 *hash)
{
    struct cursor window;
    for (;;) {
        if (source_peek(source, 1, &window, &import->fault) != SOURCE_OK)
            return false;
        if (window.left == 0)
            return true;
        sha256_add(hash, window);
        source_consume(source, window.left);
        struct progress progress = import->progress;
        progress.bytes_read += source_bytes_read(source);
        progress_show(import->line, &progress);
    }
}

static bool hash_file(struct import *import, size_t file)
{
    struct sha256 hash;
    uint8_t digest[SHA256_SIZE];
    const char *path = import->files->paths[file];
    if (!import->files->identities[file].is_regular)
        return fault_set(&import->fault, FAULT_UNSUPPORTED,
                         "%s: only regular files can be imported", path);
    struct source *source = source_open(path, &import->memory, &import->fault);
    if (!source)
        return false;
    sha256_begin(&hash);
    bool is_good = hash_source(import, source, &hash);
    sha256_end(&hash, digest);
    import->progress.bytes_read += source_bytes_read(source);
    source_close(source);
    for (int i = 0; i < SHA256_SIZE; i++)
        sqlite3_snprintf(3, import->digests[file] + 2 * i, "%02x", digest[i]);
    return is_good;
}

/* What happens before: the list of files and their digests. */
static bool read_files(struct import *import, const char *capture)
{
    import->files = dataset_open(capture, &import->memory, &import->fault);
    if (!import->files)
        return false;
    import->digests = sqlite3_malloc64(import->files->count * sizeof *import->digests);
    if (!import->digests)
        return fault_out_of_memory(&import->fault);
    import->progress.bytes_total = dataset_size(import->files);
    progress_begin(import->line, "identifying");
    bool is_good = true;
    for (size_t i = 0; i < import->files->count && is_good; i++)
        is_good = hash_file(import, i);
    progress_end(import->line);
    return is_good;
}

/* Runs import_files as a whole or not at all, and gives the number of new connections as the
 * function's result. */
static void import_in_transaction(sqlite3_context *context, struct import *import,
                                  const char *capture)
{
    struct work work;
    sqlite3_int64 before = 0, after = 0;
    int code = work_begin(&work, import->db);
    if (code == SQLITE_OK)
        code = require_schema(import);
    if (code == SQLITE_OK)
        code = highest_connection(import, &before);
    if (code == SQLITE_OK)
        code = import_files(import, capture);
    if (code == SQLITE_OK)
        code = highest_connection(import, &after);
    if (code == SQLITE_OK)
        code = work_commit(&work);
    if (code == SQLITE_OK)
        sqlite3_result_int64(context, after - before);
    else if (import->fault.code != FAULT_NONE)
        function_fault(context, &import->fault);
    else
        function_error(context, code, "%s", sqlite3_errmsg(import->db));
    work_end(&work, code);
}

void tcp_import(sqlite3_context *context, int argc, sqlite3_value **argv)
{
    struct shared *shared = sqlite3_user_data(context);
    const char *capture = function_text(context, argv[0], "tcp_import: capture");
    const char *schema = argc > 1 ? function_text(context, argv[1], "tcp_import: schema") : "main";
    if (!capture || !schema)
        return;
    struct import import = {
        .db = sqlite3_context_db_handle(context), .schema = schema, .line = &shared->progress};
    import.poll = poll_open(import.db);
    import.memory.limit = shared->memory_limit;
    import.memory.stop = poll_as_stop(&import.poll);
    shared->is_importing = true;
    if (read_files(&import, capture))
        import_in_transaction(context, &import, capture);
    else
        function_fault(context, &import.fault);
    shared->is_importing = false;
    poll_close(&import.poll);
    sqlite3_free(import.digests);
    dataset_close(import.files);
}
