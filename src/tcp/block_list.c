#include "tcp/block_list.h"

enum { ROOM_MIN = 16 };

void block_list_close(struct block_list *list)
{
    if (list->blocks)
        memory_release(list->arena->memory, list->blocks, list->block_room * sizeof *list->blocks);
}

static bool add_block(struct block_list *list, struct fault *fault)
{
    size_t block = list->count >> BLOCK_LIST_SHIFT, size = sizeof *list->blocks;
    if (block == list->block_room) {
        size_t room = block ? block * 2 : ROOM_MIN;
        void *blocks =
            memory_resize(list->arena->memory, list->blocks, block * size, room * size, fault);
        if (!blocks)
            return false;
        list->blocks = blocks;
        list->block_room = room;
    }
    uint8_t *items =
        arena_allocate(list->arena, BLOCK_LIST_ITEMS * list->item_size + CACHE_LINE - 1, fault);
    if (!items)
        return false;
    list->blocks[block] = items + (size_t) - (uintptr_t)items % CACHE_LINE;
    return true;
}

void *block_list_add(struct block_list *list, struct fault *fault)
{
    if ((list->count & (BLOCK_LIST_ITEMS - 1)) == 0 && !add_block(list, fault))
        return NULL;
    return block_list_at(list, list->count++);
}
