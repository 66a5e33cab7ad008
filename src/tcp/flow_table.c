#include "tcp/flow_table.h"

enum { SLOTS_MIN = 1024 };

bool flow_table_open(struct flow_table *table, const uint64_t hash_key[2], struct memory *memory,
                     struct fault *fault)
{
    *table = (struct flow_table){
        .mask = SLOTS_MIN - 1,
        .hash_key = {hash_key[0], hash_key[1]},
        .memory = memory,
        .slots = memory_allocate(memory, SLOTS_MIN * sizeof(struct flow_slot), fault),
    };
    return table->slots != NULL;
}

void flow_table_close(struct flow_table *table)
{
    if (table->slots)
        memory_release(table->memory, table->slots, (table->mask + 1) * sizeof *table->slots);
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

struct flow_slot *flow_table_next(const struct flow_table *table, const struct flow_slot *slot)
{
    uint32_t hash = slot->hash;
    size_t i = (size_t)(slot - table->slots);
    do
        i = (i + 1) & table->mask;
    while (table->slots[i].index_plus_1 && table->slots[i].hash != hash);
    return &table->slots[i];
}

static bool grow(struct flow_table *table, struct fault *fault)
{
    size_t old_count = table->mask + 1, count = old_count * 2;
    struct flow_slot *slots = memory_allocate(table->memory, count * sizeof *slots, fault);
    if (!slots)
        return false;
    for (size_t i = 0; i < old_count; i++) {
        const struct flow_slot *slot = &table->slots[i];
        if (!slot->index_plus_1)
            continue;
        size_t k = slot->hash & (count - 1);
        while (slots[k].index_plus_1)
            k = (k + 1) & (count - 1);
        slots[k] = *slot;
    }
    memory_release(table->memory, table->slots, old_count * sizeof *slots);
    table->slots = slots;
    table->mask = count - 1;
    return true;
}

bool flow_table_fill(struct flow_table *table, struct flow_slot *slot, uint32_t hash,
                     uint32_t index, struct fault *fault)
{
    *slot = (struct flow_slot){hash, index + 1};
    table->used++;
    /* Beyond three quarters open addressing gets slow. */
    return table->used * 4 <= (table->mask + 1) * 3 || grow(table, fault);
}
