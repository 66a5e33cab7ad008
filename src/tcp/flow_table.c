#include "tcp/flow_table.h"

#include <string.h>

enum { SLOTS_MIN = 1024 };

/* Flow numbers less 1 are 32-bit indices, and 0 marks a free slot. */
#define FLOWS_MAX (UINT32_MAX - 1)

/* Slots are looked at anywhere at any time: once there are many, they take whole pages. */
static struct flow_slot *allocate_slots(struct memory *memory, size_t count, struct fault *fault)
{
    size_t size = count * sizeof(struct flow_slot);
    return size < MEMORY_PAGES ? memory_allocate(memory, size, fault)
                               : memory_map(memory, size, fault);
}

static void release_slots(struct memory *memory, struct flow_slot *slots, size_t count)
{
    size_t size = count * sizeof *slots;
    if (size < MEMORY_PAGES)
        memory_release(memory, slots, size);
    else
        memory_unmap(memory, slots, size);
}

bool flow_table_open(struct flow_table *table, const uint64_t hash_key[2], struct arena *arena,
                     struct fault *fault)
{
    *table = (struct flow_table){
        .mask = SLOTS_MIN - 1,
        .flows = block_list_open(arena, sizeof(struct flow)),
        .hash_key = {hash_key[0], hash_key[1]},
        .memory = arena->memory,
        .slots = allocate_slots(arena->memory, SLOTS_MIN, fault),
    };
    return table->slots != NULL;
}

void flow_table_close(struct flow_table *table)
{
    block_list_close(&table->flows);
    if (table->slots)
        release_slots(table->memory, table->slots, table->mask + 1);
}

/* Eight bytes of an address as a number. */
static uint64_t big_endian(const uint8_t *bytes)
{
    uint64_t number;
    memcpy(&number, bytes, sizeof number);
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(number) : number;
}

/* End points are ordered by address, then by port, both as numbers: the order of the Community ID.
 */
void flow_key_of(const struct segment *segment, struct flow_key *key, bool *sender_is_low)
{
    uint64_t src = big_endian(segment->src), dst = big_endian(segment->dst);
    if (src == dst) {
        src = big_endian(segment->src + 8);
        dst = big_endian(segment->dst + 8);
    }
    bool low = src != dst ? src < dst : segment->src_port <= segment->dst_port;
    memset(key, 0, sizeof *key);
    memcpy(key->low, low ? segment->src : segment->dst, sizeof key->low);
    memcpy(key->high, low ? segment->dst : segment->src, sizeof key->high);
    key->low_port = low ? segment->src_port : segment->dst_port;
    key->high_port = low ? segment->dst_port : segment->src_port;
    key->ip_version = segment->ip_version;
    *sender_is_low = low;
}

bool flow_key_equal(const struct flow_key *a, const struct flow_key *b)
{
    return memcmp(a->low, b->low, sizeof a->low) == 0 &&
           memcmp(a->high, b->high, sizeof a->high) == 0 && a->low_port == b->low_port &&
           a->high_port == b->high_port && a->ip_version == b->ip_version;
}

/* Multiplies to 128 bits and folds: every input bit reaches every output bit. */
static uint64_t mix(uint64_t a, uint64_t b)
{
    unsigned __int128 product = (unsigned __int128)a * b;
    return (uint64_t)product ^ (uint64_t)(product >> 64);
}

uint32_t flow_hash(const struct flow_table *table, const struct flow_key *key)
{
    uint64_t low[2], high[2];
    memcpy(low, key->low, sizeof low);
    memcpy(high, key->high, sizeof high);
    uint64_t ports =
        (uint64_t)key->low_port << 32 | (uint64_t)key->high_port << 8 | key->ip_version;
    uint64_t k0 = table->hash_key[0], k1 = table->hash_key[1];
    uint64_t hash = mix(low[0] ^ k0, high[0] ^ k1);
    hash = mix(hash ^ low[1] ^ k1, high[1] ^ k0);
    return (uint32_t)(mix(hash ^ ports, k0 ^ (k1 << 1)) >> 16);
}

static bool has_key(const struct flow *flow, const struct flow_key *key)
{
    if (flow->port[LOW] != key->low_port || flow->port[HIGH] != key->high_port ||
        flow->is_ipv6 != (key->ip_version == 6))
        return false;
    if (flow->is_ipv6)
        return memcmp(flow->ipv6[LOW], key->low, sizeof key->low) == 0 &&
               memcmp(flow->ipv6[HIGH], key->high, sizeof key->high) == 0;
    return memcmp(flow->ipv4[LOW], key->low, sizeof flow->ipv4[LOW]) == 0 &&
           memcmp(flow->ipv4[HIGH], key->high, sizeof flow->ipv4[HIGH]) == 0;
}

static bool set_key(struct flow *flow, const struct flow_key *key, struct arena *arena,
                    struct fault *fault)
{
    flow->port[LOW] = key->low_port;
    flow->port[HIGH] = key->high_port;
    flow->is_ipv6 = key->ip_version == 6;
    if (!flow->is_ipv6) {
        memcpy(flow->ipv4[LOW], key->low, sizeof flow->ipv4[LOW]);
        memcpy(flow->ipv4[HIGH], key->high, sizeof flow->ipv4[HIGH]);
        return true;
    }
    uint8_t(*addresses)[16] = arena_allocate(arena, 2 * sizeof *addresses, fault);
    if (!addresses)
        return false;
    memcpy(addresses[LOW], key->low, sizeof key->low);
    memcpy(addresses[HIGH], key->high, sizeof key->high);
    flow->ipv6 = (const uint8_t(*)[16])addresses;
    return true;
}

struct flow_key flow_key_at(const struct flow_table *table, uint32_t number)
{
    const struct flow *flow = flow_at(table, number);
    struct flow_key key = {
        .low_port = flow->port[LOW],
        .high_port = flow->port[HIGH],
        .ip_version = flow->is_ipv6 ? 6 : 4,
    };
    size_t size = flow->is_ipv6 ? sizeof flow->ipv6[0] : sizeof flow->ipv4[0];
    memcpy(key.low, flow->is_ipv6 ? flow->ipv6[LOW] : flow->ipv4[LOW], size);
    memcpy(key.high, flow->is_ipv6 ? flow->ipv6[HIGH] : flow->ipv4[HIGH], size);
    return key;
}

static bool grow(struct flow_table *table, struct fault *fault)
{
    size_t old_count = table->mask + 1, count = old_count * 2;
    struct flow_slot *slots = allocate_slots(table->memory, count, fault);
    if (!slots)
        return false;
    for (size_t i = 0; i < old_count; i++) {
        const struct flow_slot *slot = &table->slots[i];
        if (!slot->flow_plus_1)
            continue;
        size_t k = slot->hash & (count - 1);
        while (slots[k].flow_plus_1)
            k = (k + 1) & (count - 1);
        slots[k] = *slot;
    }
    release_slots(table->memory, table->slots, old_count);
    table->slots = slots;
    table->mask = count - 1;
    return true;
}

/* Adds the flow and makes room for the next one. */
static bool add_flow(struct flow_table *table, const struct flow_key *key, uint32_t hash,
                     struct flow_slot *slot, struct fault *fault)
{
    if (table->flows.count >= FLOWS_MAX)
        return fault_set(fault, FAULT_MEMORY_LIMIT, "more than %u pairs of end points", FLOWS_MAX);
    struct flow *flow = block_list_add(&table->flows, fault);
    if (!flow || !set_key(flow, key, table->flows.arena, fault))
        return false;
    *slot = (struct flow_slot){hash, (uint32_t)table->flows.count};
    /* Beyond three quarters open addressing gets slow. */
    return table->flows.count * 4 <= (table->mask + 1) * 3 || grow(table, fault);
}

bool flow_table_find(struct flow_table *table, const struct flow_key *key, uint32_t hash,
                     uint32_t *flow, struct fault *fault)
{
    for (size_t i = hash & table->mask;; i = (i + 1) & table->mask) {
        struct flow_slot *slot = &table->slots[i];
        if (!slot->flow_plus_1) {
            *flow = (uint32_t)table->flows.count;
            return add_flow(table, key, hash, slot, fault);
        }
        *flow = slot->flow_plus_1 - 1;
        if (slot->hash == hash && has_key(flow_at(table, *flow), key))
            return true;
    }
}
