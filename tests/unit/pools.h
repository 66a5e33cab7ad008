/* The memory of an analysis, for tests of what lives in it. */
#ifndef UNIT_POOLS_H
#define UNIT_POOLS_H

#include "tcp/byte_ranges.h"
#include "tcp/tcp_memory.h"
#include "tcp/unacknowledged.h"

static struct memory memory = {.limit = 256 << 20};
static struct fault fault;

static inline void pools_open(struct tcp_memory *pools)
{
    *pools = (struct tcp_memory){.arena = arena_open(&memory)};
    pools->unacknowledged = ring_pool_open(&pools->arena, sizeof(struct unacknowledged_segment));
    pools->byte_ranges = ring_pool_open(&pools->arena, sizeof(struct byte_range));
}

#endif
