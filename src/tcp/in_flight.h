/* What one direction has sent and the other side has not acknowledged.
 *
 * Wireshark (unacknowledged.h) and tcptrace (byte_ranges.h) each keep a list of that, by rules of
 * their own.  As long as a direction sends in order and once, and ACKs fall between segments, both
 * lists are the same and are kept here once: the oldest segment in place, so that a short exchange
 * touches no other memory, the others in a ring, and below them the range that is acknowledged. The
 * first segment or ACK on which the rules differ splits them into the two full lists; when those
 * are empty again, they are joined. */
#ifndef TCP_IN_FLIGHT_H
#define TCP_IN_FLIGHT_H

#include "tcp/byte_ranges.h"
#include "tcp/tcp_memory.h"
#include "tcp/unacknowledged.h"

/* The two lists by their own rules. */
struct split_lists {
    struct unacknowledged list;
    struct byte_ranges ranges;
    struct split_lists *next_unused;
};

struct in_flight {
    /* What is acknowledged, below all that is in flight; first and last inclusive, time of the
     * latest transmission. */
    uint32_t below_first, below_last;
    int64_t below_time_ns;
    union {
        struct {
            struct unacknowledged_segment oldest;
            struct ring later;
        };
        struct split_lists *split; /* if is_split */
    };
    bool has_below : 1, has_oldest : 1, is_split : 1;
    bool is_contiguous : 1; /* no hole between `below` and the segments in flight, or among them */
    uint32_t bytes_max;     /* the most that Wireshark saw in flight: its user's to note */
};

/* A segment that takes sequence numbers. */
struct transmission {
    uint32_t seq;
    uint32_t end;    /* as Wireshark counts: SYN or FIN is one number, both together as well */
    uint32_t length; /* as tcptrace counts: SYN and FIN are a number each; 0 if it does not record
                        the segment */
    uint32_t base;   /* initial sequence number of the direction */
    int64_t time_ns;
};

/* Adds a transmission.  *listed: Wireshark's list had room for it; *repeated: how many of its
 * numbers tcptrace had recorded before.  False with a fault. */
bool in_flight_send(struct in_flight *flight, const struct transmission *sent, bool *listed,
                    uint32_t *repeated, struct tcp_memory *memory, struct fault *fault);

/* What an ACK says: when the segment whose end it names was sent, by either rule. */
struct acknowledged {
    bool is_exact, is_sample; /* Wireshark's ack_rtt; tcptrace's RTT sample */
    int64_t exact_sent_ns, sample_sent_ns;
};

/* Who takes an acknowledgement number: Wireshark from every segment of known length, tcptrace from
 * one with the ACK flag, if it takes the segment at all. */
enum acknowledged_by { BY_WIRESHARK = 1, BY_TCPTRACE = 2 };

/* Takes the acknowledgement number of a segment from the other side; `by` is a sum of enum
 * acknowledged_by.  False with a fault. */
bool in_flight_acknowledge(struct in_flight *flight, uint32_t ack, unsigned by, uint32_t base,
                           struct acknowledged *acknowledged, struct tcp_memory *memory,
                           struct fault *fault);

/* Wireshark's highest end less lowest number of its list; 0 if it is empty. */
uint32_t in_flight_span(const struct in_flight *flight);

/* To be called when the direction's base changes. */
bool in_flight_rebase(struct in_flight *flight, uint32_t base, struct tcp_memory *memory,
                      struct fault *fault);

#endif
