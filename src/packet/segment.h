/* A TCP segment as the analysis sees it: the decoded values of one packet. */
#ifndef PACKET_SEGMENT_H
#define PACKET_SEGMENT_H

#include "capture/cursor.h"

/* The 12 flag bits of the TCP header, RFC 9293 section 3.1, as Wireshark's tcp.flags. */
enum tcp_flags {
    TCP_FIN = 0x001,
    TCP_SYN = 0x002,
    TCP_RST = 0x004,
    TCP_PSH = 0x008,
    TCP_ACK = 0x010,
    TCP_URG = 0x020,
    TCP_ECE = 0x040,
    TCP_CWR = 0x080,
    TCP_AE = 0x100,
};

/* One layer that carried the segment inside another packet; tunnel paths are made of them. */
enum tunnel_layer {
    TUNNEL_NONE,
    TUNNEL_IPIP, /* IPv4 or IPv6 directly in IPv4 or IPv6, 6to4 included */
    TUNNEL_GRE,
    TUNNEL_ERSPAN,
    TUNNEL_TEREDO,
    TUNNEL_VXLAN,
    TUNNEL_GENEVE,
    TUNNEL_GTPU,
    TUNNEL_L2TP,
    TUNNEL_CAPWAP,
    TUNNEL_LWAPP,
    TUNNEL_LISP,
    TUNNEL_ETHERIP,
    TUNNEL_AYIYA,
    TUNNEL_TZSP,
    TUNNEL_JMIRROR, /* what Juniper's routers mirror */
    TUNNEL_SFLOW,   /* a sampled packet inside an sFlow datagram */
    TUNNEL_COUNT,
};

enum checksum { CHECKSUM_UNKNOWN, CHECKSUM_BAD, CHECKSUM_GOOD };

enum {
    SACK_BLOCKS_MAX = 4, /* 40 bytes of options hold no more: 2 + 4 * 8 */
    NO_VLAN = 0xffff,    /* no VLAN tag; ids have 12 bits */
};

struct tcp_options {
    bool has_mss, has_window_scale, has_timestamps, sack_permitted;
    bool sack_permitted_known; /* it was read, or all options were captured */
    bool is_malformed;    /* one is too short for its kind: tshark judges no more of the segment */
    bool has_ended;       /* one has a length below 2: tshark looks at nothing behind it */
    uint8_t window_scale; /* as sent */
    uint8_t sack_count;
    uint8_t mptcp_messages; /* bit n: Multipath TCP's subtype n, of the eight that tshark tells
                               apart; MP_CAPABLE only with a key */
    uint16_t mss;
    uint32_t ts_value, ts_echo;
    struct {
        uint32_t left, right;
    } sack[SACK_BLOCKS_MAX];
};

struct segment {
    uint64_t frame;         /* of the packet that completes it */
    uint64_t file_offset;   /* of that packet's first byte */
    uint64_t record_offset; /* of the record that it is in */
    int64_t time_ns;
    uint32_t captured_length, wire_length;
    uint32_t file; /* index in the data set */

    uint8_t src[16], dst[16]; /* innermost IP; IPv4 uses the first four bytes, the rest is 0 */
    uint8_t ip_version;       /* 4 or 6 */
    uint8_t ttl;              /* hop limit in IPv6 */
    uint8_t dscp, ecn;
    bool has_ip_id;   /* IPv4, or an IPv6 fragment */
    bool reassembled; /* came in more than one IP fragment */
    bool is_routed;   /* an IPv6 routing header has stops left: `dst` is only the next one */
    uint16_t vlan_id; /* innermost, or NO_VLAN */
    uint32_t ip_id;
    uint64_t tunnel; /* one enum tunnel_layer a byte, outermost lowest; 0 if none */

    uint16_t src_port, dst_port;
    uint32_t seq, ack;
    uint16_t flags;  /* enum tcp_flags */
    uint16_t window; /* as sent */
    /* How much of the header could be used, by tshark's rules:
     * header_known: 16 header bytes were captured.  Below that only the ports are there: tshark
     * lists such a frame but puts it in no stream; seq, ack, flags and window are 0. length_known:
     * the data offset lies within the datagram, so payload_length is meant. flags_known: the data
     * offset is at least 20; below that tshark shows no flags and judges no more. options_known:
     * all bytes of the options were captured. */
    bool header_known, length_known, flags_known, options_known;
    uint32_t
        payload_length; /* on the wire, from the IP length, but not beyond the frame (tshark) */
    uint32_t promised_length; /* the same from the IP length alone (tcptrace) */
    bool is_traced;           /* tcptrace takes it: all of the header without options was captured,
                                 and the IP length is not 0, as segmentation offload leaves it */
    struct cursor payload;    /* the captured part of it */
    enum checksum checksum;
    struct tcp_options options;
    uint8_t routed_to[16]; /* the last stop, if it is routed */
};

/* The address of the end point that the segment goes to. */
static inline const uint8_t *segment_destination(const struct segment *segment)
{
    return segment->is_routed ? segment->routed_to : segment->dst;
}

static inline bool segment_is_syn(const struct segment *segment)
{
    return (segment->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

static inline bool segment_is_syn_ack(const struct segment *segment)
{
    return (segment->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
}

/* Whether tshark comes to the end of the options: all that it looks at were captured, and none is
 * malformed. */
static inline bool segment_options_are_read(const struct segment *segment)
{
    const struct tcp_options *options = &segment->options;
    return (segment->options_known || options->has_ended) && !options->is_malformed;
}

/* "vxlan/gre" into text, which holds at least TUNNEL_TEXT_SIZE bytes; returns text, or NULL if
 * there is none. */
enum { TUNNEL_TEXT_SIZE = 80 };
const char *tunnel_text(uint64_t tunnel, char *text);

#endif
