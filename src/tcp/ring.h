/* A double-ended queue of small elements that grows on demand and is given back when it is empty.
 *
 * Every direction of every connection has such queues (unacknowledged segments, byte ranges), most
 * of them empty most of the time.  Their memory comes from a pool of blocks in powers of two, so
 * that taking and giving back costs a few instructions and no call to the allocator. */
#ifndef TCP_RING_H
#define TCP_RING_H

#include "tcp/arena.h"

#include <stdalign.h>
#include <stdint.h>

enum {
    RING_CLASS_MIN =
        2, /* the smallest block holds 4 elements: what a short exchange has in flight */
    RING_CLASS_MAX = 14, /* the largest 16,384: room for the 10,000 segments that tshark keeps */
    RING_CLASSES = RING_CLASS_MAX + 1,
};

/* Blocks of 2^class elements of one size. */
struct ring_pool {
    struct arena *arena;
    size_t element_size;
    void *unused[RING_CLASSES]; /* lists of blocks that were given back */
};

static inline struct ring_pool ring_pool_open(struct arena *arena, size_t element_size)
{
    return (struct ring_pool){.arena = arena, .element_size = element_size};
}

/* What is in a ring, behind one pointer: an empty ring, as most are, takes no more than that. */
struct ring_block {
    uint16_t head; /* slot of the first element */
    uint16_t count;
    uint8_t size_class; /* there are 2^size_class slots */
    alignas(uint64_t) uint8_t slots[];
};

struct ring {
    struct ring_block *block; /* NULL while empty */
};

static inline unsigned ring_count(const struct ring *ring)
{
    return ring->block ? ring->block->count : 0;
}

/* The i-th element from the front; i < count. */
static inline void *ring_at(const struct ring *ring, unsigned i, size_t element_size)
{
    struct ring_block *block = ring->block;
    unsigned mask = (1u << block->size_class) - 1;
    return block->slots + ((block->head + i) & mask) * element_size;
}

/* Adds an element at the end and returns its place, whose content is undefined; NULL with a fault.
 * The caller keeps count below 2^RING_CLASS_MAX. */
void *ring_push(struct ring *ring, struct ring_pool *pool, struct fault *fault);

/* As ring_push, but the new element becomes the i-th; i <= count. */
void *ring_insert(struct ring *ring, unsigned i, struct ring_pool *pool, struct fault *fault);

/* Removes the i-th element. */
void ring_remove(struct ring *ring, unsigned i, struct ring_pool *pool);

/* Removes the first n elements. */
void ring_drop(struct ring *ring, unsigned n, struct ring_pool *pool);

/* Keeps the first n elements. */
void ring_truncate(struct ring *ring, unsigned n, struct ring_pool *pool);

#endif
