/* The memory of a tracker: an arena, and the pools of the rings that live in it. */
#ifndef TCP_TCP_MEMORY_H
#define TCP_TCP_MEMORY_H

#include "tcp/ring.h"

struct split_lists; /* in_flight.h */

struct tcp_memory {
    struct arena arena;
    struct ring_pool unacknowledged; /* of struct unacknowledged_segment */
    struct ring_pool byte_ranges;    /* of struct byte_range */
    struct split_lists *unused_splits;
};

#endif
