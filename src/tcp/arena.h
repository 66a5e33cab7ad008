/* Memory for an analysis: taken piece by piece, given back all at once. */
#ifndef TCP_ARENA_H
#define TCP_ARENA_H

#include "capture/memory.h"

#include <stdint.h>

struct arena {
    struct memory *memory;
    struct arena_chunk *chunks; /* newest first */
    uint8_t *fresh;             /* the unused rest of the newest chunk */
    size_t fresh_size;
    size_t total; /* bytes in all chunks */
};

static inline struct arena arena_open(struct memory *memory)
{
    return (struct arena){.memory = memory};
}

void arena_close(struct arena *arena);

/* `size` zeroed bytes, aligned for any type; NULL with a fault. */
void *arena_allocate(struct arena *arena, size_t size, struct fault *fault);

#endif
