/* The receive window that a direction offers: its scale, as Wireshark knows it, and statistics of
 * its effective size.  Rules: RFC 7323 section 2; tshark 4.0 packet-tcp.c,
 * verify_tcp_window_scaling; docs/analysis.md. */
#ifndef TCP_WINDOW_H
#define TCP_WINDOW_H

#include "packet/segment.h"

enum {
    WINDOW_SCALE_UNKNOWN = -1,
    WINDOW_SCALE_UNUSED = -2,
    WINDOW_SCALE_MAX = 14, /* RFC 7323 section 2.3: larger shifts count as 14 */
};

struct window_statistics {
    uint64_t samples, sum;
    uint32_t min, max;
};

/* The effective window of a segment of a direction with this scale; false if the scale is unknown.
 */
static inline bool window_scaled(const struct segment *segment, int8_t scale, uint32_t *size)
{
    *size = segment->window;
    if (segment->flags & TCP_SYN || scale == WINDOW_SCALE_UNUSED)
        return true;
    if (scale == WINDOW_SCALE_UNKNOWN)
        return false;
    *size <<= scale;
    return true;
}

/* Takes the scale option of a segment, which holds from the next segment on.  That there is none is
 * known only if all options were captured.  `scale` is that of the direction that sends it,
 * `peer_scale` that of the other. */
void window_negotiate(const struct segment *segment, int8_t *scale, int8_t *peer_scale);

static inline void window_statistics_add(struct window_statistics *statistics, uint32_t size)
{
    if (statistics->samples == 0 || size < statistics->min)
        statistics->min = size;
    if (size > statistics->max)
        statistics->max = size;
    statistics->samples++;
    statistics->sum += size;
}

#endif
