/* From the end points of a segment to their flow: a hash table with open addressing.
 *
 * A flow is all that was sent between two end points: one connection, or several after one another.
 * The table stores 32 bits of the hash and the flow's number; flows never move. */
#ifndef TCP_FLOW_TABLE_H
#define TCP_FLOW_TABLE_H

#include "tcp/block_list.h"
#include "tcp/end_points.h"

struct flow {
    struct end_points ends;
    /* Of the latest connection; grouping.h. */
    uint32_t base[2];    /* initial sequence numbers */
    uint32_t connection; /* its index */
    bool base_known[2];
    bool has_connection : 1;
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
};

/* hash_key: random numbers, so that nobody can aim collisions at the table.  Flows live in the
 * arena, which the caller closes after the table.  False with a fault. */
bool flow_table_open(struct flow_table *table, const uint64_t hash_key[2], struct arena *arena,
                     struct fault *fault);
void flow_table_close(struct flow_table *table);

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
        block_list_prefetch(&table->flows, table->slots[i].flow_plus_1 - 1);
}

/* The key's flow, which is new, without a connection, if there was none.  NULL with a fault. */
struct flow *flow_table_find(struct flow_table *table, const struct flow_key *key, uint32_t hash,
                             struct fault *fault);

#endif
