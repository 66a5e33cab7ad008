/* Wireshark's list of segments that the other side has not acknowledged yet, of one direction.
 *
 * It serves two outputs: the round trip of an ACK (tcp.analysis.ack_rtt) and the bytes in flight.
 * Rules: tshark 4.0 packet-tcp.c, tcp_analyze_sequence_number; docs/analysis.md. */
#ifndef TCP_UNACKNOWLEDGED_H
#define TCP_UNACKNOWLEDGED_H

#include "tcp/ring.h"

/* tshark's own cap (TCP_MAX_UNACKED_SEGMENTS): reached only if the other direction was not
 * captured. */
enum { UNACKNOWLEDGED_MAX = 10000 };

struct unacknowledged_segment {
    uint32_t seq;    /* first sequence number; moves up when an ACK falls inside */
    uint32_t end;    /* one past the last, SYN and FIN counted */
    int64_t time_ns; /* of this transmission */
};

struct unacknowledged {
    struct ring ring;
    uint32_t lowest, highest; /* seq and end over all entries, relative to the direction's base */
    bool ordered;             /* each entry begins at or after the end of the one before */
};

/* Adds a segment unless the list is full; *added says whether it was.  `base` is the direction's
 * initial number. */
bool unacknowledged_add(struct unacknowledged *list, uint32_t seq, uint32_t end, int64_t time_ns,
                        uint32_t base, bool *added, struct ring_pool *pool, struct fault *fault);

/* Takes away what `ack` covers.  True if ack equals the end of an entry; *sent_ns then is when it
 * was first sent. */
bool unacknowledged_acknowledge(struct unacknowledged *list, uint32_t ack, uint32_t base,
                                int64_t *sent_ns, struct ring_pool *pool);

/* Highest end less lowest number of the list; 0 if it is empty. */
static inline uint32_t unacknowledged_span(const struct unacknowledged *list)
{
    return ring_count(&list->ring) ? list->highest - list->lowest : 0;
}

/* To be called when the direction's base changes while the list is in use. */
void unacknowledged_rebase(struct unacknowledged *list, uint32_t base);

#endif
