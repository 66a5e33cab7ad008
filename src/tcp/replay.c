#include "tcp/replay.h"

struct replay {
    struct trace *trace;
    const struct connection *connection; /* of the trace */
    uint32_t number;                     /* its index there */
    struct memory *memory;
    struct segment_stream *stream;
    struct flow_key key;
    struct grouping *grouping; /* it and the tracker know this one connection */
    struct tracker *tracker;
    struct assignment assignments[SEGMENT_BATCH_MAX];
    struct packet_blocks blocks; /* that come after the current stretch */
    bool is_reading;             /* the current stretch of a file is not read to its end */
    uint32_t end_file;
    uint64_t end_frame; /* the first segment behind the stretch */
    bool has_failed;    /* the fault comes next */
    struct fault fault;
};

static bool can_return(const struct trace *trace)
{
    const struct file_account *accounts = segment_stream_accounts(trace->stream);
    for (size_t i = 0; i < trace->dataset->count; i++)
        if (!accounts[i].can_return)
            return false;
    return true;
}

static bool is_at_or_after(const struct segment *segment, uint32_t file, uint64_t frame)
{
    return segment->file != file ? segment->file > file : segment->frame >= frame;
}

/* Whether a segment is the connection's: its end points, between its first and its last segment.
 * Connections that share the end points follow one another. */
static bool belongs(const struct replay *replay, const struct segment *segment)
{
    const struct connection *connection = replay->connection;
    struct flow_key key;
    bool sender_is_low;
    if (!segment->header_known ||
        !is_at_or_after(segment, connection->first_file, connection->first_frame) ||
        is_at_or_after(segment, connection->last_file, connection->last_frame + 1))
        return false;
    flow_key_of(segment, &key, &sender_is_low);
    return flow_key_equal(&key, &replay->key);
}

static bool is_behind(const struct replay *replay, const struct segment *segment)
{
    return is_at_or_after(segment, replay->end_file, replay->end_frame);
}

/* What is behind the stretch ends it. */
static enum wish judge(const void *context, const struct segment *preview)
{
    if (is_behind(context, preview))
        return WISH_IT_LAST;
    return belongs(context, preview) ? WISH_IT : WISH_NONE;
}

/* The stretch is all there is, up to the last segment of the connection. */
static void read_whole(struct replay *replay)
{
    replay->is_reading = true;
    replay->end_file = replay->connection->last_file;
    replay->end_frame = replay->connection->last_frame + 1;
}

struct replay *replay_open(struct trace *trace, uint32_t connection,
                           const struct segment_stream_options *options, const uint64_t hash_key[2],
                           struct memory *memory, struct fault *fault)
{
    struct replay *replay = memory_allocate(memory, sizeof *replay, fault);
    if (!replay)
        return NULL;
    struct segment_stream_options reading = *options;
    reading.judge = judge;
    reading.context = replay;
    replay->trace = trace_retain(trace);
    replay->connection = tracker_connection(trace->tracker, connection);
    replay->number = connection;
    replay->memory = memory;
    replay->stream = segment_stream_open(trace->dataset, &reading, memory, fault);
    replay->grouping = replay->stream ? grouping_open(hash_key, memory, fault) : NULL;
    replay->tracker = replay->grouping ? tracker_open(trace->dataset->count, memory, fault) : NULL;
    if (!replay->tracker) {
        replay_close(replay);
        return NULL;
    }
    replay->key = end_points_key(&replay->connection->ends);
    if (replay->connection->is_reuse)
        grouping_begin_with_reuse(replay->grouping);
    if (trace->index && can_return(trace) && !replay->connection->reassembled)
        replay->blocks = packet_index_blocks(trace->index, connection);
    else
        read_whole(replay);
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

/* Goes to the next stretch; *is_there is false after the last one. */
static bool go_on(struct replay *replay, bool *is_there, struct fault *fault)
{
    struct packet_block first;
    struct capture_position end;
    *is_there = packet_blocks_next(&replay->blocks, &first, &end);
    if (!*is_there)
        return true;
    replay->end_file = end.frame ? first.file : first.file + 1;
    replay->end_frame = end.frame;
    return segment_stream_seek(replay->stream, first.file, &first.start, fault);
}

/* Keeps the segments of the connection; false if the batch has gone beyond the stretch. */
static bool keep_own(const struct replay *replay, struct segment_batch *batch)
{
    size_t count = batch->count;
    batch->count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct segment *segment = &batch->segments[i];
        if (is_behind(replay, segment))
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
    if (replay->has_failed) {
        *fault = replay->fault;
        return false;
    }
    bool is_there = true;
    if (!replay->is_reading && !go_on(replay, &is_there, fault))
        return false;
    batch->at_end = !is_there;
    if (batch->at_end)
        return true;
    replay->has_failed = !segment_stream_fill(replay->stream, batch, &replay->fault);
    replay->is_reading = keep_own(replay, batch);
    batch->at_end = false;
    if (!grouping_take(replay->grouping, batch, replay->assignments, fault) ||
        !tracker_take(replay->tracker, batch, replay->assignments, verdicts, fault))
        return false;
    for (size_t i = 0; i < batch->count; i++)
        verdicts[i].connection = replay->number;
    return true;
}
