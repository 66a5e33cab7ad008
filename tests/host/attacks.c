/* Captures that are made to hurt: each ends with its rows or with the error of the memory limit,
 * in bounded time and memory, and the next query works.
 *
 *     attacks EXTENSION CAPTURES [FLOOD]
 *
 * They are written into a FIFO while they are read.  FLOOD is the number of half-open connections
 * of the flood, 300,000 if it is not given. */
#include "host/host.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>

enum {
    FLOOD = 300 * 1000,
    MANY = 300 * 1000, /* packets of the other attacks */
    QUADRANTS = 30 * 1000,
    NESTED = 2000,        /* packets of IP in IP in IP … */
    NESTED_HEADERS = 700, /* IP headers in each */
    NESTED_SIZE = NESTED_HEADERS * 20,
    FRAME_MAX = 14 + NESTED_SIZE,
    LIMIT_SMALL = 48 << 20, /* bytes */
    TOO_LITTLE = 160,       /* bytes for a connection of the flood */
    LIMIT = 1 << 30,
#ifdef TCPVTAB_SANITIZED
    SECONDS_MAX = 100,
    BESIDE_LIMIT_MAX = 1 << 30,
#else
    SECONDS_MAX = 10, /* most take less than one; what is quadratic takes minutes */
    BESIDE_LIMIT_MAX = 64 << 20,
#endif
};

/* A frame that is put together from its front. */
struct frame {
    size_t length;
    uint8_t bytes[FRAME_MAX];
};

static void put(struct frame *frame, uint32_t number, int size)
{
    while (size-- > 0)
        frame->bytes[frame->length++] = (uint8_t)(number >> 8 * size);
}

static void put_ethernet(struct frame *frame)
{
    frame->length = 0;
    put(frame, 0x02000000, 4);
    put(frame, 0x00020200, 4);
    put(frame, 0x00000001, 4);
    put(frame, 0x0800, 2);
}

/* `fragment` is the field of flags and offset. */
static void put_ip(struct frame *frame, uint32_t source, size_t payload, int protocol,
                   uint32_t fragment, uint32_t id)
{
    put(frame, 0x4500, 2);
    put(frame, (uint32_t)payload + 20, 2);
    put(frame, id, 2);
    put(frame, fragment, 2);
    put(frame, 64, 1);
    put(frame, (uint32_t)protocol, 1);
    put(frame, 0, 2);
    put(frame, source, 4);
    put(frame, 0xc0000201, 4);
}

/* A segment with `options` bytes of options and one byte of payload; the caller adds both. */
static void put_tcp(struct frame *frame, uint32_t source_port, uint32_t seq, uint32_t flags,
                    int options)
{
    put(frame, source_port, 2);
    put(frame, 80, 2);
    put(frame, seq, 4);
    put(frame, 1, 4);
    put(frame, (uint32_t)(20 + options) / 4 << 12 | flags, 2);
    put(frame, 1000, 2);
    put(frame, 0, 4);
}

enum { SYN = 2, ACK = 16, TCP = 6, IP_IN_IP = 4, MORE_FRAGMENTS = 0x2000 };

static void write_little(FILE *file, uint32_t number)
{
    for (int i = 0; i < 4; i++)
        fputc((int)(number >> 8 * i & 0xff), file);
}

static void write_frame(FILE *file, long n, const struct frame *frame)
{
    write_little(file, (uint32_t)(n / 1000000));
    write_little(file, (uint32_t)(n % 1000000));
    write_little(file, (uint32_t)frame->length);
    write_little(file, (uint32_t)frame->length);
    fwrite(frame->bytes, 1, frame->length, file);
}

/* SYNs from ever new addresses and ports. */
static void syn_flood(struct frame *frame, uint32_t n)
{
    put_ip(frame, 0x0a000000 + n / 60000, 20, TCP, 0, 0);
    put_tcp(frame, 1024 + n % 60000, n, SYN, 0);
}

/* Addresses and ports of which any sum or exclusive or is the same: one bucket of a table whose
 * hash is simple. */
static void collisions(struct frame *frame, uint32_t n)
{
    uint32_t low = n % 60000;
    put_ip(frame, (0x0a000000 + n / 60000) ^ low, 20, TCP, 0, 0);
    put_tcp(frame, low, n, SYN, 0);
}

static void fragments(struct frame *frame, uint32_t n)
{
    put_ip(frame, 0x0a000000 + (n >> 16), 24, TCP, MORE_FRAGMENTS, n);
    put_tcp(frame, 1024, n, ACK, 0);
    put(frame, 0, 4);
}

/* The pieces of one datagram, over and over each other and never all. */
static void overlapping_fragments(struct frame *frame, uint32_t n)
{
    put_ip(frame, 0x0a000001, 24, TCP, MORE_FRAGMENTS | (n * 2 + 1) % 8000, 7);
    put_tcp(frame, 1024, n, ACK, 0);
    put(frame, 0, 4);
}

static void unacknowledged(struct frame *frame, uint32_t n)
{
    put_ip(frame, 0x0a000001, 21, TCP, 0, 0);
    put_tcp(frame, 1024, n, ACK, 0);
    put(frame, 'x', 1);
}

/* Every other byte of the stream, from the end to the front: ranges that never join. */
static void holes(struct frame *frame, uint32_t n)
{
    put_ip(frame, 0x0a000001, 21, TCP, 0, 0);
    put_tcp(frame, 1024, 0x7fffffff - 2 * n, ACK, 0);
    put(frame, 'x', 1);
}

/* As many ranges as are kept, in two quarters of the numbers; then bytes in the two quarters
 * between, in turn: each turns the ranges round. */
static void quadrants(struct frame *frame, uint32_t n)
{
    enum { RANGES = 2047 };
    uint32_t seq = (n % 2 ? 0x80000000 : 0) + n, length = 1;
    if (n < RANGES) {
        seq = 0x40000002 + 2 * n;
    } else if (n < 2 * RANGES) {
        seq = 0xbfffffff; /* from the third quarter into the fourth, one byte farther each time */
        length = n - RANGES + 1;
    }
    put_ip(frame, 0x0a000001, 20 + length, TCP, 0, 0);
    put_tcp(frame, 1024, seq, ACK, 0);
    while (length-- > 0)
        put(frame, 'x', 1);
}

/* Four SACK blocks in each, never the same. */
static void sack_blocks(struct frame *frame, uint32_t n)
{
    put_ip(frame, 0x0a000001, 57, TCP, 0, 0);
    put_tcp(frame, 1024, n, ACK, 36);
    put(frame, 0x01010522, 4); /* NOP NOP, kind 5, 34 bytes */
    for (uint32_t i = 0; i < 8; i++)
        put(frame, 1000 + n * 16 + 2 * i, 4);
    put(frame, 'x', 1);
}

static void nested(struct frame *frame, uint32_t n)
{
    for (size_t rest = NESTED_SIZE; rest >= 20; rest -= 20)
        put_ip(frame, 0x0a000001 + n, rest - 20, IP_IN_IP, 0, 0);
}

static const struct attack {
    const char *name;
    void (*put)(struct frame *frame, uint32_t n);
    long packets; /* 0: as many as the flood */
    long limit;   /* of memory; 0: too little for the flood */
    const char *sql;
    const char *answer; /* as in LIKE; {n} stands for the number of packets */
} attacks[] = {
#define CONNECTIONS_OF "SELECT count(*) FROM tcp_connections(%Q)"
#define ROWS_OF "SELECT count(*) FROM (SELECT * FROM tcp_packets(%Q))"
#define STATE_OF "SELECT count(connection_id) FROM tcp_packets(%Q)"
#define LIMIT_ERROR "error: %memory limit of % bytes: raise it with SELECT tcp_memory_limit(bytes)"
    {"SYN flood", syn_flood, 0, 0, CONNECTIONS_OF, LIMIT_ERROR},
    {"SYN flood", syn_flood, 0, 0, STATE_OF, LIMIT_ERROR},
    {"SYN flood", syn_flood, MANY, LIMIT, CONNECTIONS_OF, "{n}"},
    {"collisions", collisions, MANY, LIMIT, CONNECTIONS_OF, "{n}"},
    {"fragments", fragments, MANY, LIMIT_SMALL, CONNECTIONS_OF, "0"},
    {"overlapping fragments", overlapping_fragments, MANY, LIMIT_SMALL, ROWS_OF, "0"},
    {"unacknowledged", unacknowledged, MANY, LIMIT_SMALL, ROWS_OF, "{n}"},
    {"unacknowledged", unacknowledged, MANY, LIMIT_SMALL, CONNECTIONS_OF, "1"},
    {"holes", holes, MANY, LIMIT_SMALL, CONNECTIONS_OF, "1"},
    {"quadrants", quadrants, QUADRANTS, LIMIT_SMALL, CONNECTIONS_OF, "1"},
    {"SACK blocks", sack_blocks, MANY, LIMIT_SMALL, ROWS_OF, "{n}"},
    {"nested", nested, NESTED, LIMIT_SMALL, "SELECT too_deep FROM tcp_captures(%Q)", "{n}"},
};

/* Writes the capture until it is done or nobody reads any more. */
static void write_attack(const struct attack *attack, long packets, const char *path)
{
    static struct frame frame;
    FILE *file = fopen(path, "w");
    if (!file)
        return;
    const uint32_t header[] = {0xa1b2c3d4, 0x00040002, 0, 0, 65535, 1};
    for (size_t i = 0; i < sizeof header / sizeof *header; i++)
        write_little(file, header[i]);
    for (long n = 0; n < packets; n++) {
        put_ethernet(&frame);
        attack->put(&frame, (uint32_t)n);
        write_frame(file, n, &frame);
    }
    fclose(file);
}

static double cpu_seconds(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return (double)(used.ru_utime.tv_sec + used.ru_stime.tv_sec) +
           (double)(used.ru_utime.tv_usec + used.ru_stime.tv_usec) / 1e6;
}

/* The most that this process ever had, bytes. */
static long long peak_memory(void)
{
    struct rusage used;
    getrusage(RUSAGE_SELF, &used);
    return used.ru_maxrss * 1024LL;
}

static void check_answer(sqlite3 *db, const char *name, const char *text, const char *pattern,
                         long packets)
{
    bool is_like = host_number(db, "SELECT ifnull(%Q LIKE replace(%Q, '{n}', %ld), 0)", text,
                               pattern, packets) == 1;
    if (!is_like)
        fprintf(stderr, "%s: %s, expected %s\n", name, text ? text : "NULL", pattern);
    CHECK(is_like);
}

/* Runs in a process of its own, so that the peak of its memory is that of this attack. */
static int run_attack(const char *extension, const char *small, const char *path,
                      const struct attack *attack, long packets)
{
    sqlite3 *db = host_open(extension);
    long limit = attack->limit ? attack->limit : packets * TOO_LITTLE;
    host_run(db, "SELECT tcp_memory_limit(%ld)", limit);
    long long allowed = peak_memory() + limit + BESIDE_LIMIT_MAX;
    double begun = cpu_seconds();
    char *text = host_text(db, attack->sql, path);
    double seconds = cpu_seconds() - begun;
    printf("%6.2f s %6lld MB  %ld packets  %s: %.40s\n", seconds, peak_memory() >> 20, packets,
           attack->name, text ? text : "NULL");
    check_answer(db, attack->name, text, attack->answer, packets);
    CHECK(seconds < SECONDS_MAX + (double)packets / 100e3);
    CHECK(peak_memory() < allowed);
    CHECK_INT(host_number(db, "SELECT count(*) FROM tcp_connections(%Q)", small), 1);
    sqlite3_free(text);
    host_close(db);
    fflush(stdout);
    return failures > 0;
}

static void check_attack(const char *extension, const char *small, const struct attack *attack,
                         long flood)
{
    long packets = attack->packets ? attack->packets : flood;
    char *path = sqlite3_mprintf("attack-%d.pcap", (int)getpid());
    CHECK_INT(mkfifo(path, 0600), 0);
    fflush(stdout);
    pid_t writer = fork();
    if (writer == 0) {
        write_attack(attack, packets, path);
        _exit(0);
    }
    pid_t reader = fork();
    if (reader == 0)
        exit(run_attack(extension, small, path, attack, packets));
    int status = -1;
    waitpid(reader, &status, 0);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    unlink(path);
    waitpid(writer, NULL, 0);
    sqlite3_free(path);
}

/* Small files that become large ones. */
static const struct {
    const char *path, *sql, *answer;
} bombs[] = {
    {"bombs/interfaces.pcapng.gz", "SELECT interfaces || ' ' || damage FROM tcp_captures(%Q)",
     "1048576 %more interfaces than the 1048576 allowed in a section"},
    {"bombs/options.pcapng.zst", "SELECT packets || ' ' || damage FROM tcp_captures(%Q)", "0 %"},
    {"bombs/skipped.pcapng.zst", "SELECT packets || ' ' || damage FROM tcp_captures(%Q)", "0 %"},
    {"bombs/skipped.pcapng.lz4", "SELECT packets || ' ' || damage FROM tcp_captures(%Q)", "0 %"},
};

static void check_bombs(const char *extension, const char *captures)
{
    for (size_t i = 0; i < sizeof bombs / sizeof *bombs; i++) {
        sqlite3 *db = host_open(extension);
        host_run(db, "SELECT tcp_memory_limit(%ld)", 4L * LIMIT_SMALL);
        char *path = sqlite3_mprintf("%s/%s", captures, bombs[i].path);
        char *text = host_text(db, bombs[i].sql, path);
        check_answer(db, bombs[i].path, text, bombs[i].answer, 0);
        sqlite3_free(text);
        sqlite3_free(path);
        host_close(db);
    }
    CHECK(peak_memory() < 4LL * LIMIT_SMALL + BESIDE_LIMIT_MAX);
}

int main(int count, char **arguments)
{
    if (count < 3)
        return 2;
    long flood = count > 3 ? strtol(arguments[3], NULL, 10) : FLOOD;
    char *small = sqlite3_mprintf("%s/states/s2f2.pcap", arguments[2]);
    for (size_t i = 0; i < sizeof attacks / sizeof *attacks; i++)
        if (count == 3 || attacks[i].packets == 0)
            check_attack(arguments[1], small, &attacks[i], flood);
    if (count == 3)
        check_bombs(arguments[1], arguments[2]);
    sqlite3_free(small);
    return check_done();
}
