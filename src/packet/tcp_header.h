/* The TCP header's variable parts: options and checksum.  RFC 9293 section 3.1. */
#ifndef PACKET_TCP_HEADER_H
#define PACKET_TCP_HEADER_H

#include "packet/segment.h"

/* Reads options: MSS, window scale (RFC 7323), SACK (RFC 2018), timestamps (RFC 7323).  Ends at the
 * end mark, at an option that does not fit, at one whose length is below 2, or at one that is
 * malformed; any other option of the wrong length for its kind is skipped.  Of two of a kind the
 * last counts. */
void tcp_read_options(struct cursor options, struct tcp_options *read);

/* Whether the checksum over a segment's pseudo header (RFC 9293, RFC 8200 section 8.1) and all of
 * its bytes is right. The segment's addresses and IP version are used. */
bool tcp_checksum_is_good(const struct segment *segment, struct cursor bytes);

#endif
