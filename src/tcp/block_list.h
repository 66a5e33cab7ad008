/* Items of one size that never move: a list that grows by blocks from an arena, each of which
 * begins with a cache line. */
#ifndef TCP_BLOCK_LIST_H
#define TCP_BLOCK_LIST_H

#include "tcp/arena.h"
#include "tcp/prefetch.h"

enum { BLOCK_LIST_SHIFT = 7, BLOCK_LIST_ITEMS = 1 << BLOCK_LIST_SHIFT };

struct block_list {
    struct arena *arena;
    size_t item_size;
    uint8_t **blocks;
    size_t block_room; /* of `blocks` */
    size_t count;
};

static inline struct block_list block_list_open(struct arena *arena, size_t item_size)
{
    return (struct block_list){.arena = arena, .item_size = item_size};
}

/* Gives back the list of blocks; the blocks are the arena's. */
void block_list_close(struct block_list *list);

/* The i-th item; i < count. */
static inline void *block_list_at(const struct block_list *list, size_t i)
{
    return list->blocks[i >> BLOCK_LIST_SHIFT] + (i & (BLOCK_LIST_ITEMS - 1)) * list->item_size;
}

/* Where the i-th item is or will be, to ask for that memory; NULL if there is none yet. */
static inline const void *block_list_place(const struct block_list *list, size_t i)
{
    size_t blocks = (list->count + BLOCK_LIST_ITEMS - 1) >> BLOCK_LIST_SHIFT;
    return i >> BLOCK_LIST_SHIFT < blocks ? block_list_at(list, i) : NULL;
}

/* Asks for the i-th item. */
PREFETCH_FUNCTION void block_list_prefetch(const struct block_list *list, size_t i)
{
    const void *place = block_list_place(list, i);
    if (place)
        prefetch(place, list->item_size);
}

/* Adds an item, which is zero; NULL with a fault. */
void *block_list_add(struct block_list *list, struct fault *fault);

/* The i-th item, added if it is the next one; i <= count.  NULL with a fault. */
static inline void *block_list_reach(struct block_list *list, size_t i, struct fault *fault)
{
    return i < list->count ? block_list_at(list, i) : block_list_add(list, fault);
}

#endif
