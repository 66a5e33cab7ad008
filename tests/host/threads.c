/* Threads: eight with a connection each over the same files get equal results at the same time, and
 * one connection goes from thread to thread, in the middle of a query, too.  Built with
 * TCPVTAB_TSAN, ThreadSanitizer watches.
 *
 *     threads EXTENSION MAKE_CAPTURES CAPTURES */
#include "host/host.h"

#include <pthread.h>

enum {
    THREADS = 8,
    ROUNDS = 3,
    CONNECTIONS = 300,
    PACKETS = 20 * 1000, /* 2.5 MB: enough for reading in a thread of its own */
};

/* Each gives one text; %Q is a capture. */
static const char *const queries[] = {
    "SELECT group_concat(community_id || status || client_bytes) FROM tcp_connections(%Q)",
    "SELECT sum(retransmission) || sum(ifnull(ack_rtt, 0)) || count(*) FROM tcp_packets(%Q)",
    "SELECT count(*) || max(length(payload)) FROM tcp_packets(%Q) WHERE connection_id = 1",
    "SELECT group_concat(packets || ifnull(damage, '')) FROM tcp_captures(%Q)",
    "SELECT group_concat(line) FROM tcp_report(%Q)",
    "SELECT tcp_attach(%Q) || (SELECT count(*) FROM tcp_timeline(%Q))",
};
enum { QUERIES = sizeof queries / sizeof *queries, CAPTURES = 3 };

struct job {
    const char *extension;
    char *captures[CAPTURES];
    char *expected[CAPTURES][QUERIES]; /* NULL: to be filled in */
};

static char *run_query(sqlite3 *db, const char *query, const char *capture)
{
    return host_text(db, query, capture, capture);
}

/* What a connection of its own says; each thread counts its failures on its own. */
static void *run_job(void *context)
{
    struct job *job = context;
    sqlite3 *db = host_open(job->extension);
    long differences = 0;
    for (int i = 0; i < ROUNDS * CAPTURES * QUERIES; i++) {
        int capture = i % CAPTURES, query = i / CAPTURES % QUERIES;
        char *text = run_query(db, queries[query], job->captures[capture]);
        differences += !text || strcmp(text, job->expected[capture][query]) != 0;
        sqlite3_free(text);
    }
    sqlite3_close(db);
    return (void *)differences;
}

static void check_together(struct job *job)
{
    pthread_t threads[THREADS];
    for (int i = 0; i < THREADS; i++)
        CHECK_INT(pthread_create(&threads[i], NULL, run_job, job), 0);
    for (int i = 0; i < THREADS; i++) {
        void *differences;
        pthread_join(threads[i], &differences);
        CHECK(!differences);
    }
}

/* A query under way, and how many rows it has given. */
struct handed {
    sqlite3_stmt *query;
    long rows;
};

/* Steps it for a while. */
static void *step_on(void *context)
{
    struct handed *handed = context;
    for (int i = 0; i < PACKETS / THREADS && sqlite3_step(handed->query) == SQLITE_ROW; i++)
        handed->rows++;
    return NULL;
}

static void run_in_thread(void *(*run)(void *), void *context)
{
    pthread_t thread;
    CHECK_INT(pthread_create(&thread, NULL, run, context), 0);
    pthread_join(thread, NULL);
}

struct closing {
    sqlite3 *db;
    int code;
};

static void *close_database(void *context)
{
    struct closing *closing = context;
    closing->code = sqlite3_close(closing->db);
    return NULL;
}

/* Opened here, stepped in one thread after another, closed in yet another. */
static void check_handed_on(const struct job *job)
{
    sqlite3 *db = host_open(job->extension);
    struct handed handed = {.rows = 0};
    long long packets = host_number(db, "SELECT count(*) FROM tcp_packets(%Q)", job->captures[0]);
    char *sql = sqlite3_mprintf("SELECT connection_id FROM tcp_packets(%Q)", job->captures[0]);
    CHECK_INT(sqlite3_prepare_v2(db, sql, -1, &handed.query, NULL), SQLITE_OK);
    for (int i = 0; i < THREADS; i++)
        run_in_thread(step_on, &handed);
    while (sqlite3_step(handed.query) == SQLITE_ROW)
        handed.rows++;
    CHECK_INT(handed.rows, packets);
    sqlite3_finalize(handed.query);
    struct closing closing = {.db = db, .code = -1};
    run_in_thread(close_database, &closing);
    CHECK_INT(closing.code, SQLITE_OK);
    sqlite3_free(sql);
}

int main(int count, char **arguments)
{
    if (count != 4)
        return 2;
    struct job job = {
        .extension = arguments[1],
        .captures = {host_make_capture(arguments[2], "chat", CONNECTIONS, PACKETS),
                     sqlite3_mprintf("%s/formats/same_*.pcap", arguments[3]),
                     sqlite3_mprintf("%s/formats/same_packed.pcapng.gz", arguments[3])},
    };
    sqlite3 *db = host_open(job.extension);
    for (int i = 0; i < CAPTURES * QUERIES; i++)
        job.expected[i % CAPTURES][i / CAPTURES] =
            run_query(db, queries[i / CAPTURES], job.captures[i % CAPTURES]);
    host_close(db);
    check_together(&job);
    check_handed_on(&job);
    unlink(job.captures[0]);
    for (int i = 0; i < CAPTURES * QUERIES; i++)
        sqlite3_free(job.expected[i % CAPTURES][i / CAPTURES]);
    for (int i = 0; i < CAPTURES; i++)
        sqlite3_free(job.captures[i]);
    return check_done();
}
