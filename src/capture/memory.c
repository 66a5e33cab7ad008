#include "capture/memory.h"

#include "capture/platform.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static bool reserve(struct memory *memory, size_t size, struct fault *fault)
{
    size_t before = atomic_fetch_add(&memory->used, size);
    if (size <= memory->limit && before <= memory->limit - size)
        return true;
    atomic_fetch_sub(&memory->used, size);
    return fault_set(fault, FAULT_MEMORY_LIMIT,
                     "analysis needs more than the memory limit of %zu bytes: "
                     "raise it with SELECT tcp_memory_limit(bytes)",
                     memory->limit);
}

/* What a block takes of the limit, and of the system: itself and its margins. */
static size_t with_margins(size_t size)
{
    size_t margins = 2 * MEMORY_MARGIN;
    return size <= SIZE_MAX - margins ? size + margins : SIZE_MAX;
}

/* What the system's allocator knows. */
static void *base_of(void *block)
{
    return block ? (char *)block - MEMORY_MARGIN : NULL;
}

static void *block_in(void *base)
{
    return base ? (char *)base + MEMORY_MARGIN : NULL;
}

void *memory_allocate(struct memory *memory, size_t size, struct fault *fault)
{
    size_t whole = with_margins(size);
    if (!reserve(memory, whole, fault))
        return NULL;
    void *block = block_in(calloc(1, whole));
    if (!block) {
        atomic_fetch_sub(&memory->used, whole);
        fault_out_of_memory(fault);
    }
    return block;
}

void *memory_resize(struct memory *memory, void *block, size_t old_size, size_t new_size,
                    struct fault *fault)
{
    size_t whole = with_margins(new_size), before = block ? with_margins(old_size) : 0;
    if (whole > before && !reserve(memory, whole - before, fault))
        return NULL;
    char *resized = block_in(realloc(base_of(block), whole));
    if (!resized) {
        if (whole > before)
            atomic_fetch_sub(&memory->used, whole - before);
        fault_out_of_memory(fault);
        return NULL;
    }
    if (whole < before)
        atomic_fetch_sub(&memory->used, before - whole);
    if (new_size > old_size)
        memset(resized + old_size, 0, new_size - old_size);
    return resized;
}

void memory_release(struct memory *memory, void *block, size_t size)
{
    if (!block)
        return;
    free(base_of(block));
    atomic_fetch_sub(&memory->used, with_margins(size));
}

static bool is_pages(size_t size)
{
    return size % MEMORY_PAGES == 0;
}

void *memory_map(struct memory *memory, size_t size, struct fault *fault)
{
    if (!is_pages(size))
        return memory_allocate(memory, size, fault);
    if (!reserve(memory, size, fault))
        return NULL;
    void *block = pages_map(size, MEMORY_PAGES);
    if (!block) {
        atomic_fetch_sub(&memory->used, size);
        fault_out_of_memory(fault);
    }
    return block;
}

void memory_unmap(struct memory *memory, void *block, size_t size)
{
    if (!is_pages(size)) {
        memory_release(memory, block, size);
        return;
    }
    pages_unmap(block, size);
    atomic_fetch_sub(&memory->used, size);
}
