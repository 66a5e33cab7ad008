/* in_flight.h: one list or two, every answer is that of Wireshark's list and of tcptrace's ranges
 * kept apart. */
#include "tcp/in_flight.h"

#include "check.h"
#include "pools.h"
#include "random.h"

#include <stdlib.h>

/* The lists kept apart. */
struct apart {
    struct unacknowledged list;
    struct byte_ranges ranges;
};

struct pair {
    struct in_flight flight;
    struct apart apart;
    struct tcp_memory pools, pools_apart;
    uint32_t base, next;
    int64_t now_ns;
    unsigned differences, steps_shared;
};

static void compare_span(struct pair *pair)
{
    pair->differences += in_flight_span(&pair->flight) != unacknowledged_span(&pair->apart.list);
    pair->steps_shared += !pair->flight.is_split;
}

static void send(struct pair *pair, uint32_t seq, uint32_t end, uint32_t length)
{
    const struct transmission sent = {seq, end, length, pair->base, pair->now_ns};
    bool listed, expected_listed = true;
    uint32_t repeated, expected_repeated = 0;
    if (!in_flight_send(&pair->flight, &sent, &listed, &repeated, &pair->pools, &fault) ||
        !unacknowledged_add(&pair->apart.list, seq, end, pair->now_ns, pair->base, &expected_listed,
                            &pair->pools_apart.unacknowledged, &fault) ||
        (length && !byte_ranges_add(&pair->apart.ranges, seq, length, pair->now_ns,
                                    &expected_repeated, &pair->pools_apart.byte_ranges, &fault)))
        abort();
    pair->differences += listed != expected_listed || repeated != expected_repeated;
    compare_span(pair);
}

static void acknowledge(struct pair *pair, uint32_t ack, unsigned by)
{
    struct acknowledged got, expected = {0};
    if (!in_flight_acknowledge(&pair->flight, ack, by, pair->base, &got, &pair->pools, &fault))
        abort();
    expected.is_exact =
        by & BY_WIRESHARK &&
        unacknowledged_acknowledge(&pair->apart.list, ack, pair->base, &expected.exact_sent_ns,
                                   &pair->pools_apart.unacknowledged);
    expected.is_sample = by & BY_TCPTRACE &&
                         byte_ranges_acknowledge(&pair->apart.ranges, ack, &expected.sample_sent_ns,
                                                 &pair->pools_apart.byte_ranges);
    pair->differences += got.is_exact != expected.is_exact || got.is_sample != expected.is_sample;
    pair->differences += got.is_exact && got.exact_sent_ns != expected.exact_sent_ns;
    pair->differences += got.is_sample && got.sample_sent_ns != expected.sample_sent_ns;
    compare_span(pair);
}

static void rebase(struct pair *pair, uint32_t base)
{
    pair->base = base;
    if (!in_flight_rebase(&pair->flight, base, &pair->pools, &fault))
        abort();
    unacknowledged_rebase(&pair->apart.list, base);
    compare_span(pair);
}

/* How a direction behaves: events of a thousand. */
struct behaviour {
    const char *name;
    uint32_t length_max;
    unsigned acknowledgements;
    unsigned repeats, holes, inside, without_flag, odd_lengths, wild, backwards, rebases, unsized;
};

static const struct behaviour behaviours[] = {
    {"in order", 1000, 400, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"in order, large", 1 << 26, 400, 0, 0, 0, 0, 0, 0, 0, 0, 0},
    {"repeats", 1000, 400, 20, 0, 0, 0, 0, 0, 0, 0, 0},
    {"holes", 1000, 400, 10, 20, 0, 0, 0, 0, 0, 0, 0},
    {"ACKs inside segments", 1000, 400, 5, 5, 20, 0, 0, 0, 0, 0, 0},
    {"segments without ACK", 1000, 400, 2, 2, 2, 20, 0, 0, 0, 0, 0},
    {"probes, and SYN with FIN", 10, 400, 2, 2, 2, 2, 20, 0, 0, 0, 0},
    {"a clock that goes back", 1000, 400, 5, 5, 5, 0, 0, 0, 50, 0, 0},
    {"wild numbers", 1000, 400, 5, 5, 5, 5, 5, 5, 5, 0, 0},
    {"few ACKs", 100, 20, 1, 1, 1, 1, 1, 0, 0, 0, 0},
    {"other bases", 1000, 400, 5, 5, 0, 0, 0, 0, 0, 5, 0},
    {"data offsets beyond the datagram", 1000, 400, 2, 2, 2, 20, 0, 0, 0, 0, 20},
};

static bool happens(struct random *random, unsigned of_a_thousand)
{
    return random_below(random, 1000) < of_a_thousand;
}

static uint32_t wild_number(struct random *random, const struct pair *pair)
{
    return pair->base + (random_below(random, 16) << 28) + random_below(random, 5) - 2;
}

static void send_something(struct random *random, struct pair *pair, const struct behaviour *b)
{
    uint32_t length = 1 + random_below(random, b->length_max), seq = pair->next;
    if (happens(random, b->repeats))
        seq -= random_below(random, 3 * b->length_max);
    if (happens(random, b->holes))
        seq += random_below(random, b->length_max);
    if (happens(random, b->wild))
        seq = wild_number(random, pair);
    if ((seq ^ (seq + length)) >> 30 && random_below(random, 2))
        length = -seq & 0x3fffffff; /* up to the border of the quadrant */
    length += length == 0;
    /* tcptrace leaves out a probe of a closed window and counts SYN and FIN together as two. */
    uint32_t recorded = happens(random, b->odd_lengths) ? (seq % 2 ? 0 : length + 1) : length;
    send(pair, seq, seq + length, recorded);
    if ((int32_t)(seq + length - pair->next) > 0)
        pair->next = seq + length;
}

static void acknowledge_something(struct random *random, struct pair *pair,
                                  const struct behaviour *b)
{
    uint32_t ack = pair->next;
    if (happens(random, b->inside))
        ack -= random_below(random, 2 * b->length_max);
    if (happens(random, b->wild))
        ack = wild_number(random, pair);
    bool has_ack_flag = !happens(random, b->without_flag);
    unsigned by =
        (happens(random, b->unsized) ? 0 : BY_WIRESHARK) | (has_ack_flag ? BY_TCPTRACE : 0);
    acknowledge(pair, has_ack_flag || random_below(random, 2) ? ack : 0, by);
}

/* The differences of one direction's life; *shared becomes how many of its steps one list was
 * enough for. */
static unsigned run(const struct behaviour *b, uint32_t base, struct random *random,
                    unsigned *shared)
{
    enum { STEPS = 300 };
    struct pair pair = {.base = base, .next = base};
    pools_open(&pair.pools);
    pools_open(&pair.pools_apart);
    for (int step = 0; step < STEPS; step++) {
        pair.now_ns += random_below(random, 1000);
        if (happens(random, b->backwards))
            pair.now_ns -= 5000;
        if (happens(random, b->acknowledgements))
            acknowledge_something(random, &pair, b);
        else
            send_something(random, &pair, b);
        if (happens(random, b->rebases))
            rebase(&pair, wild_number(random, &pair));
    }
    arena_close(&pair.pools.arena);
    arena_close(&pair.pools_apart.arena);
    *shared += pair.steps_shared;
    return pair.differences;
}

/* Lives that begin well inside a quadrant of the number space and close to each border. */
static void test_behaviour(const struct behaviour *b)
{
    enum { LIVES = 300 };
    struct random random = {b->acknowledgements + b->length_max};
    unsigned differences = 0, shared = 0;
    for (uint32_t life = 0; life < LIVES; life++) {
        differences += run(b, random_next(&random), &random, &shared);
        uint32_t border = life << 30;
        differences += run(b, border - random_below(&random, 20000), &random, &shared);
    }
    if (differences)
        fprintf(stderr, "%s:\n", b->name);
    CHECK_INT(differences, 0);
    CHECK(shared > LIVES * 10);
    CHECK_INT(memory.used, 0);
}

/* The last segment in flight ends where the numbers begin again, and an older ACK comes late. */
static void test_end_at_zero(void)
{
    enum { BY_BOTH = BY_WIRESHARK | BY_TCPTRACE };
    struct pair pair = {.base = 0xfffff000, .next = 0xfffff000};
    pools_open(&pair.pools);
    pools_open(&pair.pools_apart);
    send(&pair, 0xfffff000, 0xfffff800, 0x800);
    acknowledge(&pair, 0xfffff800, BY_BOTH);
    send(&pair, 0xfffff800, 0, 0x800);
    acknowledge(&pair, 0xfffff400, BY_BOTH);
    CHECK_INT(in_flight_span(&pair.flight), 0x800);
    acknowledge(&pair, 0, BY_BOTH);
    CHECK_INT(in_flight_span(&pair.flight), 0);
    CHECK_INT(pair.differences, 0);
    arena_close(&pair.pools.arena);
    arena_close(&pair.pools_apart.arena);
    CHECK_INT(memory.used, 0);
}

int main(void)
{
    test_end_at_zero();
    for (size_t i = 0; i < sizeof behaviours / sizeof *behaviours; i++)
        test_behaviour(&behaviours[i]);
    return check_done();
}
