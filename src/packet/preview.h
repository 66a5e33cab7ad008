/* A look at the headers of a plain frame, before the walk: who only wants some segments need not
 * decode the others.
 *
 * Plain is Ethernet with IPv4 without options, in one piece, and a TCP header captured in full:
 * most of what a capture holds.  Of other packets the walk alone can tell. */
#ifndef PACKET_PREVIEW_H
#define PACKET_PREVIEW_H

#include "capture/capture.h"
#include "packet/segment.h"

/* What somebody who sees a preview wants of the segment. */
enum wish {
    WISH_NONE, /* not to see it */
    WISH_IT,
    WISH_IT_LAST, /* to see it, and nothing of what follows until he asks again */
};
typedef enum wish preview_judge(const void *context, const struct segment *preview);

/* Fills those fields that segment_is_previewed names, with what decoder_decode would say.  False if
 * the packet is not plain, and nothing is filled. */
bool segment_preview(const struct packet *packet, struct segment *segment);

/* Whether a preview fills the field of struct segment at this offset: frame, time, lengths of the
 * record, addresses, IP version, ports, flags and header_known. */
bool segment_is_previewed(size_t offset);

#endif
