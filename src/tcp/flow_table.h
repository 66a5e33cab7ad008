/* From the end points of a segment to their flow: a hash table with open addressing.
 *
 * A flow is all that was sent between two end points: one connection, or several after one another.
 * The table stores 32 bits of the hash and the flow's number; flows never move and are numbered in
 * order of their first segment. */
#ifndef TCP_FLOW_TABLE_H
#define TCP_FLOW_TABLE_H

#include "packet/segment.h"
#include "tcp/block_list.h"

/* Two end points in a fixed order, so that both directions have the same key.  IPv4 uses the first
 * four bytes of an address, the rest is 0. */
struct flow_key {
    uint8_t low[16], high[16];
    uint16_t low_port, high_port;
    uint8_t ip_version;
};

/* The end points as an index: of what is known of the low and of the high one. */
enum end_point { LOW, HIGH };

/* Small, for there is one for each pair of end points: IPv6 addresses lie elsewhere. */
struct flow {
    union {
        uint8_t ipv4[2][4];
        const uint8_t (*ipv6)[16]; /* if is_ipv6 */
    };
    uint16_t port[2];
    /* What is known of the latest connection; grouping.h. */
    uint32_t base[2];    /* initial sequence numbers */
    uint32_t connection; /* its index */
    bool is_ipv6 : 1;
    bool has_connection : 1;
    bool low_base_known : 1, high_base_known : 1;
    bool client_is_low : 1;
};

struct flow_slot {
    uint32_t hash;
    uint32_t flow_plus_1; /* 0: free */
};

struct flow_table {
    struct flow_slot *slots;
    size_t mask; /* slots less 1; a power of two less 1 */
    struct block_list flows;
    uint64_t hash_key[2];
    struct memory *memory;
};

/* hash_key: random numbers, so that nobody can aim collisions at the table.  The flows live in the
 * arena, which the caller closes after the table.  False with a fault. */
bool flow_table_open(struct flow_table *table, const uint64_t hash_key[2], struct arena *arena,
                     struct fault *fault);
void flow_table_close(struct flow_table *table);

/* The key of a segment's end points; *sender_is_low says which of them sent it. */
void flow_key_of(const struct segment *segment, struct flow_key *key, bool *sender_is_low);

bool flow_key_equal(const struct flow_key *a, const struct flow_key *b);

uint32_t flow_hash(const struct flow_table *table, const struct flow_key *key);

/* Asks for the memory that a look-up of this hash will touch first, and then, once that is there,
 * for the flow that it leads to. */
PREFETCH_FUNCTION void flow_table_prefetch(const struct flow_table *table, uint32_t hash)
{
    __builtin_prefetch(&table->slots[hash & table->mask]);
}

PREFETCH_FUNCTION void flow_table_prefetch_flow(const struct flow_table *table, uint32_t hash)
{
    size_t i = hash & table->mask;
    while (table->slots[i].flow_plus_1 && table->slots[i].hash != hash)
        i = (i + 1) & table->mask;
    if (table->slots[i].flow_plus_1)
        __builtin_prefetch(block_list_at(&table->flows, table->slots[i].flow_plus_1 - 1));
}

/* The number of the key's flow, which is new if there was none; false with a fault. */
bool flow_table_find(struct flow_table *table, const struct flow_key *key, uint32_t hash,
                     uint32_t *flow, struct fault *fault);

static inline struct flow *flow_at(const struct flow_table *table, uint32_t flow)
{
    return block_list_at(&table->flows, flow);
}

struct flow_key flow_key_at(const struct flow_table *table, uint32_t flow);

#endif
