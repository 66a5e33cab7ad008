/* unacknowledged.h: its fast way and its running minimum and maximum give what tshark's walk over
 * the whole list gives. */
#include "tcp/unacknowledged.h"

#include "check.h"
#include "pools.h"
#include "random.h"

#include <stdlib.h>

/* ---- the walk, word for word ---- */

struct model {
    unsigned count;
    struct unacknowledged_segment entries[UNACKNOWLEDGED_MAX];
};

static bool model_add(struct model *model, uint32_t seq, uint32_t end, int64_t time_ns)
{
    if (model->count == UNACKNOWLEDGED_MAX)
        return false;
    model->entries[model->count++] = (struct unacknowledged_segment){seq, end, time_ns};
    return true;
}

static void model_remove(struct model *model, unsigned i)
{
    model->count--;
    memmove(&model->entries[i], &model->entries[i + 1],
            (model->count - i) * sizeof model->entries[0]);
}

static bool model_acknowledge(struct model *model, uint32_t ack, int64_t *sent_ns)
{
    bool exact = false;
    for (unsigned i = model->count; i-- > 0;) {
        struct unacknowledged_segment *entry = &model->entries[i];
        if (ack == entry->end) {
            exact = true;
            *sent_ns = entry->time_ns;
            model_remove(model, i);
        } else if ((int32_t)(entry->seq - ack) < 0 && (int32_t)(ack - entry->end) <= 0) {
            entry->seq = ack;
        } else if ((int32_t)(ack - entry->end) >= 0) {
            model_remove(model, i);
        }
    }
    return exact;
}

static uint32_t model_span(const struct model *model, uint32_t base)
{
    uint32_t lowest = UINT32_MAX, highest = 0;
    for (unsigned i = 0; i < model->count; i++) {
        uint32_t seq = model->entries[i].seq - base, end = model->entries[i].end - base;
        lowest = seq < lowest ? seq : lowest;
        highest = end > highest ? end : highest;
    }
    return model->count ? highest - lowest : 0;
}

/* ---- both, side by side ---- */

static struct tcp_memory pools;
static struct model model;

struct pair {
    struct unacknowledged list;
    uint32_t base, next;
    int64_t now_ns;
    unsigned differences;
};

static void add(struct pair *pair, uint32_t seq, uint32_t end)
{
    bool added;
    if (!unacknowledged_add(&pair->list, seq, end, pair->now_ns, pair->base, &added,
                            &pools.unacknowledged, &fault))
        abort();
    pair->differences += added != model_add(&model, seq, end, pair->now_ns);
    pair->differences += unacknowledged_span(&pair->list) != model_span(&model, pair->base);
}

static void acknowledge(struct pair *pair, uint32_t ack)
{
    int64_t sent_ns = -1, expected_ns = -1;
    bool exact =
        unacknowledged_acknowledge(&pair->list, ack, pair->base, &sent_ns, &pools.unacknowledged);
    pair->differences += exact != model_acknowledge(&model, ack, &expected_ns);
    pair->differences += exact && sent_ns != expected_ns;
    pair->differences += ring_count(&pair->list.ring) != model.count;
    pair->differences += unacknowledged_span(&pair->list) != model_span(&model, pair->base);
}

/* How a sender behaves: in a hundred segments, how many are sent again and how many have a wild
 * number. */
struct behaviour {
    const char *name;
    unsigned repeats, wild, acknowledgements, rebases;
};

/* A number near a border of serial comparison. */
static uint32_t wild_number(struct random *random, const struct pair *pair)
{
    return pair->base + (random_below(random, 16) << 28) + random_below(random, 5) - 2;
}

static void send(struct random *random, struct pair *pair, const struct behaviour *behaviour)
{
    uint32_t seq = pair->next, length = 1 + random_below(random, 8);
    if (random_below(random, 100) < behaviour->repeats)
        seq -= random_below(random, 40);
    if (random_below(random, 100) < behaviour->wild) {
        seq = wild_number(random, pair);
        add(pair, seq, random_below(random, 3) ? seq + length : wild_number(random, pair));
        return;
    }
    add(pair, seq, seq + length);
    if ((int32_t)(seq + length - pair->next) > 0)
        pair->next = seq + length;
}

static void run(const struct behaviour *behaviour, uint32_t base, unsigned steps)
{
    struct random random = {base + 7u};
    struct pair pair = {.base = base, .next = base + 1};
    model.count = 0;
    pools_open(&pools);
    for (unsigned step = 0; step < steps; step++) {
        pair.now_ns += random_below(&random, 1000);
        if (random_below(&random, 100) >= behaviour->acknowledgements) {
            send(&random, &pair, behaviour);
        } else {
            bool is_wild = random_below(&random, 100) < behaviour->wild;
            acknowledge(&pair, is_wild ? wild_number(&random, &pair)
                                       : pair.next - random_below(&random, 60) + 2);
        }
        if (random_below(&random, 1000) < behaviour->rebases) {
            pair.base = wild_number(&random, &pair);
            unacknowledged_rebase(&pair.list, pair.base);
        }
    }
    arena_close(&pools.arena);
    CHECK_INT(memory.used, 0);
    if (pair.differences)
        fprintf(stderr, "%s, base %u:\n", behaviour->name, base);
    CHECK_INT(pair.differences, 0);
}

static void test_against_the_walk(void)
{
    static const struct behaviour behaviours[] = {
        {.name = "in order", .acknowledgements = 30},
        {.name = "with repeats", .repeats = 20, .acknowledgements = 30},
        {.name = "few ACKs", .repeats = 2, .acknowledgements = 2},
        {.name = "wild", .repeats = 10, .wild = 10, .acknowledgements = 30},
        {.name = "rebased", .repeats = 2, .wild = 1, .acknowledgements = 30, .rebases = 20},
    };
    static const uint32_t bases[] = {0, 1000, 0x7fffff00, 0xffffff00, 0xbffffff0};
    for (size_t i = 0; i < sizeof behaviours / sizeof *behaviours; i++)
        for (size_t k = 0; k < sizeof bases / sizeof *bases; k++)
            run(&behaviours[i], bases[k], 40000);
}

/* A direction whose ACKs were not captured. */
static void test_full(void)
{
    struct pair pair = {.base = 0};
    model.count = 0;
    pools_open(&pools);
    for (uint32_t i = 0; i < UNACKNOWLEDGED_MAX + 10; i++)
        add(&pair, 1 + 10 * i, 11 + 10 * i);
    CHECK_INT(ring_count(&pair.list.ring), UNACKNOWLEDGED_MAX);
    acknowledge(&pair, 5);
    acknowledge(&pair, 50001);
    CHECK_INT(ring_count(&pair.list.ring), UNACKNOWLEDGED_MAX - 5000);
    add(&pair, 7, 9);
    acknowledge(&pair, 10 * UNACKNOWLEDGED_MAX + 1);
    CHECK(!pair.list.ring.block);
    CHECK_INT(pair.differences, 0);
    arena_close(&pools.arena);
}

int main(void)
{
    test_against_the_walk();
    test_full();
    return check_done();
}
