#include "tcp/window.h"

void window_negotiate(const struct segment *segment, int8_t *scale, int8_t *peer_scale)
{
    const struct tcp_options *options = &segment->options;
    if (options->has_window_scale)
        *scale = options->window_scale > WINDOW_SCALE_MAX ? WINDOW_SCALE_MAX
                                                          : (int8_t)options->window_scale;
    if (!(segment->flags & TCP_SYN) || !segment_options_are_read(segment))
        return;
    if (*scale == WINDOW_SCALE_UNKNOWN)
        *scale = *peer_scale = WINDOW_SCALE_UNUSED;
    else if (segment->flags & TCP_ACK && *peer_scale == WINDOW_SCALE_UNUSED)
        *scale = WINDOW_SCALE_UNUSED;
}
