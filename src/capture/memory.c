#include "capture/memory.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

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

void *memory_allocate(struct memory *memory, size_t size, struct fault *fault)
{
    if (!reserve(memory, size, fault))
        return NULL;
    void *block = calloc(1, size);
    if (!block) {
        atomic_fetch_sub(&memory->used, size);
        fault_out_of_memory(fault);
    }
    return block;
}

void *memory_resize(struct memory *memory, void *block, size_t old_size, size_t new_size,
                    struct fault *fault)
{
    if (new_size > old_size && !reserve(memory, new_size - old_size, fault))
        return NULL;
    char *resized = realloc(block, new_size);
    if (!resized) {
        if (new_size > old_size)
            atomic_fetch_sub(&memory->used, new_size - old_size);
        fault_out_of_memory(fault);
        return NULL;
    }
    if (new_size > old_size)
        memset(resized + old_size, 0, new_size - old_size);
    else
        atomic_fetch_sub(&memory->used, old_size - new_size);
    return resized;
}

void memory_release(struct memory *memory, void *block, size_t size)
{
    if (!block)
        return;
    free(block);
    atomic_fetch_sub(&memory->used, size);
}

/* A mapping is aligned to its page size by taking more and giving back what is outside. */
static void *map_aligned(size_t size)
{
    size_t taken = size + MEMORY_PAGES;
    char *start = mmap(NULL, taken, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (start == MAP_FAILED)
        return NULL;
    size_t before = (size_t) - (uintptr_t)start % MEMORY_PAGES;
    if (before)
        munmap(start, before);
    if (before < MEMORY_PAGES)
        munmap(start + before + size, MEMORY_PAGES - before);
    return start + before;
}

void *memory_map(struct memory *memory, size_t size, struct fault *fault)
{
    if (!reserve(memory, size, fault))
        return NULL;
    void *block = map_aligned(size);
    if (!block) {
        atomic_fetch_sub(&memory->used, size);
        fault_out_of_memory(fault);
        return NULL;
    }
#ifdef MADV_HUGEPAGE
    madvise(block, size, MADV_HUGEPAGE);
#endif
    return block;
}

void memory_unmap(struct memory *memory, void *block, size_t size)
{
    munmap(block, size);
    atomic_fetch_sub(&memory->used, size);
}
