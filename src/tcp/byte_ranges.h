/* The sequence numbers that one direction has sent, as tcptrace keeps them: sorted, disjoint
 * ranges.
 *
 * They answer two questions: which bytes of a segment were never sent before (unique bytes), and
 * whether an ACK gives a round trip that can be trusted (Karn's rule, and no sample past a loss).
 * Rules: tcptrace 6.6.7 rexmit.c; docs/analysis.md.
 *
 * tcptrace cuts the number space into four quadrants and forgets the one opposite to that in use;
 * so do these ranges, for connections of more than a gigabyte are then counted alike.  They differ
 * in one point: beyond BYTE_RANGES_MAX ranges the two lowest become one, so that memory stays
 * bounded. */
#ifndef TCP_BYTE_RANGES_H
#define TCP_BYTE_RANGES_H

#include "tcp/ring.h"

/* More segments than a 6 MiB window holds are in flight, or as many holes were never filled. */
enum { BYTE_RANGES_MAX = 4096 };

enum { BYTE_RANGES_QUADRANT_SHIFT = 30 };

struct byte_range {
    uint32_t first, last; /* sequence numbers, both inclusive; never across two quadrants */
    int64_t time_ns;      /* of the latest transmission */
    bool acknowledged;
    bool retransmitted;
};

struct byte_ranges {
    struct ring ring;
    uint8_t quadrant; /* the one in use: ranges lie in it and its two neighbours */
    bool in_use;
};

/* Records a transmission of `length` > 0 numbers from `seq` on; *repeated becomes how many were
 * there before. */
bool byte_ranges_add(struct byte_ranges *ranges, uint32_t seq, uint32_t length, int64_t now_ns,
                     uint32_t *repeated, struct ring_pool *pool, struct fault *fault);

/* Takes an ACK from the other side.  True if it gives a round trip, of data sent at *sent_ns. */
bool byte_ranges_acknowledge(struct byte_ranges *ranges, uint32_t ack, int64_t *sent_ns,
                             struct ring_pool *pool);

/* Starts with one acknowledged range, which lies in one quadrant. */
bool byte_ranges_start(struct byte_ranges *ranges, uint32_t first, uint32_t last, int64_t time_ns,
                       struct ring_pool *pool, struct fault *fault);

/* Ends with one acknowledged range, *below; false, and nothing changes, if there is more or less
 * than that. */
bool byte_ranges_finish(struct byte_ranges *ranges, struct byte_range *below,
                        struct ring_pool *pool);

#endif
