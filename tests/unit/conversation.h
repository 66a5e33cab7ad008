/* Conversations as tables: each line is a segment that A (who opens the connection) or B sends. */
#ifndef UNIT_CONVERSATION_H
#define UNIT_CONVERSATION_H

#include "pools.h"
#include "tcp/connection.h"
#include "tcp/flow_table.h"

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

struct end_points {
    uint16_t port_a, port_b;
};

static inline struct segment segment_of(const struct line *line, struct end_points ends)
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
        .payload_length = line->length,
        .payload = cursor_over(zeros, line->length),
    };
    memcpy(from_a ? segment.src : segment.dst, (uint8_t[]){10, 0, 0, 1}, 4);
    memcpy(from_a ? segment.dst : segment.src, (uint8_t[]){10, 0, 0, 2}, 4);
    return segment;
}

/* Gives a segment to the connection, which begins with it if it has none yet. */
static inline struct verdict take_segment(struct connection *connection,
                                          const struct segment *segment, struct tcp_memory *pools)
{
    struct verdict verdict = {0};
    struct flow_key key;
    bool sender_is_low;
    flow_key_of(segment, &key, &sender_is_low);
    if (connection->side[CLIENT].packets + connection->side[SERVER].packets == 0)
        connection_start(connection, &key, segment, sender_is_low, false);
    if (!connection_take(connection, segment, sender_is_low, &verdict, pools, &fault))
        abort();
    return verdict;
}

static inline struct verdict take_line(struct connection *connection, const struct line *line,
                                       struct end_points ends, struct tcp_memory *pools)
{
    struct segment segment = segment_of(line, ends);
    return take_segment(connection, &segment, pools);
}

#endif
