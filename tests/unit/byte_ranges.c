/* byte_ranges.h: equal to a plain model of tcptrace's records (a sorted list for each quadrant of
 * the number space), and to a map of single bytes where one suffices. */
#include "tcp/byte_ranges.h"

#include "check.h"
#include "pools.h"
#include "random.h"

#include <stdlib.h>

/* ---- tcptrace's records ---- */

enum { QUADRANTS = 4, RECORDS_MAX = BYTE_RANGES_MAX };

struct quadrant {
    unsigned count;
    struct byte_range records[RECORDS_MAX];
};

static struct model {
    struct quadrant quadrants[QUADRANTS];
} model;

/* Forgets the quadrant opposite to that of a number. */
static unsigned model_enter(uint32_t seq)
{
    unsigned quadrant = seq >> 30;
    model.quadrants[(quadrant + 2) % QUADRANTS].count = 0;
    return quadrant;
}

static void model_insert(struct quadrant *quadrant, unsigned i, struct byte_range record)
{
    if (quadrant->count == RECORDS_MAX)
        abort();
    memmove(&quadrant->records[i + 1], &quadrant->records[i],
            (quadrant->count - i) * sizeof record);
    quadrant->records[i] = record;
    quadrant->count++;
}

static uint32_t model_add_part(struct quadrant *quadrant, uint32_t first, uint32_t last,
                               int64_t now_ns)
{
    uint32_t repeated = 0;
    bool met = false;
    for (unsigned i = 0; i < quadrant->count; i++) {
        struct byte_range *record = &quadrant->records[i];
        if (first > record->last)
            continue;
        if (first < record->first) {
            bool overlaps = last >= record->first;
            uint32_t new_last = overlaps ? record->first - 1 : last;
            model_insert(quadrant, i, (struct byte_range){first, new_last, now_ns, false, false});
            if (!overlaps)
                return repeated;
            record = &quadrant->records[++i];
            first = record->first;
        }
        record->retransmitted = true;
        if (!met)
            record->time_ns = now_ns;
        met = true;
        if (last <= record->last)
            return repeated + (last - first + 1);
        repeated += record->last - first + 1;
        first = record->last + 1;
    }
    model_insert(quadrant, quadrant->count, (struct byte_range){first, last, now_ns, false, false});
    return repeated;
}

static uint32_t model_add(uint32_t seq, uint32_t length, int64_t now_ns)
{
    struct quadrant *quadrant = &model.quadrants[model_enter(seq)];
    uint32_t last = seq + length - 1;
    if (seq >> 30 == last >> 30)
        return model_add_part(quadrant, seq, last, now_ns);
    struct quadrant *next = &model.quadrants[last >> 30];
    return model_add_part(quadrant, seq, seq | 0x3fffffff, now_ns) +
           model_add_part(next, last & 0xc0000000, last, now_ns);
}

/* Joins acknowledged neighbours from the front. */
static void model_collapse(struct quadrant *quadrant)
{
    for (unsigned i = 0; i + 1 < quadrant->count && quadrant->records[i].acknowledged;) {
        struct byte_range *record = &quadrant->records[i], *next = record + 1;
        if (!next->acknowledged || record->last + 1 != next->first) {
            i++;
            continue;
        }
        record->last = next->last;
        if (next->time_ns > record->time_ns)
            record->time_ns = next->time_ns;
        quadrant->count--;
        memmove(next, next + 1, (quadrant->count - i - 1) * sizeof *next);
    }
}

static bool model_acknowledge(uint32_t ack, int64_t *sent_ns)
{
    unsigned current = model_enter(ack);
    struct quadrant *before = &model.quadrants[(current + 3) % QUADRANTS];
    struct quadrant *quadrant = &model.quadrants[current];
    int64_t newest = INT64_MIN;
    bool sampled = false;
    for (unsigned i = 0; i < before->count; i++) {
        struct byte_range *record = &before->records[i];
        if (!record->acknowledged && record->time_ns > newest)
            newest = record->time_ns;
        record->acknowledged = true;
    }
    model_collapse(before);
    for (unsigned i = 0; i < quadrant->count && ack > quadrant->records[i].first; i++) {
        struct byte_range *record = &quadrant->records[i];
        if (record->time_ns > newest)
            newest = record->time_ns;
        if (!record->acknowledged && ack == record->last + 1 && !record->retransmitted &&
            newest <= record->time_ns) {
            sampled = true;
            *sent_ns = record->time_ns;
        }
        record->acknowledged = true;
    }
    model_collapse(quadrant);
    return sampled;
}

/* ---- both, side by side ---- */

static bool record_equals(const struct byte_range *a, const struct byte_range *b)
{
    /* Whether an acknowledged range was sent again no longer matters to anything. */
    return a->first == b->first && a->last == b->last && a->time_ns == b->time_ns &&
           a->acknowledged == b->acknowledged &&
           (a->acknowledged || a->retransmitted == b->retransmitted);
}

/* From the quadrant before that in use on, the ranges are the model's records. */
static bool is_equal(const struct byte_ranges *ranges)
{
    unsigned i = 0;
    for (unsigned k = 3; k < 3 + QUADRANTS; k++) {
        const struct quadrant *quadrant = &model.quadrants[(ranges->quadrant + k) % QUADRANTS];
        for (unsigned r = 0; r < quadrant->count; r++, i++)
            if (i >= ring_count(&ranges->ring) ||
                !record_equals(ring_at(&ranges->ring, i, sizeof(struct byte_range)),
                               &quadrant->records[r]))
                return false;
    }
    return i == ring_count(&ranges->ring);
}

struct conversation {
    const char *name;
    uint32_t start;
    uint32_t step_max;         /* largest segment */
    uint32_t back_max;         /* how far repeats and ACKs reach back */
    uint32_t ahead_max;        /* how large holes get */
    unsigned acknowledgements; /* of a hundred events */
    unsigned returns_of_time;  /* of a hundred events */
};

static const struct conversation conversations[] = {
    {"small segments", 1000, 10, 60, 5, 30, 0},
    {"no ACKs for long", 0, 8, 200, 8, 2, 0},
    {"across every border", 0x3ffff000, 1 << 24, 1 << 25, 1 << 23, 30, 0},
    {"half the space at once", 5, 1 << 29, 1 << 30, 1 << 28, 30, 0},
    {"round the corner", 0xffffff00, 40, 200, 20, 20, 0},
    {"at one border", 0x40000000 - 2000, 10, 4000, 5, 20, 0},
    {"the clock goes back", 0x7fffff00, 40, 200, 20, 20, 10},
};

static bool compare_add(struct byte_ranges *ranges, uint32_t seq, uint32_t length, int64_t now_ns,
                        struct ring_pool *pool)
{
    uint32_t repeated;
    if (!byte_ranges_add(ranges, seq, length, now_ns, &repeated, pool, &fault))
        abort();
    bool differs = repeated != model_add(seq, length, now_ns);
    return differs || !is_equal(ranges);
}

static bool compare_acknowledge(struct byte_ranges *ranges, uint32_t ack, struct ring_pool *pool)
{
    int64_t sent_ns = -1, expected_ns = -1;
    bool sampled = byte_ranges_acknowledge(ranges, ack, &sent_ns, pool);
    bool differs = sampled != model_acknowledge(ack, &expected_ns);
    return differs || (sampled && sent_ns != expected_ns) || !is_equal(ranges);
}

static unsigned run(const struct conversation *c, uint32_t seed, unsigned steps)
{
    struct tcp_memory pools;
    struct random random = {seed};
    struct byte_ranges ranges = {0};
    uint32_t next = c->start;
    int64_t now_ns = 0;
    unsigned differences = 0;
    model = (struct model){0};
    pools_open(&pools);
    for (unsigned step = 0; step < steps; step++) {
        now_ns += random_below(&random, 1000);
        if (random_below(&random, 100) < c->returns_of_time)
            now_ns -= 5000;
        if (random_below(&random, 100) < c->acknowledgements) {
            uint32_t back = random_below(&random, 3) ? 0 : random_below(&random, c->back_max);
            differences += compare_acknowledge(&ranges, next - back, &pools.byte_ranges);
            continue;
        }
        uint32_t length = 1 + random_below(&random, c->step_max), seq = next;
        unsigned kind = random_below(&random, 10);
        if (kind == 0)
            seq += random_below(&random, c->ahead_max);
        else if (kind <= 3)
            seq -= random_below(&random, c->back_max);
        if ((int32_t)(seq + length - next) > 0)
            next = seq + length;
        differences += compare_add(&ranges, seq, length, now_ns, &pools.byte_ranges);
    }
    arena_close(&pools.arena);
    return differences;
}

static void test_against_tcptrace(void)
{
    enum { SEEDS = 12, STEPS = 6000 }; /* so few steps that the bound on ranges is not reached */
    for (size_t i = 0; i < sizeof conversations / sizeof *conversations; i++) {
        unsigned differences = 0;
        for (uint32_t seed = 1; seed <= SEEDS; seed++)
            differences += run(&conversations[i], seed, STEPS);
        if (differences)
            fprintf(stderr, "%s:\n", conversations[i].name);
        CHECK_INT(differences, 0);
    }
}

/* What was sent before is what a map of bytes says. */
static void test_against_bytes(void)
{
    enum { BYTES = 4000, ROUNDS = 200, SEGMENTS = 400 };
    struct random random = {2};
    unsigned differences = 0;
    for (int round = 0; round < ROUNDS; round++) {
        static bool sent[BYTES + 100];
        struct tcp_memory pools;
        struct byte_ranges ranges = {0};
        uint32_t base = 0x3fffffff - random_below(&random, 2 * BYTES);
        memset(sent, 0, sizeof sent);
        pools_open(&pools);
        for (int i = 0; i < SEGMENTS; i++) {
            uint32_t at = random_below(&random, BYTES), length = 1 + random_below(&random, 100);
            uint32_t repeated, expected = 0;
            for (uint32_t k = 0; k < length; k++) {
                expected += sent[at + k];
                sent[at + k] = true;
            }
            if (!byte_ranges_add(&ranges, base + at, length, i, &repeated, &pools.byte_ranges,
                                 &fault))
                abort();
            differences += repeated != expected;
            int64_t sent_ns;
            if (i % 5 == 0)
                byte_ranges_acknowledge(&ranges, base + at, &sent_ns, &pools.byte_ranges);
        }
        arena_close(&pools.arena);
    }
    CHECK_INT(differences, 0);
}

/* Holes without end: the ranges stay bounded, what is new still counts as new. */
static void test_bound(void)
{
    struct tcp_memory pools;
    struct byte_ranges ranges = {0};
    unsigned differences = 0;
    uint32_t repeated;
    pools_open(&pools);
    for (uint32_t i = 0; i < 10 * BYTE_RANGES_MAX; i++) {
        if (!byte_ranges_add(&ranges, 20 * i, 10, i, &repeated, &pools.byte_ranges, &fault))
            abort();
        differences += repeated != 0 || ring_count(&ranges.ring) > BYTE_RANGES_MAX;
    }
    CHECK_INT(differences, 0);
    CHECK_INT(ring_count(&ranges.ring), BYTE_RANGES_MAX);
    int64_t sent_ns;
    CHECK(byte_ranges_acknowledge(&ranges, 20 * (10 * BYTE_RANGES_MAX - 1) + 10, &sent_ns,
                                  &pools.byte_ranges));
    CHECK_INT(sent_ns, 10 * BYTE_RANGES_MAX - 1);
    arena_close(&pools.arena);
    CHECK_INT(memory.used, 0);
}

/* More than four gigabytes of new data: each quadrant is forgotten before it comes again. */
static void test_long_connection(void)
{
    struct tcp_memory pools;
    struct byte_ranges ranges = {0};
    uint32_t seq = 1, repeated;
    uint64_t repeats = 0;
    int64_t sent_ns;
    pools_open(&pools);
    for (int i = 0; i < 3 * 4096; i++, seq += 1 << 20) {
        if (!byte_ranges_add(&ranges, seq, 1 << 20, i, &repeated, &pools.byte_ranges, &fault))
            abort();
        repeats += repeated;
        /* At a border the segment is two ranges, and the second alone answers. */
        CHECK(byte_ranges_acknowledge(&ranges, seq + (1 << 20), &sent_ns, &pools.byte_ranges));
        CHECK_INT(sent_ns, i);
    }
    CHECK_INT(repeats, 0);
    CHECK(ring_count(&ranges.ring) <= 3);
    arena_close(&pools.arena);
}

int main(void)
{
    test_against_tcptrace();
    test_against_bytes();
    test_bound();
    test_long_connection();
    return check_done();
}
