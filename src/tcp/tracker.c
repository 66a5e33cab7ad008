#include "tcp/tracker.h"

#include "tcp/block_list.h"

struct tracker {
    struct tcp_memory memory;
    struct block_list connections;
    uint64_t *file_connections; /* a file of the data set: connections with a segment in it */
};

struct tracker *tracker_open(size_t files, struct memory *memory, struct fault *fault)
{
    struct tracker *tracker = memory_allocate(memory, sizeof *tracker, fault);
    if (!tracker)
        return NULL;
    struct tcp_memory *pools = &tracker->memory;
    pools->arena = arena_open(memory);
    pools->unacknowledged = ring_pool_open(&pools->arena, sizeof(struct unacknowledged_segment));
    pools->byte_ranges = ring_pool_open(&pools->arena, sizeof(struct byte_range));
    tracker->connections = block_list_open(&pools->arena, sizeof(struct connection));
    tracker->file_connections =
        arena_allocate(&pools->arena, files * sizeof *tracker->file_connections, fault);
    if (tracker->file_connections)
        return tracker;
    tracker_close(tracker);
    return NULL;
}

void tracker_close(struct tracker *tracker)
{
    if (!tracker)
        return;
    struct memory *memory = tracker->memory.arena.memory;
    block_list_close(&tracker->connections);
    arena_close(&tracker->memory.arena);
    memory_release(memory, tracker, sizeof *tracker);
}

size_t tracker_count(const struct tracker *tracker)
{
    return tracker->connections.count;
}

const struct connection *tracker_connection(const struct tracker *tracker, size_t index)
{
    return block_list_at(&tracker->connections, index);
}

uint64_t tracker_file_connections(const struct tracker *tracker, size_t file)
{
    return tracker->file_connections[file];
}

static bool take_segment(struct tracker *tracker, const struct segment *segment,
                         const struct assignment *assignment, struct verdict *verdict,
                         struct fault *fault)
{
    *verdict = (struct verdict){0};
    if (!assignment->has_connection)
        return true;
    struct connection *connection =
        block_list_reach(&tracker->connections, assignment->connection, fault);
    if (!connection)
        return false;
    if (assignment->events & GROUPING_FIRST || connection->last_file != segment->file)
        tracker->file_connections[segment->file]++;
    verdict->connection = assignment->connection;
    verdict->has_connection = true;
    return connection_take(connection, segment, assignment, verdict, &tracker->memory, fault);
}

PREFETCH_FUNCTION void prefetch_connection(const struct tracker *tracker,
                                           const struct assignment *assignment)
{
    const struct connection *connection =
        block_list_place(&tracker->connections, assignment->connection);
    if (connection)
        connection_prefetch(connection, assignment->side);
}

bool tracker_take(struct tracker *tracker, const struct segment_batch *batch,
                  const struct assignment *assignments, struct verdict *verdicts,
                  struct fault *fault)
{
    enum { AHEAD = 8 }; /* as many cache lines as can be on their way */
    struct verdict unread;
    for (size_t i = 0; i < batch->count; i++) {
        if (i + AHEAD < batch->count)
            prefetch_connection(tracker, &assignments[i + AHEAD]);
        if (!take_segment(tracker, &batch->segments[i], &assignments[i],
                          verdicts ? &verdicts[i] : &unread, fault))
            return false;
    }
    return true;
}
