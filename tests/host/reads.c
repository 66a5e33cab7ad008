/* What is read of a file, and how often: the first query reads it once, later ones not at all, and
 * a query that wants the beginning reads the beginning.
 *
 *     reads EXTENSION MAKE_CAPTURES
 *
 * The kernel counts the bytes of this process in /proc/self/io; where there is none (another
 * system, some containers) the program ends with status 77: skipped.  MAKE_CAPTURES is the program
 * of bench/ that makes a large capture. */
#include "host/host.h"

#include <fcntl.h>
#include <stdbool.h>
#include <sys/stat.h>
#include <unistd.h>

enum {
    SKIPPED = 77,
    CONNECTIONS = 500,
    PACKETS = 60 * 1000,  /* 7.6 MB */
    LARGE_PACKETS = 6000, /* at least */
    FEW_BLOCKS = 1 << 20, /* four blocks of the reader: the file's beginning, looked at twice, and
                             read ahead */
    NOISE = 4096,         /* reading /proc/self/io itself */
};

/* Bytes that this process has read so far, or -1. */
static long long bytes_read(void)
{
    long long bytes = -1;
    FILE *io = fopen("/proc/self/io", "r");
    if (!io)
        return -1;
    if (fscanf(io, "rchar: %lld", &bytes) != 1)
        bytes = -1;
    fclose(io);
    return bytes;
}

/* Bytes that the query reads; its answer must be `expected`. */
static long long bytes_for(sqlite3 *db, long long expected, const char *sql)
{
    long long before = bytes_read();
    CHECK_INT(host_number(db, "%s", sql), expected);
    return bytes_read() - before;
}

/* Queries with the capture in place of ?. */
static long long bytes_for_capture(sqlite3 *db, long long expected, const char *sql,
                                   const char *capture)
{
    const char *place = strchr(sql, '?');
    char *text = sqlite3_mprintf("%.*s%Q%s", (int)(place - sql), sql, capture, place + 1);
    long long bytes = bytes_for(db, expected, text);
    sqlite3_free(text);
    return bytes;
}

static void check_once(const char *extension, const char *capture, long long size)
{
    sqlite3 *db = host_open(extension);
    long long first =
        bytes_for_capture(db, CONNECTIONS, "SELECT connections FROM tcp_report_total(?)", capture);
    CHECK(first >= size && first <= size + FEW_BLOCKS);
    static const char *const later[] = {
        "SELECT count(*) > 0 FROM tcp_report_connections(?)",
        "SELECT count(*) FROM tcp_report_general(?)",
        "SELECT count(*) = 4 FROM tcp_report_complete(?)",
        "SELECT count(*) > 100 FROM tcp_report(?)",
        "SELECT sum(client_retransmissions) > 0 FROM tcp_connections(?)",
        "SELECT damage IS NULL FROM tcp_captures(?)",
        "SELECT count(*) > 0 FROM tcp_top_talkers(?)",
        "SELECT tcp_attach(?) = 500",
    };
    for (size_t i = 0; i < sizeof later / sizeof *later; i++)
        CHECK(bytes_for_capture(db, 1, later[i], capture) <= NOISE);
    CHECK(bytes_for(db, CONNECTIONS, "SELECT count(*) FROM connections") <= NOISE);
    host_close(db);
}

static void check_beginning(const char *extension, const char *capture)
{
    static const char *const queries[] = {
        "SELECT count(*) = 10 FROM (SELECT frame FROM tcp_packets(?) LIMIT 10)",
        "SELECT count(*) = 10 FROM (SELECT * FROM tcp_packets(?) LIMIT 10)",
        "SELECT count(*) = 99 FROM tcp_packets(?) WHERE frame < 100",
        "SELECT count(*) = 99 FROM tcp_packets(?) WHERE frame <= 99 AND connection_id > 0",
        "SELECT count(*) = 0 FROM tcp_packets(?) WHERE frame < 100 AND dst_port = 1",
        "SELECT src_port > 0 FROM tcp_packets(?) WHERE frame = 7",
        "SELECT count(*) = 3 FROM tcp_packets(?) WHERE frame IN (7, 9, 11)",
        "SELECT count(*) = 0 FROM tcp_packets(?) WHERE frame < 1",
    };
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++) {
        sqlite3 *db = host_open(extension);
        long long bytes = bytes_for_capture(db, 1, queries[i], capture);
        CHECK(bytes <= FEW_BLOCKS);
        host_close(db);
    }
}

/* A connection that is everywhere in its file is read again once. */
static void check_again(const char *extension, const char *make_captures)
{
    char *capture = host_make_capture(make_captures, "bulk", 1, LARGE_PACKETS);
    struct stat status;
    CHECK_INT(stat(capture, &status), 0);
    sqlite3 *db = host_open(extension);
    CHECK_INT(host_number(db, "SELECT count(*) FROM tcp_connections(%Q)", capture), 1);
    long long bytes = bytes_for_capture(
        db, 1, "SELECT count(*) > 5000 FROM tcp_packets(?) WHERE connection_id = 1", capture);
    CHECK(bytes >= status.st_size - FEW_BLOCKS && bytes <= status.st_size + FEW_BLOCKS);
    host_close(db);
    unlink(capture);
    sqlite3_free(capture);
}

/* Of a capture that was analysed, a filter on end points reads only where their packets are. */
static void check_filters(const char *extension, const char *capture, long long size)
{
    static const char *const queries[] = {
        "SELECT count(*) > 0 FROM tcp_packets(?) WHERE src_port = (SELECT port FROM ends)",
        "SELECT count(retransmission) > 0 FROM tcp_packets(?) WHERE dst_port = (SELECT port FROM "
        "ends)",
        "SELECT max(retransmission) IN (0, 1) FROM tcp_packets(?) WHERE src_ip = (SELECT ip FROM "
        "ends)",
        "SELECT count(DISTINCT connection_id) = 2 FROM tcp_packets(?) WHERE connection_id BETWEEN "
        "7 AND 8",
        "SELECT count(*) = 0 FROM tcp_packets(?) WHERE dst_ip = '192.0.2.255'",
        "SELECT count(*) = 0 FROM tcp_packets(?) WHERE connection_id > 1000000",
    };
    sqlite3 *db = host_open(extension);
    host_run(db,
             "CREATE TEMP TABLE ends AS SELECT client_ip AS ip, client_port AS port FROM"
             " tcp_connections(%Q) WHERE connection_id = 7",
             capture);
    for (size_t i = 0; i < sizeof queries / sizeof *queries; i++)
        CHECK(bytes_for_capture(db, 1, queries[i], capture) <= size / 2);
    host_close(db);
}

/* A file that was changed is read anew: also if only its time tells. */
static void check_change(const char *extension, const char *capture, long long size)
{
    static const char query[] = "SELECT count(*) FROM tcp_connections(?)";
    sqlite3 *db = host_open(extension);
    CHECK(bytes_for_capture(db, CONNECTIONS, query, capture) >= size);
    CHECK(bytes_for_capture(db, CONNECTIONS, query, capture) <= NOISE);
    const struct timespec times[] = {{.tv_nsec = UTIME_OMIT}, {.tv_sec = 1000 * 1000 * 1000}};
    CHECK_INT(utimensat(AT_FDCWD, capture, times, 0), 0);
    CHECK(bytes_for_capture(db, CONNECTIONS, query, capture) >= size);
    CHECK_INT(truncate(capture, 24), 0);
    CHECK(bytes_for_capture(db, 0, query, capture) <= NOISE);
    host_close(db);
}

int main(int count, char **arguments)
{
    if (count != 3)
        return 2;
    if (bytes_read() < 0) {
        puts("skipped: there is no /proc/self/io");
        return SKIPPED;
    }
    char *capture = host_make_capture(arguments[2], "chat", CONNECTIONS, PACKETS);
    struct stat status;
    CHECK_INT(stat(capture, &status), 0);
    check_once(arguments[1], capture, status.st_size);
    check_beginning(arguments[1], capture);
    check_filters(arguments[1], capture, status.st_size);
    check_change(arguments[1], capture, status.st_size);
    unlink(capture);
    sqlite3_free(capture);
    check_again(arguments[1], arguments[2]);
    return check_done();
}
