#include "tcp/zeek_states.h"

#include "tcp/block_list.h"

struct zeek_states {
    struct zeek_memory memory;
    struct block_list connections;
};

struct zeek_states *zeek_states_open(struct memory *memory, struct fault *fault)
{
    struct zeek_states *states = memory_allocate(memory, sizeof *states, fault);
    if (!states)
        return NULL;
    struct arena *arena = &states->memory.arena;
    *arena = arena_open(memory);
    states->memory.blocks = ring_pool_open(arena, sizeof(struct zeek_block));
    states->connections = block_list_open(arena, sizeof(struct zeek_connection));
    return states;
}

void zeek_states_close(struct zeek_states *states)
{
    if (!states)
        return;
    struct memory *memory = states->memory.arena.memory;
    block_list_close(&states->connections);
    arena_close(&states->memory.arena);
    memory_release(memory, states, sizeof *states);
}

const struct zeek_connection *zeek_states_connection(const struct zeek_states *states, size_t index)
{
    return block_list_at(&states->connections, index);
}

static bool take_segment(struct zeek_states *states, const struct segment *segment,
                         const struct assignment *assignment, struct fault *fault)
{
    if (!assignment->has_connection)
        return true;
    struct zeek_connection *connection =
        block_list_reach(&states->connections, assignment->connection, fault);
    return connection && zeek_take(connection, segment, assignment->side, &states->memory, fault);
}

bool zeek_states_take(struct zeek_states *states, const struct segment_batch *batch,
                      const struct assignment *assignments, struct fault *fault)
{
    enum { AHEAD = 8 };
    for (size_t i = 0; i < batch->count; i++) {
        if (i + AHEAD < batch->count)
            block_list_prefetch(&states->connections, assignments[i + AHEAD].connection);
        if (!take_segment(states, &batch->segments[i], &assignments[i], fault))
            return false;
    }
    return true;
}
