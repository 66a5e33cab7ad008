#include "tcp/tracker.h"

/* Connections live in blocks, so that they never move. */
enum { BLOCK_SHIFT = 7, BLOCK_SIZE = 1 << BLOCK_SHIFT };

/* connection_id is 1 + a 32-bit index, and 0 marks a free slot. */
#define CONNECTIONS_MAX (UINT32_MAX - 1)

struct tracker {
    struct flow_table table;
    struct tcp_memory memory;
    struct connection **blocks;
    size_t block_room; /* of `blocks` */
    size_t count;
    uint64_t *file_connections; /* a file of the data set: connections with a segment in it */
    size_t files;
    bool first_is_reuse;
};

/* What is known of the segments of a batch before they are taken. */
struct lookup {
    struct flow_key key;
    uint32_t hash;
    bool sender_is_low;
};

struct tracker *tracker_open(const uint64_t hash_key[2], size_t files, struct memory *memory,
                             struct fault *fault)
{
    struct tracker *tracker = memory_allocate(memory, sizeof *tracker, fault);
    if (!tracker)
        return NULL;
    struct tcp_memory *pools = &tracker->memory;
    pools->arena = arena_open(memory);
    pools->unacknowledged = ring_pool_open(&pools->arena, sizeof(struct unacknowledged_segment));
    pools->byte_ranges = ring_pool_open(&pools->arena, sizeof(struct byte_range));
    pools->zeek_blocks = ring_pool_open(&pools->arena, sizeof(struct zeek_block));
    tracker->files = files;
    tracker->file_connections =
        arena_allocate(&pools->arena, files * sizeof *tracker->file_connections, fault);
    if (!tracker->file_connections || !flow_table_open(&tracker->table, hash_key, memory, fault)) {
        tracker_close(tracker);
        return NULL;
    }
    return tracker;
}

void tracker_close(struct tracker *tracker)
{
    if (!tracker)
        return;
    struct memory *memory = tracker->memory.arena.memory;
    flow_table_close(&tracker->table);
    memory_release(memory, tracker->blocks, tracker->block_room * sizeof *tracker->blocks);
    arena_close(&tracker->memory.arena);
    memory_release(memory, tracker, sizeof *tracker);
}

void tracker_begin_with_reuse(struct tracker *tracker)
{
    tracker->first_is_reuse = true;
}

static struct connection *connection_at(const struct tracker *tracker, size_t index)
{
    return &tracker->blocks[index >> BLOCK_SHIFT][index & (BLOCK_SIZE - 1)];
}

size_t tracker_count(const struct tracker *tracker)
{
    return tracker->count;
}

const struct connection *tracker_connection(const struct tracker *tracker, size_t index)
{
    return connection_at(tracker, index);
}

uint64_t tracker_file_connections(const struct tracker *tracker, size_t file)
{
    return tracker->file_connections[file];
}

static bool add_block(struct tracker *tracker, struct fault *fault)
{
    size_t block = tracker->count >> BLOCK_SHIFT;
    struct memory *memory = tracker->memory.arena.memory;
    if (block == tracker->block_room) {
        size_t room = block ? block * 2 : 16;
        size_t size = sizeof *tracker->blocks;
        void *blocks = memory_resize(memory, tracker->blocks, block * size, room * size, fault);
        if (!blocks)
            return false;
        tracker->blocks = blocks;
        tracker->block_room = room;
    }
    tracker->blocks[block] =
        arena_allocate(&tracker->memory.arena, BLOCK_SIZE * sizeof(struct connection), fault);
    return tracker->blocks[block] != NULL;
}

static struct connection *add_connection(struct tracker *tracker, struct fault *fault)
{
    if (tracker->count >= CONNECTIONS_MAX) {
        fault_set(fault, FAULT_MEMORY_LIMIT, "more than %u connections", CONNECTIONS_MAX);
        return NULL;
    }
    if ((tracker->count & (BLOCK_SIZE - 1)) == 0 && !add_block(tracker, fault))
        return NULL;
    return connection_at(tracker, tracker->count++);
}

/* The slot of the lookup's connection, or the free one where it belongs. */
static struct flow_slot *find_slot(struct tracker *tracker, const struct lookup *lookup)
{
    struct flow_slot *slot = flow_table_first(&tracker->table, lookup->hash);
    while (slot->index_plus_1 &&
           !flow_key_equal(&connection_at(tracker, slot->index_plus_1 - 1)->key, &lookup->key))
        slot = flow_table_next(&tracker->table, slot);
    return slot;
}

static bool take_segment(struct tracker *tracker, const struct segment *segment,
                         const struct lookup *lookup, struct verdict *verdict, struct fault *fault)
{
    *verdict = (struct verdict){0};
    if (!segment->header_known)
        return true;
    struct flow_slot *slot = find_slot(tracker, lookup);
    struct connection *connection =
        slot->index_plus_1 ? connection_at(tracker, slot->index_plus_1 - 1) : NULL;
    uint32_t index = slot->index_plus_1 - 1;
    bool is_new = false;
    bool is_reuse = connection ? connection_is_reused(connection, segment, lookup->sender_is_low)
                               : tracker->first_is_reuse;
    tracker->first_is_reuse = false;
    if (!connection || is_reuse) {
        index = (uint32_t)tracker->count;
        is_new = true;
        connection = add_connection(tracker, fault);
        if (!connection)
            return false;
        connection_start(connection, &lookup->key, segment, lookup->sender_is_low, is_reuse);
        if (is_reuse)
            verdict->sequence.judgements = JUDGED_REUSED_PORTS;
        if (slot->index_plus_1) {
            slot->index_plus_1 = index + 1;
        } else if (!flow_table_fill(&tracker->table, slot, lookup->hash, index, fault)) {
            return false;
        }
    }
    if (is_new || connection->last_file != segment->file)
        tracker->file_connections[segment->file]++;
    verdict->connection = index;
    verdict->has_connection = true;
    return connection_take(connection, segment, lookup->sender_is_low, verdict, &tracker->memory,
                           fault);
}

static void prefetch_connection(const struct tracker *tracker, const struct lookup *lookup)
{
    const struct flow_slot *slot = flow_table_first(&tracker->table, lookup->hash);
    if (!slot->index_plus_1)
        return;
    const char *connection = (const char *)connection_at(tracker, slot->index_plus_1 - 1);
    for (size_t line = 0; line < sizeof(struct connection); line += 64)
        __builtin_prefetch(connection + line);
}

bool tracker_take(struct tracker *tracker, const struct segment_batch *batch,
                  struct verdict *verdicts, struct fault *fault)
{
    struct lookup lookups[SEGMENT_BATCH_MAX];
    for (size_t i = 0; i < batch->count; i++) {
        flow_key_of(&batch->segments[i], &lookups[i].key, &lookups[i].sender_is_low);
        lookups[i].hash = flow_hash(&tracker->table, &lookups[i].key);
        flow_table_prefetch(&tracker->table, lookups[i].hash);
    }
    enum { AHEAD = 8 }; /* a connection is a dozen cache lines; more would push each other out */
    struct verdict unread = {0};
    for (size_t i = 0; i < batch->count; i++) {
        if (i + AHEAD < batch->count)
            prefetch_connection(tracker, &lookups[i + AHEAD]);
        struct verdict *verdict = verdicts ? &verdicts[i] : &unread;
        if (!take_segment(tracker, &batch->segments[i], &lookups[i], verdict, fault))
            return false;
    }
    return true;
}
