#include "tcp/flow_table.h"

#include <string.h>

enum { SLOTS_MIN = 1024 };

/* Numbers of flows less 1 are 32-bit indices, and 0 marks a free slot. */
#define FLOWS_MAX (UINT32_MAX - 1)

static struct flow_slot *allocate_slots(struct memory *memory, size_t count, struct fault *fault)
{
    return memory_map(memory, count * sizeof(struct flow_slot), fault);
}

static void release_slots(struct memory *memory, struct flow_slot *slots, size_t count)
{
    memory_unmap(memory, slots, count * sizeof *slots);
}

bool flow_table_open(struct flow_table *table, const uint64_t hash_key[2], struct arena *arena,
                     struct fault *fault)
{
    *table = (struct flow_table){
        .mask = SLOTS_MIN - 1,
        .flows = block_list_open(arena, sizeof(struct flow)),
        .hash_key = {hash_key[0], hash_key[1]},
        .slots = allocate_slots(arena->memory, SLOTS_MIN, fault),
    };
    return table->slots != NULL;
}

void flow_table_close(struct flow_table *table)
{
    if (table->slots)
        release_slots(table->flows.arena->memory, table->slots, table->mask + 1);
    block_list_close(&table->flows);
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

static struct flow *flow_at(const struct flow_table *table, const struct flow_slot *slot)
{
    return block_list_at(&table->flows, slot->flow_plus_1 - 1);
}

/* The slot of a key, or the free one where it belongs. */
static struct flow_slot *find_slot(const struct flow_table *table, const struct flow_key *key,
                                   uint32_t hash)
{
    for (size_t i = hash & table->mask;; i = (i + 1) & table->mask) {
        struct flow_slot *slot = &table->slots[i];
        if (!slot->flow_plus_1 ||
            (slot->hash == hash && end_points_are(&flow_at(table, slot)->ends, key)))
            return slot;
    }
}

static bool grow(struct flow_table *table, struct fault *fault)
{
    size_t old_count = table->mask + 1, count = old_count * 2;
    struct memory *memory = table->flows.arena->memory;
    struct flow_slot *slots = allocate_slots(memory, count, fault);
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
    release_slots(memory, table->slots, old_count);
    table->slots = slots;
    table->mask = count - 1;
    return true;
}

/* Adds the flow and makes room for the next one. */
static struct flow *add_flow(struct flow_table *table, const struct flow_key *key,
                             struct flow_slot *slot, uint32_t hash, struct fault *fault)
{
    if (table->flows.count >= FLOWS_MAX) {
        fault_set(fault, FAULT_MEMORY_LIMIT, "more than %u pairs of end points", FLOWS_MAX);
        return NULL;
    }
    struct flow *flow = block_list_add(&table->flows, fault);
    if (!flow || !end_points_set(&flow->ends, key, table->flows.arena, fault))
        return NULL;
    *slot = (struct flow_slot){hash, (uint32_t)table->flows.count};
    /* Beyond seven eighths open addressing gets slow. */
    bool has_room = table->flows.count <= (table->mask + 1) / 8 * 7 || grow(table, fault);
    return has_room ? flow : NULL;
}

struct flow *flow_table_find(struct flow_table *table, const struct flow_key *key, uint32_t hash,
                             struct fault *fault)
{
    struct flow_slot *slot = find_slot(table, key, hash);
    return slot->flow_plus_1 ? flow_at(table, slot) : add_flow(table, key, slot, hash, fault);
}
