/* The whole path from the bytes of a file to SQL rows.  All columns of all tables are read; the
 * report is made; every packet is accounted for; and sums over tcp_packets are what tcp_connections
 * says. */
#include "tables.h"

#include "memory_file.h"

/* Each counts what must not be. */
static const char *const contradictions[] = {
    "SELECT count(*) FROM tcp_captures(?1) WHERE packets <> tcp_packets + not_ip + not_tcp + "
    "fragments"
    " + truncated_headers + malformed + unknown_link_type + icmp_quoted + too_deep",

    "SELECT count(*) FROM tcp_connections(?1, 'keep') AS c FULL JOIN"
    " (SELECT connection_id AS id, count(*) AS packets, total(payload_length) AS bytes,"
    "         total(retransmission) AS retransmissions, total(lost_segment) AS lost"
    "    FROM tcp_packets(?1, 'keep') WHERE connection_id IS NOT NULL GROUP BY 1) AS p ON id = "
    "connection_id"
    " WHERE c.packets IS NOT p.packets OR c.bytes IS NOT p.bytes"
    "    OR client_retransmissions + server_retransmissions IS NOT p.retransmissions"
    "    OR client_lost_segments + server_lost_segments IS NOT p.lost",
};

enum { CONTRADICTIONS = sizeof contradictions / sizeof *contradictions };

/* Opened once: what a query leaves behind must not harm the next. */
static struct {
    bool is_open;
    struct tables tables;
    sqlite3_stmt *report, *contradictions[CONTRADICTIONS];
} database;

static void open_once(void)
{
    if (database.is_open)
        return;
    database.is_open = true;
    database.tables = tables_open();
    sqlite3 *db = database.tables.db;
    sqlite3_stmt *limit = prepare(db, "SELECT tcp_memory_limit(?1)");
    sqlite3_bind_int(limit, 1, FUZZ_MEMORY_MAX);
    MUST(sqlite3_step(limit) == SQLITE_ROW);
    sqlite3_finalize(limit);
    database.report = prepare(db, "SELECT * FROM tcp_report(?1)");
    for (int i = 0; i < CONTRADICTIONS; i++)
        database.contradictions[i] = prepare(db, contradictions[i]);
}

static void check_contradictions(const char *path)
{
    for (int i = 0; i < CONTRADICTIONS; i++) {
        sqlite3_stmt *statement = database.contradictions[i];
        sqlite3_bind_text(statement, 1, path, -1, SQLITE_STATIC);
        if (sqlite3_step(statement) == SQLITE_ROW)
            MUST(sqlite3_column_int(statement, 0) == 0);
        sqlite3_reset(statement);
    }
}

/* Its own statement is prepared for each capture, which takes longer than all the rest. */
enum { REPORT_EVERY = 16 };

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory_file file = memory_file_open(data, size);
    open_once();
    uint64_t digest = digest_tables(&database.tables, file.path);
    if (digest % REPORT_EVERY == 0)
        digest_query(digest, database.report, file.path);
    check_contradictions(file.path);
    memory_file_close(&file);
    return 0;
}
