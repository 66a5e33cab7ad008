/* memory.h: blocks are zeroed, counted with their margins, limited, and lie apart. */
#include "capture/memory.h"

#include "check.h"

#include <stdint.h>
#include <stdlib.h>

enum { BLOCKS = 64, SIZE = 24, MARGINS = 2 * MEMORY_MARGIN };

static struct memory memory = {.limit = 65536};
static struct fault fault;

static bool is_filled(const char *block, size_t size, char value)
{
    for (size_t i = 0; i < size; i++)
        if (block[i] != value)
            return false;
    return true;
}

/* Nothing that the system's allocator hands out, before or after, lies in the margin of a block. */
static void lies_apart(void)
{
    char *blocks[BLOCKS], *others[BLOCKS];
    for (int i = 0; i < BLOCKS; i++) {
        others[i] = malloc(SIZE);
        blocks[i] = memory_allocate(&memory, SIZE, &fault);
        CHECK(others[i] && blocks[i]);
    }
    for (int i = 0; i < BLOCKS; i++)
        for (int j = 0; j < BLOCKS; j++) {
            uintptr_t block = (uintptr_t)blocks[i], other = (uintptr_t)others[j];
            CHECK(other + SIZE <= block - MEMORY_MARGIN || other >= block + SIZE + MEMORY_MARGIN);
        }
    for (int i = 0; i < BLOCKS; i++) {
        free(others[i]);
        memory_release(&memory, blocks[i], SIZE);
    }
    CHECK(memory.used == 0);
}

static void keeps_content_when_resized(void)
{
    char *block = memory_allocate(&memory, SIZE, &fault);
    CHECK(block && is_filled(block, SIZE, 0));
    memset(block, 7, SIZE);
    block = memory_resize(&memory, block, SIZE, 40 * SIZE, &fault);
    CHECK(block && is_filled(block, SIZE, 7) && is_filled(block + SIZE, 39 * SIZE, 0));
    CHECK(memory.used == 40 * SIZE + MARGINS);
    block = memory_resize(&memory, block, 40 * SIZE, SIZE / 2, &fault);
    CHECK(block && is_filled(block, SIZE / 2, 7) && memory.used == SIZE / 2 + MARGINS);
    memory_release(&memory, block, SIZE / 2);
    CHECK(memory.used == 0);
}

static void begins_with_a_resize(void)
{
    char *block = memory_resize(&memory, NULL, 0, SIZE, &fault);
    CHECK(block && is_filled(block, SIZE, 0) && memory.used == SIZE + MARGINS);
    memory_release(&memory, block, SIZE);
    memory_release(&memory, NULL, 0);
    CHECK(memory.used == 0);
}

static void refuses_what_is_beyond_the_limit(void)
{
    size_t size = memory.limit - MARGINS;
    char *block = memory_allocate(&memory, size, &fault);
    CHECK(block && !memory_allocate(&memory, 1, &fault) && fault.code == FAULT_MEMORY_LIMIT);
    CHECK(!memory_resize(&memory, block, size, size + 1, &fault));
    CHECK(memory.used == memory.limit && is_filled(block, size, 0));
    memory_release(&memory, block, size);
    CHECK(!memory_allocate(&memory, SIZE_MAX, &fault) && fault.code == FAULT_MEMORY_LIMIT);
    CHECK(memory.used == 0);
}

int main(void)
{
    lies_apart();
    keeps_content_when_resized();
    begins_with_a_resize();
    refuses_what_is_beyond_the_limit();
    return check_done();
}
