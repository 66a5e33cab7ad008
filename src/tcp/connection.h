/* A TCP connection: what is known of it so far, and how a segment changes that. */
#ifndef TCP_CONNECTION_H
#define TCP_CONNECTION_H

#include "packet/segment.h"
#include "tcp/in_flight.h"
#include "tcp/round_trip.h"
#include "tcp/sequence.h"
#include "tcp/window.h"
#include "tcp/zeek_state.h"

/* The two sides, as indices.  The connection's first segment decides who the client is, once and
 * for all. */
enum side { CLIENT, SERVER };

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

/* The two end points of a connection in a fixed order, so that both directions have the same key.
 * IPv4 uses the first four bytes of an address, the rest is 0. */
struct flow_key {
    uint8_t low[16], high[16];
    uint16_t low_port, high_port;
    uint8_t ip_version;
};

/* What most directions never need. */
struct trouble {
    uint64_t counts[JUDGEMENTS_COUNTED]; /* by bit number of enum judgement */
    uint64_t retransmitted_bytes;
    int64_t unique_difference; /* unique bytes less all bytes */
};

/* What one side has sent. */
struct direction {
    struct sequence_state sequence;
    struct in_flight in_flight;

    uint64_t packets, data_packets;
    uint64_t bytes; /* TCP payload */
    uint64_t wire_bytes;
    struct window_statistics window;
    struct round_trips round_trips; /* of the data that this side sent */
    int64_t idle_max_ns;
    uint32_t bytes_in_flight_max;
    struct trouble *trouble; /* NULL if there was none */

    uint32_t isn; /* of the first SYN, as are mss, window_scale, sack_permitted, timestamps */
    uint16_t mss;
    uint8_t window_scale;
    uint8_t ttl; /* of the first segment */
    bool syn_seen, syn_options_known, mss_known, window_scale_known, sack_permitted, timestamps;
    bool syn_sent : 1, fin_sent : 1;
    bool window_is_open : 1; /* the latest segment that was no RST offered a window (tcptrace) */
};

struct connection {
    struct direction side[2];
    struct zeek_connection zeek;
    struct flow_key key;
    bool client_is_low; /* the client is the key's low end point */
    bool is_reuse;      /* it replaced an older connection of the same end points */
    bool reassembled;   /* a segment came in IP fragments, which may lie anywhere before it */
    bool syn_time_known, syn_rtt_known;
    bool starts_with_syn;
    bool data_after_fin;
    uint8_t client_by; /* enum client_by */
    uint8_t completeness;
    uint16_t vlan_id;
    uint64_t tunnel;
    uint32_t syn_count, fin_count, rst_count; /* the last value means: or more */
    int64_t start_ns, end_ns;
    int64_t syn_time_ns;    /* of the latest SYN without ACK */
    int64_t initial_rtt_ns; /* 0: unknown */
    int64_t syn_rtt_ns;
    uint64_t first_frame, last_frame;
    uint32_t first_file, last_file;
};

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

/* Begins a connection with its first segment, which connection_take takes next.  The connection is
 * zeroed. is_reuse: it replaces another one of the same end points. */
void connection_start(struct connection *connection, const struct flow_key *key,
                      const struct segment *segment, bool sender_is_low, bool is_reuse);

/* Whether the segment begins a new connection on the same end points: a SYN with a new sequence
 * number (tshark). */
bool connection_is_reused(const struct connection *connection, const struct segment *segment,
                          bool sender_is_low);

/* Takes a segment of the connection and fills the verdict but for `connection`.  False with a
 * fault. */
bool connection_take(struct connection *connection, const struct segment *segment,
                     bool sender_is_low, struct verdict *verdict, struct tcp_memory *memory,
                     struct fault *fault);

/* A count of enum judgement (a single, counted bit) of one side. */
uint64_t direction_count(const struct direction *direction, enum judgement judgement);

/* tcptrace's unique bytes of one side. */
uint64_t direction_unique_bytes(const struct direction *direction);

/* "R" or "S2F2": the status of the report, from both sides' counts.  Returns its length. */
enum { STATUS_TEXT_SIZE = 48 };
int connection_status(const struct connection *connection, char text[STATUS_TEXT_SIZE]);

bool connection_is_open(const struct connection *connection);

#endif
