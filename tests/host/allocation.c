/* Allocations that fail: SQLite's, the extension's and those of the libraries under them, each in
 * turn, while the extension is loaded, while a query is planned and run, during tcp_attach and
 * tcp_import.
 *
 *     allocation EXTENSION CAPTURES
 *
 * malloc and its kin are defined here, in front of the C library's.  The n-th call fails, once or
 * with all that follow, for n from 1 until the work gets by without it.  It must then have ended
 * with SQLITE_NOMEM, with an error that says something, or with its right answer; afterwards the
 * same connection does the same work, and once it is closed, all that was allocated is given back.
 *
 * Work that allocates more often than CALLS_MAX is sampled from there on.  Loading and unloading
 * is counted for itself: RELOADS times, and not a block is left. */
#include "host/host.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/syscall.h>

#define REAL(name) __libc_##name

enum { CALLS_MAX = 1500, SAMPLES = 100, RELOADS = 1000 };

void *REAL(malloc)(size_t size);
void *REAL(calloc)(size_t count, size_t size);
void *REAL(realloc)(void *block, size_t size);
void REAL(free)(void *block);

/* Which calls fail, and how many blocks there are.  Other threads allocate, too. */
static struct {
    atomic_long until; /* calls until one fails; 0: none will */
    atomic_bool stays; /* all after it fail, too */
    atomic_bool failed;
    atomic_long blocks, mappings;
} heap;

static bool is_refused(void)
{
    long until = atomic_load(&heap.until);
    if (until == 0 || (atomic_fetch_sub(&heap.until, 1) != 1))
        return false;
    atomic_store(&heap.failed, true);
    if (atomic_load(&heap.stays))
        atomic_store(&heap.until, 1);
    errno = ENOMEM;
    return true;
}

static void *counted(void *block)
{
    atomic_fetch_add(&heap.blocks, block != NULL);
    return block;
}

void *malloc(size_t size)
{
    return is_refused() ? NULL : counted(REAL(malloc)(size));
}

void *calloc(size_t count, size_t size)
{
    return is_refused() ? NULL : counted(REAL(calloc)(count, size));
}

void *realloc(void *block, size_t size)
{
    if (is_refused())
        return NULL;
    void *resized = REAL(realloc)(block, size);
    return block ? resized : counted(resized);
}

void free(void *block)
{
    atomic_fetch_sub(&heap.blocks, block != NULL);
    REAL(free)(block);
}

void *mmap64(void *at, size_t size, int protection, int flags, int file, off64_t offset)
{
    if (is_refused())
        return MAP_FAILED;
    return (void *)syscall(SYS_mmap, at, size, protection, flags, file, offset);
}

#define OPTIONS "headers/tcp_options.pcap"

/* Work whose answer is the first value; %Q is the capture. */
static const struct work {
    const char *sql;
    const char *capture; /* in the folder of captures */
} works[] = {
    {"SELECT count(*) FROM tcp_connections(%Q)", OPTIONS},
    {"SELECT group_concat(client_ip || status || community_id || history) FROM tcp_connections(%Q)",
     OPTIONS},
    {"SELECT sum(retransmission) || sum(length(payload)) || max(sack_blocks) || sum(checksum_ok)"
     " FROM tcp_packets(%Q) WHERE src_port > 0",
     OPTIONS},
    {"SELECT max(file) || sum(packets) FROM tcp_captures(%Q)", OPTIONS},
    {"SELECT hardware || os || packets FROM tcp_captures(%Q)", "formats/every_block.pcapng"},
    {"SELECT status FROM tcp_connections(%Q)", "formats/same_packed.pcapng.gz"},
    {"SELECT count(*) FROM tcp_packets(%Q)", "formats/same_packed.pcapng.zst"},
    {"SELECT count(*) FROM tcp_packets(%Q)", "formats/same_packed.pcap.lz4"},
    {"SELECT count(*) FROM tcp_packets(%Q)", "fragments/overlapping_ipv6.pcap"},
    {"SELECT count(connection_id) FROM tcp_packets(%Q)", "formats/same_*_little.pcap"},
    {"SELECT count(*) FROM tcp_columns()", OPTIONS},
    {"SELECT group_concat(line, char(10)) FROM tcp_report(%Q)", OPTIONS},
    {"SELECT tcp_attach(%Q)", OPTIONS},
    {"SELECT tcp_import(%Q)", OPTIONS},
};

static const char *extension;

/* A new database in which the work has not been done; NULL with *code. */
static sqlite3 *open_loaded(int *code)
{
    sqlite3 *db = NULL;
    char *message = NULL;
    *code = sqlite3_open(":memory:", &db);
    if (*code == SQLITE_OK)
        *code = sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 1, NULL);
    if (*code == SQLITE_OK)
        *code = sqlite3_load_extension(db, extension, NULL, &message);
    sqlite3_free(message);
    if (*code == SQLITE_OK)
        return db;
    sqlite3_close(db);
    return NULL;
}

static char *first_value(sqlite3 *db, const char *sql, int *code)
{
    sqlite3_stmt *query = NULL;
    char *value = NULL;
    *code = sqlite3_prepare_v2(db, sql, -1, &query, NULL);
    if (*code == SQLITE_OK && sqlite3_step(query) == SQLITE_ROW) {
        const char *text = (const char *)sqlite3_column_text(query, 0);
        value = text ? strdup(text) : NULL; /* a failed conversion is SQLite's, and silent */
    }
    int end = sqlite3_finalize(query);
    *code = *code == SQLITE_OK ? end : *code;
    return value;
}

/* Lets the n-th call from now on fail. */
static void fail_from(long n, bool stays)
{
    atomic_store(&heap.failed, false);
    atomic_store(&heap.stays, stays);
    atomic_store(&heap.until, n);
}

static bool stop_failing(void)
{
    atomic_store(&heap.until, 0);
    return atomic_load(&heap.failed);
}

/* Nothing half-done: no table of an import or attach. */
static void check_untouched(sqlite3 *db)
{
    CHECK_INT(host_number(db, "SELECT (SELECT count(*) FROM sqlite_schema) +"
                              " (SELECT count(*) FROM sqlite_temp_schema)"),
              0);
    CHECK(sqlite3_get_autocommit(db));
}

/* Does the work with one failure; false if it was over before its turn. */
static bool try_work(const char *sql, const char *answer, long n, bool stays)
{
    int code;
    sqlite3 *db = open_loaded(&code);
    if (!db)
        host_die(db, "open");
    fail_from(n, stays);
    char *value = first_value(db, sql, &code);
    bool failed = stop_failing();
    bool is_fine = true;
    if (code == SQLITE_OK) {
        is_fine = value ? strcmp(value, answer) == 0 : failed;
    } else {
        is_fine = (code & 0xff) == SQLITE_NOMEM || sqlite3_errmsg(db)[0] != '\0';
        check_untouched(db);
    }
    if (!is_fine)
        fprintf(stderr, "call %ld%s of %s: code %d, %s\n", n, stays ? " and on" : "", sql, code,
                value ? value : sqlite3_errmsg(db));
    CHECK(is_fine);
    free(value);
    if (code != SQLITE_OK) {
        value = first_value(db, sql, &code);
        CHECK_INT(code, SQLITE_OK);
        CHECK_TEXT(value, answer);
        free(value);
    }
    host_close(db);
    return failed;
}

/* The next call to fail: each at first, then fewer and fewer. */
static long after(long n)
{
    return n < CALLS_MAX ? n + 1 : n + n / SAMPLES;
}

static void check_work(const struct work *work, const char *captures)
{
    int code;
    char *capture = sqlite3_mprintf("%s/%s", captures, work->capture);
    char *sql = sqlite3_mprintf(work->sql, capture);
    sqlite3 *db = open_loaded(&code);
    char *answer = first_value(db, sql, &code);
    CHECK(answer);
    host_close(db);
    try_work(sql, answer, 1, false); /* what is kept for good is there now */
    long n = 1, blocks = atomic_load(&heap.blocks);
    while (try_work(sql, answer, n, false)) {
        try_work(sql, answer, n, true);
        n = after(n);
    }
    CHECK_INT(atomic_load(&heap.blocks), blocks);
    printf("%6ld calls  %s\n", n - 1, sql);
    free(answer);
    sqlite3_free(sql);
    sqlite3_free(capture);
}

static void check_load(void)
{
    long n, blocks = atomic_load(&heap.blocks);
    for (n = 1;; n++) {
        int code;
        fail_from(n, n % 2);
        sqlite3 *db = open_loaded(&code);
        bool failed = stop_failing();
        CHECK(db || code == SQLITE_NOMEM || code == SQLITE_ERROR);
        sqlite3_close(db);
        if (!failed)
            break;
    }
    CHECK_INT(atomic_load(&heap.blocks), blocks);
    printf("%6ld calls  loading\n", n - 1);
}

static void check_reloads(const char *capture)
{
    long blocks = 0;
    for (int i = 0; i < RELOADS; i++) {
        sqlite3 *db = host_open(extension);
        if (i % 10 == 0)
            CHECK(host_number(db, "SELECT count(*) FROM tcp_report(%Q)", capture) > 0);
        host_close(db);
        if (i == 1)
            blocks = atomic_load(&heap.blocks);
    }
    CHECK_INT(atomic_load(&heap.blocks), blocks);
}

int main(int count, char **arguments)
{
    if (count != 3)
        return 2;
    extension = arguments[1];
    char *capture = sqlite3_mprintf("%s/%s", arguments[2], OPTIONS);
    check_reloads(capture);
    sqlite3_free(capture);
    check_load();
    for (size_t i = 0; i < sizeof works / sizeof *works; i++)
        check_work(&works[i], arguments[2]);
    return check_done();
}
