#include "tcp/grouping.h"

/* Beyond it connection_id would not fit its 32-bit index. */
#define CONNECTIONS_MAX (UINT32_MAX - 1)

struct grouping {
    struct arena arena;
    struct flow_table table;
    uint32_t connections;
    bool had_strays;
};

/* What is known of the segments of a batch before they are taken. */
struct lookup {
    struct flow_key key;
    uint32_t hash;
    bool sender_is_low;
};

struct grouping *grouping_open(const uint64_t hash_key[2], struct memory *memory,
                               struct fault *fault)
{
    struct grouping *grouping = memory_allocate(memory, sizeof *grouping, fault);
    if (!grouping)
        return NULL;
    grouping->arena = arena_open(memory);
    if (flow_table_open(&grouping->table, hash_key, &grouping->arena, fault))
        return grouping;
    grouping_close(grouping);
    return NULL;
}

void grouping_close(struct grouping *grouping)
{
    if (!grouping)
        return;
    struct memory *memory = grouping->arena.memory;
    flow_table_close(&grouping->table);
    arena_close(&grouping->arena);
    memory_release(memory, grouping, sizeof *grouping);
}

bool grouping_had_strays(const struct grouping *grouping)
{
    return grouping->had_strays;
}

static enum end_point other_end(enum end_point end)
{
    return end == LOW ? HIGH : LOW;
}

static void set_base(struct flow *flow, enum end_point end, uint32_t base)
{
    flow->base[end] = base;
    flow->base_known[end] = true;
}

/* A SYN with a new sequence number begins a new connection (tshark). */
static bool is_reuse(const struct flow *flow, const struct segment *segment, enum end_point sender)
{
    return segment_is_syn(segment) && flow->base_known[sender] &&
           flow->base[sender] != segment->seq;
}

static bool start_connection(struct grouping *grouping, struct flow *flow,
                             const struct segment *segment, enum end_point sender,
                             struct fault *fault)
{
    if (grouping->connections >= CONNECTIONS_MAX)
        return fault_set(fault, FAULT_MEMORY_LIMIT, "more than %u connections", CONNECTIONS_MAX);
    bool sender_is_low = sender == LOW;
    flow->connection = grouping->connections++;
    flow->has_connection = true;
    flow->client_is_low = segment_is_syn_ack(segment) ? !sender_is_low : sender_is_low;
    flow->base[LOW] = flow->base[HIGH] = 0;
    flow->base_known[LOW] = flow->base_known[HIGH] = false;
    return true;
}

/* The numbers that relative ones are counted from, as far as the segment tells; returns the event
 * that this is. */
static unsigned note_bases(struct flow *flow, const struct segment *segment, enum end_point sender)
{
    enum end_point receiver = other_end(sender);
    bool syn = segment->flags & TCP_SYN, was_known = flow->base_known[sender];
    if (!syn && was_known && flow->base_known[receiver])
        return 0;
    unsigned events = segment_is_syn(segment) && was_known ? GROUPING_SYN : 0;
    if (segment_is_syn_ack(segment) && was_known && flow->base[sender] != segment->seq) {
        set_base(flow, sender, segment->seq);
        events |= GROUPING_REBASED;
    }
    if (!segment->length_known)
        return events;
    if (!was_known)
        set_base(flow, sender, syn ? segment->seq : segment->seq - 1);
    if (!flow->base_known[receiver] && segment->flags & TCP_ACK)
        set_base(flow, receiver, segment->ack - 1);
    return events;
}

static bool assign(struct grouping *grouping, const struct segment *segment,
                   const struct lookup *lookup, struct assignment *assignment, struct fault *fault)
{
    enum end_point sender = lookup->sender_is_low ? LOW : HIGH;
    *assignment = (struct assignment){0};
    if (segment->is_routed || !segment->header_known)
        grouping->had_strays = true;
    if (!segment->header_known)
        return true;
    struct flow *flow = flow_table_find(&grouping->table, &lookup->key, lookup->hash, fault);
    if (!flow)
        return false;
    bool replaces = flow->has_connection && is_reuse(flow, segment, sender);
    unsigned events = 0;
    if (!flow->has_connection || replaces) {
        if (!start_connection(grouping, flow, segment, sender, fault))
            return false;
        events = GROUPING_FIRST | (replaces ? GROUPING_REUSE : 0);
    }
    events |= note_bases(flow, segment, sender);
    assignment->connection = flow->connection;
    assignment->base[SENDER] = flow->base[sender];
    assignment->base[RECEIVER] = flow->base[other_end(sender)];
    assignment->has_connection = true;
    assignment->side = lookup->sender_is_low == flow->client_is_low ? CLIENT : SERVER;
    assignment->events = (uint8_t)events;
    return true;
}

bool grouping_take(struct grouping *grouping, const struct segment_batch *batch,
                   struct assignment *assignments, struct fault *fault)
{
    enum { AHEAD = 16 }; /* about as many cache lines as can be on their way */
    struct lookup lookups[SEGMENT_BATCH_MAX];
    const struct flow_table *table = &grouping->table;
    for (size_t i = 0; i < batch->count; i++) {
        flow_key_of(&batch->segments[i], &lookups[i].key, &lookups[i].sender_is_low);
        lookups[i].hash = flow_hash(table, &lookups[i].key);
        flow_table_prefetch(table, lookups[i].hash);
    }
    for (size_t i = 0; i < batch->count; i++) {
        if (i + AHEAD < batch->count)
            flow_table_prefetch_flow(table, lookups[i + AHEAD].hash);
        if (!assign(grouping, &batch->segments[i], &lookups[i], &assignments[i], fault))
            return false;
    }
    return true;
}
