/* Filters: each WHERE, and each pair of them joined by AND and by OR, gives the rows that it gives
 * on a copy of the table, where SQLite alone decides.
 *
 *     filters EXTENSION CAPTURES
 *
 * The lists below hold each kind of term that the tables test themselves, with values of every
 * type.  None has a COLLATE: SQLite loses it when it makes an IN of an OR, with an index on a real
 * table as well. */
#include "host/host.h"

#include <stdbool.h>

#define EVERY_TYPE(column, integer)                                                                \
    column " = " integer, column " = " integer ".0", column " = " integer ".5",                    \
        column " = '" integer "'", column " = ' " integer " '", column " = 'x'",                   \
        column " = x'35'", column " = NULL", column " IS NULL", column " IS NOT NULL",             \
        column " IS " integer, column " <> " integer, column " = -1", column " < " integer,        \
        column " <= " integer ".5", column " > '" integer "'", column " >= " integer ".0",         \
        column " < 'x'", column " > NULL", column " < x'00'", column " < 1e300",                   \
        column " > -9223372036854775808", column " >= 9223372036854775807",                        \
        column " IN (" integer ", 1, NULL, '3', 2.5)"

#define ADDRESSES(column)                                                                          \
    column " = '10.0.0.1'", column " = '2001:db8::1'", column " = '2001:DB8::1'",                  \
        column " = '2001:db8:0::1'", column " = '010.0.0.1'", column " = 'x'", column " = ''",     \
        column " = 10", column " = NULL", column " = CAST('10.0.0.1' AS BLOB)",                    \
        column " = '10.0.0.1' || char(0)", column " > '10.0.0.1'", column " LIKE '10.%'",          \
        column " GLOB '2*'", column " IN ('10.0.0.2', '2001:db8::2', 7)"

static const char *const packet_filters[] = {
    EVERY_TYPE("frame", "5"),
    EVERY_TYPE("connection_id", "2"),
    EVERY_TYPE("src_port", "80"),
    ADDRESSES("src_ip"),
    ADDRESSES("dst_ip"),
    "frame > 3 AND frame < 9 AND frame <> 5",
    "frame BETWEEN 4 AND '7'",
    "frame = dst_port - 39990",
    "src_port = dst_port - 39920",
    "time = 1700000000",
    "time > 1700000000.05",
    "time <= '1700000000.05'",
    "time BETWEEN 1700000000.02 AND 1700000000.06",
    "time < 'x'",
    "time = NULL",
    "time_ns > 1700000000050000000",
    "time_ns >= 1.70000000005e18",
    "time_utc >= '2023-11-14 22:13:20.050'",
    "relative_time > 0.05",
    "flags = 2",
    "flags = 18.0",
    "flags & 1",
    "flags = '0x02'",
    "flags_text = 'SYN'",
    "payload_length > 0",
    "payload_length > 99.5",
    "payload_length = '100'",
    "payload = x''",
    "from_client",
    "from_client = '1'",
    "NOT from_client",
    "retransmission = 1",
    "duplicate_ack <> 1",
    "vlan_id IS NULL",
    "vlan_id > 5",
    "tunnel IS NULL",
    "window_scaled > 32000",
    "rel_seq = 1",
    "checksum_ok = 1",
    "ip_version = 6",
    "file LIKE '%a.pcap'",
};

static const char *const connection_filters[] = {
    EVERY_TYPE("connection_id", "2"),
    EVERY_TYPE("rowid", "2"),
    EVERY_TYPE("client_port", "40000"),
    ADDRESSES("client_ip"),
    "connection_id = 9223372036854775808",
    "connection_id = 1 AND connection_id = 2",
    "connection_id = 2 AND rowid = 2",
    "connection_id = packets - 9",
    "status = 'S2F2'",
    "is_complete",
    "duration > 0.05",
    "start_ns > 1700000000000000000",
    "server_rtt_mean IS NULL",
    "tunnel IS NOT NULL",
};

static const char *const capture_filters[] = {
    EVERY_TYPE("packets", "11"), "rowid = 1",      "rowid = 2.0",         "rowid = NULL",
    "format = 'pcap'",           "damage IS NULL", "file LIKE '%a.pcap'", "connections > 0",
};

static const struct subject {
    const char *table;
    const char *key; /* what a row is told by, and sorted by */
    const char *const *filters;
    size_t count;
} subjects[] = {
    {"tcp_packets", "file || ' ' || printf('%09d', frame)", packet_filters,
     sizeof packet_filters / sizeof *packet_filters},
    {"tcp_connections", "printf('%09d', connection_id)", connection_filters,
     sizeof connection_filters / sizeof *connection_filters},
    {"tcp_captures", "file", capture_filters, sizeof capture_filters / sizeof *capture_filters},
    /* Once more: the captures are analysed now, and where each connection's packets are is known.
     */
    {"tcp_packets", "file || ' ' || printf('%09d', frame)", packet_filters,
     sizeof packet_filters / sizeof *packet_filters},
};

/* Data sets of one file and of many, with what is NULL elsewhere. */
static const char *const captures[] = {"states/interleaved.pcap", "multi_file/ring",
                                       "judgements/*.pcap", "headers", "link_layers"};

/* The keys of the rows that fit; `from` is a table or a call. */
static char *keys(sqlite3 *db, const struct subject *subject, const char *from, const char *where)
{
    return host_text(db,
                     "SELECT count(*) || char(10) || group_concat(k, char(10))"
                     " FROM (SELECT %s AS k FROM %s WHERE %s ORDER BY k)",
                     subject->key, from, where);
}

static void compare(sqlite3 *db, const struct subject *subject, const char *call, const char *where)
{
    char *expected = keys(db, subject, "copy", where), *got = keys(db, subject, call, where);
    checks++;
    if (sqlite3_stricmp(expected ? expected : "", got ? got : "") != 0) {
        failures++;
        fprintf(stderr, "%s WHERE %s:\nexpected %s\ngot %s\n", call, where,
                expected ? expected : "no row", got ? got : "no row");
    }
    sqlite3_free(expected);
    sqlite3_free(got);
}

static void compare_pairs(sqlite3 *db, const struct subject *subject, const char *call)
{
    for (size_t i = 0; i < subject->count; i++) {
        for (size_t j = 0; j < i; j++) {
            char *both = sqlite3_mprintf("(%s) %s (%s)", subject->filters[i],
                                         (i + j) % 2 ? "AND" : "OR", subject->filters[j]);
            compare(db, subject, call, both);
            sqlite3_free(both);
        }
    }
}

static void compare_all(sqlite3 *db, const struct subject *subject, const char *capture,
                        bool in_pairs)
{
    char *call = sqlite3_mprintf("%s(%Q)", subject->table, capture);
    host_run(db, "CREATE TEMP TABLE copy AS SELECT * FROM %s", call);
    for (size_t i = 0; i < subject->count; i++)
        compare(db, subject, call, subject->filters[i]);
    if (in_pairs)
        compare_pairs(db, subject, call);
    host_run(db, "DROP TABLE copy");
    sqlite3_free(call);
}

int main(int count, char **arguments)
{
    if (count != 3)
        return 2;
    sqlite3 *db = host_open(arguments[1]);
    for (size_t i = 0; i < sizeof subjects / sizeof *subjects; i++) {
        for (size_t j = 0; j < sizeof captures / sizeof *captures; j++) {
            char *capture = sqlite3_mprintf("%s/%s", arguments[2], captures[j]);
            compare_all(db, &subjects[i], capture, j == 0);
            sqlite3_free(capture);
        }
    }
    host_close(db);
    return check_done();
}
