/* Rings and the pool under them.  Blocks that were given back are kept in one list a size. */
#include "tcp/ring.h"

#include <string.h>

static void *take_block(struct ring_pool *pool, unsigned size_class, struct fault *fault)
{
    void *block = pool->unused[size_class];
    if (block) {
        memcpy(&pool->unused[size_class], block, sizeof(void *));
        return block;
    }
    return arena_allocate(pool->arena, pool->element_size << size_class, fault);
}

static void give_block(struct ring_pool *pool, void *block, unsigned size_class)
{
    memcpy(block, &pool->unused[size_class], sizeof(void *));
    pool->unused[size_class] = block;
}

static void release_if_empty(struct ring *ring, struct ring_pool *pool)
{
    if (ring->count > 0 || !ring->slots)
        return;
    give_block(pool, ring->slots, ring->size_class);
    *ring = (struct ring){0};
}

/* Moves the elements to the front of a block of twice the size. */
static bool grow(struct ring *ring, struct ring_pool *pool, struct fault *fault)
{
    unsigned size_class = ring->slots ? ring->size_class + 1u : RING_CLASS_MIN;
    uint8_t *slots = take_block(pool, size_class, fault);
    if (!slots)
        return false;
    if (ring->slots) {
        size_t size = pool->element_size;
        unsigned until_wrap = (1u << ring->size_class) - ring->head;
        unsigned first = ring->count < until_wrap ? ring->count : until_wrap;
        memcpy(slots, ring->slots + ring->head * size, first * size);
        memcpy(slots + first * size, ring->slots, (ring->count - first) * size);
        give_block(pool, ring->slots, ring->size_class);
    }
    ring->slots = slots;
    ring->head = 0;
    ring->size_class = (uint8_t)size_class;
    return true;
}

void *ring_push(struct ring *ring, struct ring_pool *pool, struct fault *fault)
{
    if ((!ring->slots || ring->count == 1u << ring->size_class) && !grow(ring, pool, fault))
        return NULL;
    ring->count++;
    return ring_at(ring, ring->count - 1u, pool->element_size);
}

static void copy_element(struct ring *ring, unsigned to, unsigned from, size_t size)
{
    memcpy(ring_at(ring, to, size), ring_at(ring, from, size), size);
}

/* Both shift the shorter side. */
void *ring_insert(struct ring *ring, unsigned i, struct ring_pool *pool, struct fault *fault)
{
    size_t size = pool->element_size;
    if (!ring_push(ring, pool, fault))
        return NULL;
    unsigned last = ring->count - 1u;
    if (i > last / 2) {
        for (unsigned k = last; k > i; k--)
            copy_element(ring, k, k - 1, size);
    } else {
        ring->head = (uint16_t)((ring->head - 1u) & ((1u << ring->size_class) - 1));
        for (unsigned k = 0; k < i; k++)
            copy_element(ring, k, k + 1, size);
    }
    return ring_at(ring, i, size);
}

void ring_remove(struct ring *ring, unsigned i, struct ring_pool *pool)
{
    unsigned last = ring->count - 1u;
    if (i > last / 2) {
        for (unsigned k = i; k < last; k++)
            copy_element(ring, k, k + 1, pool->element_size);
        ring_truncate(ring, last, pool);
    } else {
        for (unsigned k = i; k > 0; k--)
            copy_element(ring, k, k - 1, pool->element_size);
        ring_drop(ring, 1, pool);
    }
}

void ring_drop(struct ring *ring, unsigned n, struct ring_pool *pool)
{
    ring->head = (uint16_t)((ring->head + n) & ((1u << ring->size_class) - 1));
    ring->count = (uint16_t)(ring->count - n);
    release_if_empty(ring, pool);
}

void ring_truncate(struct ring *ring, unsigned n, struct ring_pool *pool)
{
    ring->count = (uint16_t)n;
    release_if_empty(ring, pool);
}
