/* Conversations as tables: each line is a segment that A (who opens the connection) or B sends. */
#ifndef UNIT_CONVERSATION_H
#define UNIT_CONVERSATION_H

#include "tcp/connection.h"
#include "tcp/zeek_state.h"

#include "pools.h"

#include <stdlib.h>

enum {
    SYN = TCP_SYN,
    SYN_ACK = TCP_SYN | TCP_ACK,
    ACK = TCP_ACK,
    FIN = TCP_FIN,
    FIN_ACK = TCP_FIN | TCP_ACK,
    RST = TCP_RST,
    RST_ACK = TCP_RST | TCP_ACK,
    LINES_MAX = 32,
    LENGTH_MAX = 4096,
};

/* A line: milliseconds, flags, sequence and acknowledgement number, payload length, window; then
 * what is expected of it, by name. */
#define LINE(side, at, f, s, a, l, w, ...)                                                         \
    {                                                                                              \
        .from = side, .ms = at, .flags = f, .seq = s, .ack = a, .length = l, .window = w,          \
        __VA_ARGS__                                                                                \
    }
#define A(...) LINE('A', __VA_ARGS__, )
#define B(...) LINE('B', __VA_ARGS__, )

struct line {
    char from; /* 'A' or 'B'; 0 ends the table */
    int ms;    /* since the first segment */
    uint16_t flags;
    uint32_t seq, ack, length;
    uint16_t window;
    /* What is expected of it; 0 is "none". */
    uint32_t judged; /* enum judgement */
    uint32_t duplicate, rtt_ms, in_flight;
};

struct ports {
    uint16_t port_a, port_b;
};

static inline struct segment segment_of(const struct line *line, struct ports ends)
{
    static const uint8_t zeros[LENGTH_MAX];
    bool from_a = line->from == 'A';
    if (line->length > LENGTH_MAX)
        abort();
    struct segment segment = {
        .time_ns = line->ms * INT64_C(1000000),
        .ip_version = 4,
        .ttl = 64,
        .vlan_id = NO_VLAN,
        .wire_length = 54 + line->length,
        .captured_length = 54 + line->length,
        .src_port = from_a ? ends.port_a : ends.port_b,
        .dst_port = from_a ? ends.port_b : ends.port_a,
        .seq = line->seq,
        .ack = line->ack,
        .flags = line->flags,
        .window = line->window,
        .header_known = true,
        .length_known = true,
        .flags_known = true,
        .options_known = true,
        .is_traced = true,
        .payload_length = line->length,
        .payload = cursor_over(zeros, line->length),
    };
    memcpy(from_a ? segment.src : segment.dst, (uint8_t[]){10, 0, 0, 1}, 4);
    memcpy(from_a ? segment.dst : segment.src, (uint8_t[]){10, 0, 0, 2}, 4);
    return segment;
}

/* One connection, by all rules. */
struct conversation {
    struct tcp_memory pools;
    struct zeek_memory zeek_memory;
    struct grouping *grouping;
    struct connection connection;
    struct zeek_connection zeek;
};

static inline void conversation_open(struct conversation *conversation)
{
    const uint64_t hash_key[2] = {3, 5};
    *conversation = (struct conversation){.zeek_memory.arena = arena_open(&memory)};
    pools_open(&conversation->pools);
    conversation->zeek_memory.blocks =
        ring_pool_open(&conversation->zeek_memory.arena, sizeof(struct zeek_block));
    conversation->grouping = grouping_open(hash_key, &memory, &fault);
    if (!conversation->grouping)
        abort();
}

static inline void conversation_close(struct conversation *conversation)
{
    grouping_close(conversation->grouping);
    arena_close(&conversation->zeek_memory.arena);
    arena_close(&conversation->pools.arena);
}

static inline struct verdict take_segment(struct conversation *conversation,
                                          const struct segment *segment)
{
    static struct segment_batch batch = {.count = 1};
    struct assignment assignment;
    struct verdict verdict = {0};
    batch.segments[0] = *segment;
    if (!grouping_take(conversation->grouping, &batch, &assignment, &fault) ||
        assignment.connection > 0 ||
        !connection_take(&conversation->connection, segment, &assignment, &verdict,
                         &conversation->pools, &fault) ||
        !zeek_take(&conversation->zeek, segment, assignment.side, &conversation->zeek_memory,
                   &fault))
        abort();
    return verdict;
}

static inline struct verdict take_line(struct conversation *conversation, const struct line *line,
                                       struct ports ends)
{
    struct segment segment = segment_of(line, ends);
    return take_segment(conversation, &segment);
}

#endif
