#include "tcp/replay.h"

struct replay {
    struct trace *trace;
    uint32_t connection;
    struct memory *memory;
    struct segment_stream *stream;
    struct flow_key key;
    struct grouping *grouping; /* it and the tracker know this one connection */
    struct tracker *tracker;
    struct assignment assignments[SEGMENT_BATCH_MAX];
    struct packet_blocks blocks;
    bool in_block; /* the current block is not read to its end */
    struct packet_block block;
    struct capture_position end; /* of the current block */
};

bool replay_is_possible(const struct trace *trace, uint32_t connection)
{
    if (!trace->index || tracker_connection(trace->tracker, connection)->reassembled)
        return false;
    const struct file_account *accounts = segment_stream_accounts(trace->stream);
    for (size_t i = 0; i < trace->dataset->count; i++)
        if (!accounts[i].can_return || accounts[i].is_corrupt)
            return false;
    return true;
}

struct replay *replay_open(struct trace *trace, uint32_t connection,
                           const struct segment_stream_options *options, const uint64_t hash_key[2],
                           struct memory *memory, struct fault *fault)
{
    struct replay *replay = memory_allocate(memory, sizeof *replay, fault);
    if (!replay)
        return NULL;
    replay->trace = trace_retain(trace);
    replay->connection = connection;
    replay->memory = memory;
    replay->blocks = packet_index_blocks(trace->index, connection);
    replay->stream = segment_stream_open(trace->dataset, options, memory, fault);
    replay->grouping = replay->stream ? grouping_open(hash_key, memory, fault) : NULL;
    replay->tracker = replay->grouping ? tracker_open(trace->dataset->count, memory, fault) : NULL;
    if (!replay->tracker) {
        replay_close(replay);
        return NULL;
    }
    const struct connection *known = tracker_connection(trace->tracker, connection);
    replay->key = end_points_key(&known->ends);
    if (known->is_reuse)
        grouping_begin_with_reuse(replay->grouping);
    return replay;
}

void replay_close(struct replay *replay)
{
    if (!replay)
        return;
    tracker_close(replay->tracker);
    grouping_close(replay->grouping);
    segment_stream_close(replay->stream);
    trace_release(replay->trace);
    memory_release(replay->memory, replay, sizeof *replay);
}

static bool is_at_or_after(const struct segment *segment, uint32_t file, uint64_t frame)
{
    return segment->file != file ? segment->file > file : segment->frame >= frame;
}

/* Whether a segment is the connection's: its end points, between its first and its last segment.
 * Connections that share the end points follow one another. */
static bool belongs(const struct replay *replay, const struct segment *segment)
{
    const struct connection *connection =
        tracker_connection(replay->trace->tracker, replay->connection);
    struct flow_key key;
    bool sender_is_low;
    if (!segment->header_known ||
        !is_at_or_after(segment, connection->first_file, connection->first_frame) ||
        is_at_or_after(segment, connection->last_file, connection->last_frame + 1))
        return false;
    flow_key_of(segment, &key, &sender_is_low);
    return flow_key_equal(&key, &replay->key);
}

/* Keeps the segments of the connection; false if the batch has gone beyond the block. */
static bool keep_own(const struct replay *replay, struct segment_batch *batch)
{
    size_t count = batch->count;
    batch->count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct segment *segment = &batch->segments[i];
        if (segment->file != replay->block.file ||
            (replay->end.frame && segment->frame >= replay->end.frame))
            return false;
        if (belongs(replay, segment))
            batch->segments[batch->count++] = *segment;
    }
    return !batch->at_end;
}

bool replay_fill(struct replay *replay, struct segment_batch *batch, struct verdict *verdicts,
                 struct fault *fault)
{
    batch->count = 0;
    if (!replay->in_block) {
        batch->at_end = !packet_blocks_next(&replay->blocks, &replay->block, &replay->end);
        if (batch->at_end)
            return true;
        if (!segment_stream_seek(replay->stream, replay->block.file, &replay->block.start, fault))
            return false;
    }
    if (!segment_stream_fill(replay->stream, batch, fault))
        return false;
    replay->in_block = keep_own(replay, batch);
    batch->at_end = false;
    if (!grouping_take(replay->grouping, batch, replay->assignments, fault) ||
        !tracker_take(replay->tracker, batch, replay->assignments, verdicts, fault))
        return false;
    for (size_t i = 0; i < batch->count; i++)
        verdicts[i].connection = replay->connection;
    return true;
}
