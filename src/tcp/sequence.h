/* Wireshark's judgements of a segment: retransmission, lost segment, duplicate ACK, zero window …
 *
 * The rules are those of tshark 4.0.17 with default preferences (packet-tcp.c,
 * tcp_analyze_sequence_number), in its order of evaluation and with its oddities, of which this one
 * is everywhere: the value 0 of `next`, `max_ack`, `last_ack` and the initial round trip means
 * "unknown".  docs/analysis.md explains each judgement. */
#ifndef TCP_SEQUENCE_H
#define TCP_SEQUENCE_H

#include "packet/segment.h"

/* One bit a judgement; the columns of tcp_packets have the same names. */
enum judgement {
    JUDGED_RETRANSMISSION = 1 << 0, /* plain, fast or spurious */
    JUDGED_FAST_RETRANSMISSION = 1 << 1,
    JUDGED_SPURIOUS_RETRANSMISSION = 1 << 2,
    JUDGED_OUT_OF_ORDER = 1 << 3,
    JUDGED_LOST_SEGMENT = 1 << 4,
    JUDGED_DUPLICATE_ACK = 1 << 5,
    JUDGED_KEEP_ALIVE = 1 << 6,
    JUDGED_ZERO_WINDOW = 1 << 7,
    JUDGED_ZERO_WINDOW_PROBE = 1 << 8,
    JUDGED_WINDOW_FULL = 1 << 9,
    /* The ten above are counted for each connection. */
    JUDGED_WINDOW_UPDATE = 1 << 10,
    JUDGED_KEEP_ALIVE_ACK = 1 << 11,
    JUDGED_ZERO_WINDOW_PROBE_ACK = 1 << 12,
    JUDGED_ACK_LOST_SEGMENT = 1 << 13,
    JUDGED_REUSED_PORTS = 1 << 14,
};
enum { JUDGEMENTS_COUNTED = 10 };

#define DUPLICATES_BLOCKED                                                                         \
    UINT32_MAX /* tshark's mark after an ACK of lost data; more than any count */

/* What the judgements need to know of one direction. */
struct sequence_state {
    int64_t next_time_ns; /* when `next` was reached */
    int64_t last_time_ns; /* of the latest segment */
    uint32_t next;        /* highest end of what was sent */
    uint32_t max_ack;     /* highest number reached without a hole, roughly */
    uint32_t last_ack;    /* raw acknowledgement field of the latest segment */
    uint32_t duplicates;  /* of last_ack in a row; DUPLICATES_BLOCKED after an ACK of lost data */
    uint32_t sack_bytes;  /* in the first three SACK blocks of the latest segment */
    uint16_t window;      /* raw window field of the latest segment, if window_known */
    int8_t window_scale;  /* the shift, WINDOW_SCALE_UNKNOWN or WINDOW_SCALE_UNUSED */
    bool window_known : 1;
    bool window_is_closed : 1;      /* the latest segment that was no RST offered none (tcptrace) */
    bool was_keep_alive : 1;        /* the latest segment was a keep-alive */
    bool was_zero_window_probe : 1; /* … a zero window probe */
    bool first_ack_pending : 1;     /* a SYN was sent and no ACK without SYN since */
    bool in_flight_hidden : 1; /* a segment was lost: bytes in flight are not known until the next
                                  ACK */
};

/* Results for one segment. */
struct sequence_verdict {
    uint32_t judgements; /* enum judgement */
    uint32_t duplicate_ack_number;
    uint32_t bytes_in_flight; /* 0: not known */
    bool has_ack_rtt;
    int64_t ack_rtt_ns; /* may be negative if time went back */
};

void sequence_start(struct sequence_state *state);

/* What the judgements need to know beside the two directions. */
struct sequence_context {
    int64_t initial_rtt_ns; /* of the connection; 0 if unknown */
    bool was_listed;        /* the list of unacknowledged segments had room for the segment */
    bool may_repeat_ack;    /* Multipath TCP has begun something since the sender's latest segment
                               (tshark) */
};

/* Judges a segment of known length that `f` sends and `r` receives, and updates both; fills the
 * judgements and the duplicate_ack_number. */
void sequence_judge(struct sequence_state *f, struct sequence_state *r,
                    const struct segment *segment, const struct sequence_context *context,
                    struct sequence_verdict *verdict);

/* The bytes in flight after a segment of `f`, given the span of its unacknowledged segments; 0 if
 * not known. */
uint32_t sequence_in_flight(const struct sequence_state *f, const struct sequence_state *r,
                            const struct segment *segment, uint32_t span);

/* Where a segment ends: SYN or FIN take a number. */
static inline uint32_t sequence_end(const struct segment *segment)
{
    return segment->seq + segment->payload_length + !!(segment->flags & (TCP_SYN | TCP_FIN));
}

/* The updates that follow the judgement, also for a segment of unknown length: SACK blocks, the
 * handshake's first ACK, window scale. */
void sequence_finish(struct sequence_state *f, struct sequence_state *r,
                     const struct segment *segment);

#endif
