/* A TCP connection: what is known of it so far, and how a segment changes that. */
#ifndef TCP_CONNECTION_H
#define TCP_CONNECTION_H

#include "tcp/grouping.h"
#include "tcp/in_flight.h"
#include "tcp/round_trip.h"
#include "tcp/sequence.h"
#include "tcp/window.h"

#include <stdalign.h>

/* How the client was known. */
enum client_by {
    CLIENT_BY_SYN,     /* it sent a SYN */
    CLIENT_BY_SYN_ACK, /* it was sent a SYN+ACK */
    CLIENT_BY_FIRST,   /* it sent the first segment that was captured */
};

/* Wireshark's tcp.completeness. */
enum completeness {
    COMPLETENESS_SYN = 1,
    COMPLETENESS_SYN_ACK = 2,
    COMPLETENESS_ACK = 4,
    COMPLETENESS_DATA = 8,
    COMPLETENESS_FIN = 16,
    COMPLETENESS_RST = 32,
};

/* What most connections never need, of one side. */
struct trouble {
    uint64_t counts[JUDGEMENTS_COUNTED]; /* by bit number of enum judgement */
    uint64_t retransmitted_bytes;
    int64_t unique_difference; /* unique bytes less all bytes */
};

/* What one side has sent: three cache lines.  Packets have 40 bits, for a capture with more is
 * larger than any disk (70 TB at least). */
struct direction {
    /* Touched when the side sends, and when the other one acknowledges. */
    struct sequence_state sequence;
    struct in_flight in_flight;
    struct round_trips round_trips; /* of the data that this side sent */
    /* Touched when the side sends. */
    uint64_t bytes; /* TCP payload */
    uint64_t wire_bytes;
    uint64_t packets : 40;
    uint64_t mss : 16; /* of the first SYN, as are isn, window_scale, sack_permitted, timestamps */
    uint64_t ttl : 8;  /* of the first segment */
    uint64_t data_packets : 40;
    uint64_t window_scale : 8;
    bool syn_seen : 1, syn_options_known : 1, mss_known : 1, window_scale_known : 1;
    bool sack_permitted : 1, timestamps : 1;
    bool syn_sent : 1, fin_sent : 1;
    struct window_statistics window;
    int64_t idle_max_ns;
};

/* A segment touches six of eight cache lines: waiting for them is what the analysis of many
 * connections takes longest for. */
struct connection {
    alignas(CACHE_LINE) struct direction side[2];
    /* Touched by every segment. */
    alignas(CACHE_LINE) int64_t end_ns;
    uint64_t last_frame;
    int64_t syn_time_ns;     /* of the latest SYN without ACK */
    int64_t initial_rtt_ns;  /* 0: unknown */
    struct trouble *trouble; /* of both sides; NULL if there was none */
    uint32_t last_file;
    uint32_t syn_count, fin_count, rst_count; /* the last value means: or more */
    uint8_t completeness;
    uint8_t client_by;      /* enum client_by */
    uint8_t mptcp_messages; /* of segment.h, of all segments */
    uint8_t mptcp_known[2]; /* mptcp_messages when the side sent its latest segment */
    bool client_is_low : 1; /* the client is the low end point */
    bool is_reuse : 1;      /* it replaced an older connection of the same end points */
    bool reassembled : 1;   /* a segment came in IP fragments, which may lie anywhere before it */
    bool syn_time_known : 1, syn_rtt_known : 1;
    bool starts_with_syn : 1;
    bool data_after_fin : 1;
    uint16_t vlan_id;
    /* Touched by few. */
    alignas(CACHE_LINE) uint64_t first_frame;
    int64_t start_ns;
    int64_t syn_rtt_ns;
    uint64_t tunnel;
    uint32_t isn[2]; /* of each side's first SYN */
    struct end_points ends;
    uint32_t first_file;
};

#ifndef _WIN32 /* where bit-fields take more */
_Static_assert(sizeof(struct direction) == 3 * CACHE_LINE, "a side is three cache lines");
_Static_assert(sizeof(struct connection) == 8 * CACHE_LINE, "a connection is eight");
#endif

/* Asks for the memory that a segment from that side will touch. */
PREFETCH_FUNCTION void connection_prefetch(const struct connection *connection, enum side sender)
{
    prefetch(&connection->side[sender], sizeof(struct direction));
    prefetch(&connection->side[sender ^ 1], offsetof(struct direction, bytes));
    prefetch(&connection->end_ns, CACHE_LINE);
}

/* What the analysis says of one segment. */
struct verdict {
    uint32_t connection; /* index; the connection_id less 1 */
    bool has_connection; /* false if too little of the header was captured: then all else is 0 */
    bool from_client;
    bool window_known;
    uint32_t rel_seq, rel_ack;
    uint32_t window_scaled;
    struct sequence_verdict sequence;
};

/* Takes a segment that belongs to the connection, which is zeroed before its first one, and fills
 * the verdict but for `connection`.  False with a fault. */
bool connection_take(struct connection *connection, const struct segment *segment,
                     const struct assignment *assignment, struct verdict *verdict,
                     struct tcp_memory *memory, struct fault *fault);

/* A count of enum judgement (a single, counted bit) of one side. */
uint64_t connection_judged(const struct connection *connection, enum side side,
                           enum judgement judgement);

uint64_t connection_retransmitted_bytes(const struct connection *connection, enum side side);

/* tcptrace's unique bytes of one side. */
uint64_t connection_unique_bytes(const struct connection *connection, enum side side);

/* "R" or "S2F2": the status of the report, from both sides' counts.  Returns its length. */
enum { STATUS_TEXT_SIZE = 48 };
int connection_status(const struct connection *connection, char text[STATUS_TEXT_SIZE]);

bool connection_is_open(const struct connection *connection);

#endif
