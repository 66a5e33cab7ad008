/* From the end points of a segment to the number of its connection: a hash table with open
 * addressing.
 *
 * It stores 32 bits of the hash and the connection's index; keys live in the connections. */
#ifndef TCP_FLOW_TABLE_H
#define TCP_FLOW_TABLE_H

#include "tcp/connection.h"

struct flow_slot {
    uint32_t hash;
    uint32_t index_plus_1; /* 0: free */
};

struct flow_table {
    struct flow_slot *slots;
    size_t mask; /* slots less 1; a power of two less 1 */
    size_t used;
    uint64_t hash_key[2];
    struct memory *memory;
};

bool flow_table_open(struct flow_table *table, const uint64_t hash_key[2], struct memory *memory,
                     struct fault *fault);
void flow_table_close(struct flow_table *table);

/* The key of a segment's end points; *sender_is_low says which of them sent it. */
void flow_key_of(const struct segment *segment, struct flow_key *key, bool *sender_is_low);

bool flow_key_equal(const struct flow_key *a, const struct flow_key *b);

uint32_t flow_hash(const struct flow_table *table, const struct flow_key *key);

/* Asks for the memory that a look-up of this hash will touch. */
static inline void flow_table_prefetch(const struct flow_table *table, uint32_t hash)
{
    __builtin_prefetch(&table->slots[hash & table->mask]);
}

/* The slots that may hold a hash, one after the other: start with flow_table_first, go on with
 * flow_table_next while the key of the connection in it differs.  The last one is free. */
static inline struct flow_slot *flow_table_first(const struct flow_table *table, uint32_t hash)
{
    size_t i = hash & table->mask;
    while (table->slots[i].index_plus_1 && table->slots[i].hash != hash)
        i = (i + 1) & table->mask;
    return &table->slots[i];
}

struct flow_slot *flow_table_next(const struct flow_table *table, const struct flow_slot *slot);

/* Fills a free slot and makes room for the next one. */
bool flow_table_fill(struct flow_table *table, struct flow_slot *slot, uint32_t hash,
                     uint32_t index, struct fault *fault);

#endif
