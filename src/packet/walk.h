/* What the protocol functions of this room share: the state of one walk through one packet, and
 * their list.
 *
 * A protocol function gets the bytes of its layer, header first, and passes the rest to the next
 * layer:
 *
 *     enum fate decode_x(struct walk *walk, struct cursor bytes)
 *     {
 *         struct cursor header;
 *         if (!cursor_take(&bytes, X_HEADER, &header))
 *             return walk_cut(walk);
 *         return decode_ethertype(walk, bytes, be16_at(&header, 2));
 *     }
 *
 * A cursor holds captured bytes only.  How much longer the layer was on the wire is
 * `walk->missing`: taking a header from the front leaves it as it is, a length field that ends the
 * layer early goes through walk_limit. */
#ifndef PACKET_WALK_H
#define PACKET_WALK_H

#include "packet/decode.h"
#include "packet/fragments.h"

struct decoder {
    unsigned wants; /* enum decode_wants */
    struct fragments *fragments;
    struct memory *memory;
    bool has_datagrams; /* that were put together, for decoder_forget */
};

struct walk {
    struct decoder *decoder;
    const struct packet *packet;
    struct segment *segment; /* filled from layer to layer; the innermost wins */
    struct fault *fault;
    uint64_t missing; /* bytes of the current layer that were on the wire but not captured */
    uint64_t beyond;  /* bytes that the innermost IP header promises and that were not even in the
                         frame */
    unsigned layers;  /* entered so far */
    unsigned tunnels; /* layers in segment->tunnel */
    bool quoted;      /* inside an ICMP error */
    bool sampled;     /* inside an sFlow sample: a copy of a packet's first bytes */
    bool unsized;     /* the innermost IP header gives 0 as its length: segmentation offload */
    bool fragmented;  /* the innermost IP packet is a first fragment that stands alone */
    bool failed;      /* the fault is set */
    bool has_frame_lengths; /* they are not those of the record */
    uint32_t frame_captured_length, frame_wire_length;
};

typedef enum fate decode_function(struct walk *walk, struct cursor bytes);

/* Where a number leads. */
struct next_layer {
    uint32_t number;
    decode_function *decode;
};

/* NULL if it is not in the table. */
static inline decode_function *find_layer(const struct next_layer *table, size_t count,
                                          uint32_t number)
{
    for (size_t i = 0; i < count; i++)
        if (table[i].number == number)
            return table[i].decode;
    return NULL;
}

/* The fate of a packet that ends inside a header: cut by the snap length, or shorter than its own
 * header. */
static inline enum fate walk_cut(const struct walk *walk)
{
    return walk->missing > 0 ? FATE_TRUNCATED_HEADERS : FATE_MALFORMED;
}

/* Length on the wire of a layer of which `bytes` were captured. */
static inline uint64_t walk_length(const struct walk *walk, struct cursor bytes)
{
    return bytes.left + walk->missing;
}

/* What the record has before the frame was taken off: it is no part of the frame's lengths, as in
 * tshark. */
static inline void walk_frame_begins(struct walk *walk, struct cursor bytes)
{
    walk->has_frame_lengths = true;
    walk->frame_captured_length = (uint32_t)bytes.left;
    walk->frame_wire_length = (uint32_t)walk_length(walk, bytes);
}

/* Ends the layer after `length` bytes on the wire, if it does not end before: what follows is
 * padding, a trailer or a check sequence. */
static inline void walk_limit(struct walk *walk, struct cursor *bytes, uint64_t length)
{
    if (length <= bytes->left) {
        *bytes = cursor_first(bytes, (size_t)length);
        walk->missing = 0;
    } else if (length - bytes->left < walk->missing) {
        walk->missing = length - bytes->left;
    }
}

/* Ends an IP packet after the length that its header gives; what the frame is too short for is
 * noted. */
static inline void walk_limit_ip(struct walk *walk, struct cursor *bytes, uint64_t length)
{
    uint64_t there = walk_length(walk, *bytes);
    walk->beyond = length > there ? length - there : 0;
    walk_limit(walk, bytes, length);
}

/* What a segment keeps of the record that it came in. */
static inline void take_record_fields(struct segment *segment, const struct packet *packet)
{
    segment->frame = packet->frame;
    segment->file_offset = packet->offset;
    segment->record_offset = packet->record_offset;
    segment->time_ns = packet->time_ns;
    segment->captured_length = packet->captured_length;
    segment->wire_length = packet->wire_length;
}

/* The addresses of an IPv4 header. */
static inline void take_ipv4_addresses(struct segment *segment, const struct cursor *header)
{
    memset(segment->src, 0, sizeof segment->src);
    memset(segment->dst, 0, sizeof segment->dst);
    copy_at(header, 12, segment->src, 4);
    copy_at(header, 16, segment->dst, 4);
    segment->ip_version = 4;
    segment->is_routed = false;
}

/* Counts one more layer; false if there are too many. */
static inline bool walk_enter(struct walk *walk)
{
    return ++walk->layers <= DECODE_LAYERS_MAX;
}

/* Notes a tunnel in the segment's path.  The path holds eight: the outermost ones. */
void walk_tunnel(struct walk *walk, enum tunnel_layer layer);

/* A packet that carries several packets: each goes through walk_part, and walk_parts_end tells the
 * fate of the whole. The last one with a segment gives the row, as the last of tshark's layers
 * does. */
struct walk_parts {
    struct walk before;     /* to start each part from the same state */
    struct segment outside; /* the segment as the outer layers left it */
    struct segment found;   /* the last one */
    enum fate fate;
};
void walk_parts_begin(struct walk *walk, struct walk_parts *parts);
void walk_part(struct walk *walk, struct walk_parts *parts, struct cursor bytes, uint64_t missing,
               decode_function *decode);
enum fate walk_parts_end(struct walk *walk, const struct walk_parts *parts);

/* From a number to the next layer.  Numbers that lead nowhere near IP give FATE_NOT_IP; those under
 * IP that do not lead to TCP, FATE_NOT_TCP. */
enum fate decode_link_type(struct walk *walk, struct cursor bytes, uint32_t link_type);
enum fate decode_ethertype(struct walk *walk, struct cursor bytes, uint16_t ethertype);
enum fate decode_ip_protocol(struct walk *walk, struct cursor bytes, uint8_t protocol);

/* An EtherType, and what follows it. */
decode_function decode_ethertype_field;

/* Whether decode_ethertype knows the number: tells a frame from what only might be one. */
bool ethertype_is_known(uint16_t ethertype);

/* SNAP, after the LLC header; bridged Ethernet has `bridge_padding` bytes before it. */
enum fate decode_snap(struct walk *walk, struct cursor bytes, size_t bridge_padding);

/* Netlink messages of a netlink family. */
enum fate decode_netlink_messages(struct walk *walk, struct cursor bytes, uint16_t family);

/* What follows an Ethernet type-or-length field: an EtherType, or up to 1500 the length of an 802.2
 * frame. */
enum fate decode_type_or_length(struct walk *walk, struct cursor bytes, uint16_t type_or_length);

/* Link layers.  decode_ieee80211_swapped: the two bytes of the frame control are. */
decode_function decode_ethernet, decode_llc, decode_linux_cooked, decode_linux_cooked2, decode_null,
    decode_loop, decode_enc, decode_pflog, decode_raw, decode_ppp, decode_ppp_with_direction,
    decode_pppoe, decode_chdlc, decode_frame_relay, decode_slip, decode_fddi, decode_token_ring,
    decode_ieee80211, decode_ieee80211_swapped, decode_radiotap, decode_prism, decode_avs,
    decode_ppi, decode_nflog, decode_netlink, decode_ipoib, decode_batman, decode_sunatm,
    decode_pktap, decode_ieee1394, decode_mpls, decode_ip_over_fc, decode_symantec, decode_ipnet,
    decode_arcnet, decode_arcnet_linux, decode_ax25, decode_kiss, decode_erf;

/* Juniper's. */
decode_function decode_juniper_ethernet, decode_juniper_ppp, decode_juniper_frame_relay,
    decode_juniper_chdlc, decode_juniper_ggsn, decode_juniper_voice, decode_juniper_services,
    decode_juniper_mlppp, decode_juniper_mlfr, decode_juniper_atm1, decode_juniper_atm2;

/* A packet that starts with its network layer protocol identifier, as in OSI. */
decode_function decode_nlpid;

/* The network layer and what is stacked on it.  decode_ip goes by the version in the first four
 * bits. */
decode_function decode_ip, decode_ipv6, decode_icmp, decode_icmpv6, decode_gre, decode_nsh,
    decode_udp, decode_tcp;

/* An IP fragment, its addresses and version being in the segment already: decodes the datagram that
 * it completes.  One that was not captured in full cannot be put together: tshark shows the first
 * of them as far as it goes. */
struct ip_fragment {
    uint32_t id;
    uint32_t offset; /* in bytes */
    bool more;
    uint8_t protocol;
};
enum fate decode_fragment(struct walk *walk, struct cursor bytes, const struct ip_fragment *piece);

/* The next-protocol numbers that NSH (RFC 8300) and VXLAN-GPE share. */
enum fate decode_next_protocol(struct walk *walk, struct cursor bytes, uint8_t protocol);

/* IPv6 extension headers, RFC 8200 section 4, and AH, RFC 4302; tshark follows them under IPv4,
 * too. */
decode_function decode_ipv6_options, decode_ipv6_routing, decode_ipv6_fragment,
    decode_authentication_header;

/* Tunnels in UDP. */
decode_function decode_vxlan, decode_vxlan_gpe, decode_geneve, decode_gtp, decode_teredo,
    decode_l2tp, decode_capwap, decode_lisp, decode_ayiya, decode_tzsp, decode_sflow, decode_lwapp,
    decode_lwapp_ethernet, decode_jmirror;

#endif
