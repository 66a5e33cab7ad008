#include "tcp/arena.h"

#include <stdalign.h>

/* Few calls to the allocator, yet the analysis of a small capture stays small; once there is more
 * than a few chunks, whole pages are taken. */
enum { CHUNK_SIZE = 64 * 1024, PAGES_FROM = 16 * CHUNK_SIZE };

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
        memory_unmap(arena->memory, chunk, chunk->size);
    }
    arena->fresh_size = 0;
}

static size_t round_up(size_t size, size_t unit)
{
    return (size + unit - 1) / unit * unit;
}

static bool add_chunk(struct arena *arena, size_t size, struct fault *fault)
{
    size_t unit = arena->total >= PAGES_FROM ? MEMORY_PAGES : CHUNK_SIZE;
    size_t total = round_up(sizeof(struct arena_chunk) + size, unit);
    struct arena_chunk *chunk = memory_map(arena->memory, total, fault);
    if (!chunk)
        return false;
    chunk->next = arena->chunks;
    chunk->size = total;
    arena->chunks = chunk;
    arena->fresh = chunk->bytes;
    arena->fresh_size = total - sizeof *chunk;
    arena->total += total;
    return true;
}

void *arena_allocate(struct arena *arena, size_t size, struct fault *fault)
{
    size = round_up(size, alignof(max_align_t));
    if (arena->fresh_size < size && !add_chunk(arena, size, fault))
        return NULL;
    void *block = arena->fresh;
    arena->fresh += size;
    arena->fresh_size -= size;
    return block;
}
