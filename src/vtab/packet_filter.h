/* Constraints of a query on tcp_packets that are tested before a row is made.
 *
 * xBestIndex writes down which terms are worth testing, xFilter makes tests of them, and each
 * segment is held against the tests.  SQLite is not told to leave the terms out: a value of another
 * type than the column's (a text for a port, say) makes no test, and SQLite decides. */
#ifndef VTAB_PACKET_FILTER_H
#define VTAB_PACKET_FILTER_H

#include "packet/segment.h"
#include "vtab/columns.h"

/* More terms than people write; the rest is left to SQLite. */
enum { PACKET_TESTS_MAX = 16 };

enum test_against {
    TEST_INTEGER,
    TEST_REAL,
    TEST_ADDRESS,
    TEST_SET,
    TEST_NEVER, /* no value can equal this one */
};

/* Some numbers, in order. */
struct number_set {
    sqlite3_int64 *numbers; /* from sqlite3_malloc */
    size_t count, room;
};

/* Numbers fit between two bounds, which fit, too; of a set, those that are in it. */
struct packet_test {
    const struct column *column;
    enum test_against against;
    int64_t least, most;
    double least_real, most_real;
    uint8_t address[16], ip_version;
    struct number_set set;
};

struct packet_filter {
    int count, previewed; /* tests, and those of them that a preview is enough for: the first */
    struct packet_test tests[PACKET_TESTS_MAX];
    int64_t frame_max;                            /* later frames cannot fit */
    int64_t connection_id_min, connection_id_max; /* of other connections no segment can fit */
    bool has_ends; /* tests of addresses and ports, which hold for a connection or for none of it */
};

/* Takes the terms on columns of packet_columns, with argvIndex from next_argv on, and sets
 * info->idxStr to the plan for packet_filter_read.  *needs receives the bits that the tests need.
 * SQLITE_OK or SQLITE_NOMEM. */
int packet_filter_plan(sqlite3_index_info *info, int next_argv, unsigned *needs);

/* Makes the tests of a plan; values holds its arguments. */
void packet_filter_read(struct packet_filter *filter, const char *plan, sqlite3_value **values);

/* Gives back what the tests hold; of a zeroed filter, nothing. */
void packet_filter_release(struct packet_filter *filter);

/* Whether a segment may fit of which there is a preview only (packet/preview.h). */
bool packet_filter_may_fit(const struct packet_filter *filter, const struct segment *preview);

/* Whether the tests leave out the segments of some connections. */
static inline bool packet_filter_tells_connections(const struct packet_filter *filter)
{
    return filter->has_ends || filter->connection_id_min > 1 ||
           filter->connection_id_max < INT64_MAX;
}

/* Of the segments of other connections than these none fits; NULL: that is not said. */
const struct number_set *packet_filter_connection_ids(const struct packet_filter *filter);

/* Whether a segment with these addresses, ports and IP version may fit; nothing else is looked at.
 */
bool packet_filter_may_fit_ends(const struct packet_filter *filter, const struct segment *segment);

/* Whether a segment fits all tests, of which there are some. */
bool packet_filter_test(const struct packet_filter *filter, const void *const *objects);

/* Whether a segment fits. */
static inline bool packet_filter_fits(const struct packet_filter *filter,
                                      const void *const *objects)
{
    return filter->count == 0 || packet_filter_test(filter, objects);
}

#endif
