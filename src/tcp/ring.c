/* Rings and the pool under them.  Blocks that were given back are kept in one list a size. */
#include "tcp/ring.h"

#include <limits.h>
#include <string.h>

static struct ring_block *take_block(struct ring_pool *pool, unsigned size_class,
                                     struct fault *fault)
{
    struct ring_block *block = pool->unused[size_class];
    if (block)
        memcpy(&pool->unused[size_class], block->slots, sizeof(void *));
    else
        block =
            arena_allocate(pool->arena, sizeof *block + (pool->element_size << size_class), fault);
    if (block)
        *block = (struct ring_block){.size_class = (uint8_t)size_class};
    return block;
}

static void give_block(struct ring_pool *pool, struct ring_block *block)
{
    memcpy(block->slots, &pool->unused[block->size_class], sizeof(void *));
    pool->unused[block->size_class] = block;
}

static void release_if_empty(struct ring *ring, struct ring_pool *pool)
{
    if (!ring->block || ring->block->count > 0)
        return;
    give_block(pool, ring->block);
    ring->block = NULL;
}

/* Moves the elements to the front of a block of twice the size. */
static bool grow(struct ring *ring, struct ring_pool *pool, struct fault *fault)
{
    struct ring_block *old = ring->block;
    struct ring_block *block = take_block(pool, old ? old->size_class + 1u : RING_CLASS_MIN, fault);
    if (!block)
        return false;
    if (old) {
        size_t size = pool->element_size;
        unsigned until_wrap = (1u << old->size_class) - old->head;
        unsigned first = old->count < until_wrap ? old->count : until_wrap;
        memcpy(block->slots, old->slots + old->head * size, first * size);
        memcpy(block->slots + first * size, old->slots, (old->count - first) * size);
        block->count = old->count;
        give_block(pool, old);
    }
    ring->block = block;
    return true;
}

static bool is_full(const struct ring *ring)
{
    return !ring->block || ring->block->count == 1u << ring->block->size_class;
}

void *ring_push(struct ring *ring, struct ring_pool *pool, struct fault *fault)
{
    if (is_full(ring) && !grow(ring, pool, fault))
        return NULL;
    return ring_at(ring, ring->block->count++, pool->element_size);
}

static void copy_element(struct ring *ring, unsigned to, unsigned from, size_t size)
{
    memcpy(ring_at(ring, to, size), ring_at(ring, from, size), size);
}

/* Moves the front by n slots; UINT_MAX is one back. */
static void turn(struct ring_block *block, unsigned n)
{
    block->head = (uint16_t)((block->head + n) & ((1u << block->size_class) - 1));
}

/* Both shift the shorter side. */
void *ring_insert(struct ring *ring, unsigned i, struct ring_pool *pool, struct fault *fault)
{
    size_t size = pool->element_size;
    if (!ring_push(ring, pool, fault))
        return NULL;
    unsigned last = ring->block->count - 1u;
    if (i > last / 2) {
        for (unsigned k = last; k > i; k--)
            copy_element(ring, k, k - 1, size);
    } else {
        turn(ring->block, UINT_MAX);
        for (unsigned k = 0; k < i; k++)
            copy_element(ring, k, k + 1, size);
    }
    return ring_at(ring, i, size);
}

void ring_remove(struct ring *ring, unsigned i, struct ring_pool *pool)
{
    unsigned last = ring->block->count - 1u;
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
    if (!ring->block)
        return;
    turn(ring->block, n);
    ring->block->count = (uint16_t)(ring->block->count - n);
    release_if_empty(ring, pool);
}

void ring_truncate(struct ring *ring, unsigned n, struct ring_pool *pool)
{
    if (!ring->block)
        return;
    ring->block->count = (uint16_t)n;
    release_if_empty(ring, pool);
}
