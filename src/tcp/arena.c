#include "tcp/arena.h"

#include <stdalign.h>

/* Few calls to the allocator, yet the analysis of a small capture stays small. */
enum { CHUNK_SIZE = 64 * 1024 };

struct arena_chunk {
    struct arena_chunk *next;
    size_t size;
    alignas(max_align_t) uint8_t bytes[];
};

void arena_close(struct arena *arena)
{
    while (arena->chunks) {
        struct arena_chunk *chunk = arena->chunks;
        arena->chunks = chunk->next;
        memory_release(arena->memory, chunk, chunk->size);
    }
    arena->fresh_size = 0;
}

static bool add_chunk(struct arena *arena, size_t size, struct fault *fault)
{
    size_t total = sizeof(struct arena_chunk) + (size < CHUNK_SIZE ? CHUNK_SIZE : size);
    struct arena_chunk *chunk = memory_allocate(arena->memory, total, fault);
    if (!chunk)
        return false;
    chunk->next = arena->chunks;
    chunk->size = total;
    arena->chunks = chunk;
    arena->fresh = chunk->bytes;
    arena->fresh_size = total - sizeof *chunk;
    return true;
}

void *arena_allocate(struct arena *arena, size_t size, struct fault *fault)
{
    size = (size + alignof(max_align_t) - 1) & ~(alignof(max_align_t) - 1);
    if (arena->fresh_size < size && !add_chunk(arena, size, fault))
        return NULL;
    void *block = arena->fresh;
    arena->fresh += size;
    arena->fresh_size -= size;
    return block;
}
