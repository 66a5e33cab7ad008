/* flow_table.h: many keys, all with one hash, growth, and keys that are the same in both
 * directions. */
#include "tcp/flow_table.h"

#include "check.h"
#include "random.h"

#include <stdlib.h>

enum { KEYS = 200000, CROWD = 3000 };

static struct memory memory = {.limit = 64 << 20};
static struct fault fault;
static struct flow_key keys[KEYS];

/* A distinct flow for each number. */
static struct segment numbered(uint32_t number)
{
    struct segment segment = {.ip_version = number % 5 ? 4 : 6};
    memcpy(segment.src, &number, sizeof number);
    segment.dst[0] = 10;
    segment.src_port = (uint16_t)(number * 7);
    segment.dst_port = 80;
    return segment;
}

/* The flow of the i-th key, which was marked with its number when it was new. */
static bool finds(struct flow_table *table, uint32_t i, uint32_t hash)
{
    struct flow *flow = flow_table_find(table, &keys[i], hash, &fault);
    if (!flow)
        abort();
    const struct flow_key held = end_points_key(&flow->ends);
    return flow->has_connection && flow->connection == i && flow_key_compare(&held, &keys[i]) == 0;
}

/* Adds a flow; false if it is there. */
static bool add(struct flow_table *table, uint32_t i, uint32_t hash)
{
    struct flow *flow = flow_table_find(table, &keys[i], hash, &fault);
    if (!flow)
        abort();
    bool is_new = !flow->has_connection;
    flow->has_connection = true;
    flow->connection = i;
    return is_new;
}

static void test_many(void)
{
    struct arena arena = arena_open(&memory);
    struct flow_table table;
    const uint64_t hash_key[2] = {0x0123456789abcdef, 0xfedcba9876543210};
    uint32_t wrong = 0;
    bool sender_is_low;
    CHECK(flow_table_open(&table, hash_key, &arena, &fault));
    for (uint32_t i = 0; i < KEYS; i++) {
        struct segment segment = numbered(i);
        flow_key_of(&segment, &keys[i], &sender_is_low);
        wrong += !add(&table, i, flow_hash(&table, &keys[i]));
    }
    for (uint32_t i = 0; i < KEYS; i++)
        wrong += !finds(&table, i, flow_hash(&table, &keys[i]));
    CHECK_INT(wrong, 0);
    CHECK_INT(table.flows.count, KEYS);
    CHECK(table.flows.count * 8 <= (table.mask + 1) * 7);
    flow_table_close(&table);
    arena_close(&arena);
    CHECK_INT(memory.used, 0);
}

/* With one hash for all the keys decide; the hash is one that begins at the table's last slot. */
static void test_equal_hashes(void)
{
    struct arena arena = arena_open(&memory);
    struct flow_table table;
    const uint64_t hash_key[2] = {1, 2};
    uint32_t wrong = 0;
    CHECK(flow_table_open(&table, hash_key, &arena, &fault));
    for (uint32_t i = 0; i < CROWD; i++)
        wrong += !add(&table, i, UINT32_MAX);
    for (uint32_t i = 0; i < CROWD; i++)
        wrong += !finds(&table, i, UINT32_MAX);
    CHECK_INT(wrong, 0);
    flow_table_close(&table);
    arena_close(&arena);
}

/* Keys that differ little are spread over the table: in slots of a power of two no crowd is much
 * larger than chance makes it. */
static void test_spread(void)
{
    enum { BITS = 12, BUCKETS = 1 << BITS };
    struct random random = {5};
    const uint64_t hash_key[2] = {random_next(&random), random_next(&random)};
    const struct flow_table table = {.hash_key = {hash_key[0], hash_key[1]}};
    static unsigned low[BUCKETS], high[BUCKETS];
    unsigned largest = 0;
    for (uint32_t i = 0; i < KEYS; i++) {
        uint32_t hash = flow_hash(&table, &keys[i]);
        low[hash % BUCKETS]++;
        high[hash >> (32 - BITS)]++;
    }
    for (int i = 0; i < BUCKETS; i++) {
        largest = low[i] > largest ? low[i] : largest;
        largest = high[i] > largest ? high[i] : largest;
    }
    CHECK(largest < 2 * KEYS / BUCKETS);
}

static void test_key(void)
{
    struct segment there = numbered(77), back = there;
    memcpy(back.src, there.dst, sizeof back.src);
    memcpy(back.dst, there.src, sizeof back.dst);
    back.src_port = there.dst_port;
    back.dst_port = there.src_port;
    struct flow_key a, b;
    bool a_is_low, b_is_low;
    flow_key_of(&there, &a, &a_is_low);
    flow_key_of(&back, &b, &b_is_low);
    CHECK(flow_key_compare(&a, &b) == 0);
    CHECK(a_is_low != b_is_low);
    back.ip_version = 6; /* IPv4 and IPv6 never meet */
    flow_key_of(&back, &b, &b_is_low);
    CHECK(flow_key_compare(&a, &b) != 0);
}

int main(void)
{
    test_many();
    test_equal_hashes();
    test_spread();
    test_key();
    return check_done();
}
