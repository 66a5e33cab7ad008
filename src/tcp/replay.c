#include "tcp/replay.h"

#include <stdlib.h>

/* A connection that is wanted. */
struct member {
    struct flow_key key;
    const struct connection *connection; /* of the trace */
    uint32_t number;                     /* its index there */
};

struct replay {
    struct trace *trace;
    struct member *members; /* by end points, then in order of their first segments */
    size_t count;
    struct memory *memory;
    struct segment_stream *stream;
    struct grouping *grouping; /* it and the tracker know the members only */
    struct tracker *tracker;
    struct assignment assignments[SEGMENT_BATCH_MAX];
    const struct member *owners[SEGMENT_BATCH_MAX]; /* of the segments of the batch */
    struct packet_blocks blocks;                    /* that come after the current stretch */
    bool is_reading; /* the current stretch of a file is not read to its end */
    uint32_t end_file;
    uint64_t end_frame; /* the first segment behind the stretch */
    bool has_failed;    /* the fault comes next */
    struct fault fault;
};

/* ---- the members ---- */

static bool is_at_or_after(const struct segment *segment, uint32_t file, uint64_t frame)
{
    return segment->file != file ? segment->file > file : segment->frame >= frame;
}

static int compare_members(const void *a, const void *b)
{
    const struct member *one = a, *other = b;
    int order = flow_key_compare(&one->key, &other->key);
    return order ? order : (one->number > other->number) - (one->number < other->number);
}

/* Whether the member stands before the place where a segment's own one would be the last. */
static bool is_before(const struct member *member, const struct flow_key *key,
                      const struct segment *segment)
{
    const struct connection *connection = member->connection;
    int order = flow_key_compare(&member->key, key);
    return order < 0 ||
           (order == 0 && is_at_or_after(segment, connection->first_file, connection->first_frame));
}

/* The member that a segment belongs to: its end points, between its first and its last segment.
 * Connections that share the end points follow one another.  NULL if there is none. */
static const struct member *find_owner(const struct replay *replay, const struct segment *segment)
{
    struct flow_key key;
    bool sender_is_low;
    if (!segment->header_known)
        return NULL;
    flow_key_of(segment, &key, &sender_is_low);
    size_t least = 0, most = replay->count;
    while (least < most) {
        size_t middle = least + (most - least) / 2;
        if (is_before(&replay->members[middle], &key, segment))
            least = middle + 1;
        else
            most = middle;
    }
    const struct member *member = least > 0 ? &replay->members[least - 1] : NULL;
    bool is_own =
        member && flow_key_compare(&member->key, &key) == 0 &&
        !is_at_or_after(segment, member->connection->last_file, member->connection->last_frame + 1);
    return is_own ? member : NULL;
}

/* Never 0: there may be no member. */
static size_t members_size(const struct replay *replay)
{
    return (replay->count + 1) * sizeof *replay->members;
}

static bool open_members(struct replay *replay, const uint32_t *connections, struct fault *fault)
{
    replay->members = memory_allocate(replay->memory, members_size(replay), fault);
    if (!replay->members)
        return false;
    for (size_t i = 0; i < replay->count; i++) {
        const struct connection *connection =
            tracker_connection(replay->trace->tracker, connections[i]);
        replay->members[i] =
            (struct member){end_points_key(&connection->ends), connection, connections[i]};
    }
    qsort(replay->members, replay->count, sizeof *replay->members, compare_members);
    return true;
}

/* ---- where they are ---- */

bool replay_can_jump(const struct trace *trace)
{
    const struct file_account *accounts = segment_stream_accounts(trace->stream);
    bool can_jump = trace->index;
    for (size_t i = 0; i < trace->dataset->count; i++)
        can_jump = can_jump && accounts[i].can_return;
    return can_jump;
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
    return find_owner(context, preview) ? WISH_IT : WISH_NONE;
}

/* The stretch is all there is, up to the last segment of the members. */
static void read_whole(struct replay *replay)
{
    replay->is_reading = replay->count > 0;
    for (size_t i = 0; i < replay->count; i++) {
        const struct connection *connection = replay->members[i].connection;
        if (connection->last_file == replay->end_file ? connection->last_frame < replay->end_frame
                                                      : connection->last_file < replay->end_file)
            continue;
        replay->end_file = connection->last_file;
        replay->end_frame = connection->last_frame + 1;
    }
}

/* Chooses what is to be read.  A segment in fragments needs packets that may lie anywhere. */
static bool choose_stretches(struct replay *replay, struct fault *fault)
{
    bool can_jump = replay_can_jump(replay->trace);
    for (size_t i = 0; i < replay->count; i++)
        can_jump = can_jump && !replay->members[i].connection->reassembled;
    if (!can_jump) {
        read_whole(replay);
        return true;
    }
    if (!packet_blocks_open(&replay->blocks, replay->trace->index, replay->memory, fault))
        return false;
    for (size_t i = 0; i < replay->count; i++)
        packet_blocks_add(&replay->blocks, replay->members[i].number);
    return true;
}

struct replay *replay_open(struct trace *trace, const uint32_t *connections, size_t count,
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
    replay->count = count;
    replay->memory = memory;
    if (open_members(replay, connections, fault) && choose_stretches(replay, fault))
        replay->stream = segment_stream_open(trace->dataset, &reading, memory, fault);
    replay->grouping = replay->stream ? grouping_open(hash_key, memory, fault) : NULL;
    replay->tracker = replay->grouping ? tracker_open(trace->dataset->count, memory, fault) : NULL;
    if (replay->tracker)
        return replay;
    replay_close(replay);
    return NULL;
}

void replay_close(struct replay *replay)
{
    if (!replay)
        return;
    tracker_close(replay->tracker);
    grouping_close(replay->grouping);
    segment_stream_close(replay->stream);
    packet_blocks_close(&replay->blocks);
    memory_release(replay->memory, replay->members, members_size(replay));
    trace_release(replay->trace);
    memory_release(replay->memory, replay, sizeof *replay);
}

/* ---- the reading ---- */

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

/* Keeps the segments of the members; false if the batch has gone beyond the stretch. */
static bool keep_own(struct replay *replay, struct segment_batch *batch)
{
    size_t count = batch->count;
    batch->count = 0;
    for (size_t i = 0; i < count; i++) {
        const struct segment *segment = &batch->segments[i];
        if (is_behind(replay, segment))
            return false;
        const struct member *owner = find_owner(replay, segment);
        if (!owner)
            continue;
        replay->owners[batch->count] = owner;
        batch->segments[batch->count++] = *segment;
    }
    return !batch->at_end;
}

/* Groups the batch.  What a connection replaced may be missing here: the trace knows of it. */
static bool group(struct replay *replay, const struct segment_batch *batch, struct fault *fault)
{
    if (!grouping_take(replay->grouping, batch, replay->assignments, fault))
        return false;
    for (size_t i = 0; i < batch->count; i++)
        if (replay->assignments[i].events & GROUPING_FIRST &&
            replay->owners[i]->connection->is_reuse)
            replay->assignments[i].events |= GROUPING_REUSE;
    return true;
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
    if (!verdicts)
        return true;
    if (!group(replay, batch, fault) ||
        !tracker_take(replay->tracker, batch, replay->assignments, verdicts, fault))
        return false;
    for (size_t i = 0; i < batch->count; i++)
        verdicts[i].connection = replay->owners[i]->number;
    return true;
}
