/* The walk from a packet's first byte to its TCP segment.
 *
 * Each protocol is one function with one signature in a file of its own; tables of numbers (link
 * type, EtherType, IP protocol, UDP port) lead from each to the next.  A packet without a segment
 * has a named reason, which is counted: nothing vanishes. */
#ifndef PACKET_DECODE_H
#define PACKET_DECODE_H

#include "capture/capture.h"
#include "packet/segment.h"

/* What became of a packet.  The names are the columns of tcp_captures. */
enum fate {
    FATE_SEGMENT,
    FATE_NOT_IP,
    FATE_NOT_TCP,
    FATE_FRAGMENT,          /* an IP fragment that does not complete a datagram */
    FATE_TRUNCATED_HEADERS, /* the captured bytes end inside a header */
    FATE_MALFORMED,         /* a header contradicts itself */
    FATE_UNKNOWN_LINK_TYPE,
    FATE_ICMP_QUOTED, /* a TCP header quoted in an ICMP error: no segment */
    FATE_TOO_DEEP,    /* more layers than DECODE_LAYERS_MAX */
    FATE_COUNT,
};

/* A packet of honest software has a dozen layers at most; nesting without end must stop somewhere.
 */
enum { DECODE_LAYERS_MAX = 32 };

/* Column name of a fate in tcp_captures: "not_ip", …; "tcp_packets" for FATE_SEGMENT. */
const char *fate_name(enum fate fate);

/* What of a segment is asked for beyond its header. */
enum decode_wants {
    DECODE_CHECKSUM = 1,      /* compute `checksum` (reads the whole payload) */
    DECODE_KEEP_PAYLOADS = 2, /* they stay until decoder_forget */
};

struct decoder;

/* A decoder holds the IP fragments that wait for the rest of their datagram. */
struct decoder *decoder_open(unsigned wants, struct memory *memory, struct fault *fault);
void decoder_close(struct decoder *decoder);

/* Decodes one packet.  With FATE_SEGMENT, *segment is filled but for `file`; its payload points
 * into the packet's bytes or, if it came in fragments, into the decoder's memory, until the next
 * packet or, if it is to be kept, until decoder_forget.  False only with a fault. */
bool decoder_decode(struct decoder *decoder, const struct packet *packet, struct segment *segment,
                    enum fate *fate, struct fault *fault);

/* Ends the life of payloads handed out from reassembled datagrams. */
void decoder_forget(struct decoder *decoder);

/* The same, and forgets the fragments that wait: what comes next is not what followed. */
void decoder_reset(struct decoder *decoder);

/* Whether a link type can be decoded. */
bool link_type_is_known(uint32_t link_type);

/* The names of all link types that can be decoded, comma separated, into text; returns text. */
enum { LINK_TYPES_TEXT_SIZE = 800 };
const char *link_types_text(char *text);

#endif
