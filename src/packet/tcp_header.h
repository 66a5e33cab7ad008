/* The TCP header's variable parts: options and checksum.  RFC 9293 section 3.1. */
#ifndef PACKET_TCP_HEADER_H
#define PACKET_TCP_HEADER_H

#include "packet/segment.h"

/* Reads options: MSS, window scale (RFC 7323), SACK (RFC 2018), timestamps (RFC 7323).  `options`
 * is what was captured of them, `length` what the header has.  Ends at the end mark, at an option
 * that does not fit the header, at one whose length is below 2, at one that is malformed, or at one
 * that was cut, of which SACK blocks are kept that were captured as a whole; any other option of
 * the wrong length for its kind is skipped.  Of two of a kind the last counts. */
void tcp_read_options(struct cursor options, size_t length, struct tcp_options *read);

/* Whether the checksum over a segment's pseudo header (RFC 9293, RFC 8200 section 8.1) and all of
 * its bytes is right. The segment's addresses and IP version are used. */
bool tcp_checksum_is_good(const struct segment *segment, struct cursor bytes);

#endif
