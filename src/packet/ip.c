/* IP protocol numbers and IPv4.
 *
 * Source: RFC 791; https://www.iana.org/assignments/protocol-numbers.  Odd lengths are judged as
 * tshark does:
 *   - a total length of 0 is what segmentation offload leaves: the packet is the rest of the frame;
 *   - a total length below the header's, and a header length below 20, are malformed;
 *   - a total length beyond the frame's original length is cut to it; what the frame has beyond it
 * is padding;
 *   - the header checksum does not matter. */
#include "packet/walk.h"

enum {
    IPV4_HEADER = 20,
    MORE_FRAGMENTS = 0x2000,
    FRAGMENT_OFFSET = 0x1fff,
};

static enum fate decode_ip_in_ip(struct walk *walk, struct cursor bytes)
{
    walk_tunnel(walk, TUNNEL_IPIP);
    return decode_ip(walk, bytes);
}

static enum fate decode_ipv6_in_ip(struct walk *walk, struct cursor bytes)
{
    walk_tunnel(walk, TUNNEL_IPIP);
    return decode_ipv6(walk, bytes);
}

static enum fate decode_ethernet_in_ip(struct walk *walk, struct cursor bytes)
{
    walk_tunnel(walk, TUNNEL_ETHERIP);
    return decode_ethernet(walk, bytes);
}

/* EtherIP, RFC 3378: a version and a reserved byte before the frame. */
static enum fate decode_etherip(struct walk *walk, struct cursor bytes)
{
    return cursor_skip(&bytes, 2) ? decode_ethernet_in_ip(walk, bytes) : walk_cut(walk);
}

/* The extension headers of IPv6 stand here, too: they are IP protocols like the others. */
static decode_function *const ip_protocols[256] = {
    [0] = decode_ipv6_options,  [1] = decode_icmp,
    [4] = decode_ip_in_ip,      [6] = decode_tcp,
    [17] = decode_udp,          [41] = decode_ipv6_in_ip,
    [43] = decode_ipv6_routing, [44] = decode_ipv6_fragment,
    [47] = decode_gre,          [51] = decode_authentication_header,
    [58] = decode_icmpv6,       [60] = decode_ipv6_options,
    [80] = decode_nlpid,        [97] = decode_etherip,
    [137] = decode_mpls,        [143] = decode_ethernet_in_ip,
};

enum fate decode_ip_protocol(struct walk *walk, struct cursor bytes, uint8_t protocol)
{
    if (!walk_enter(walk))
        return FATE_TOO_DEEP;
    decode_function *decode = ip_protocols[protocol];
    return decode ? decode(walk, bytes) : FATE_NOT_TCP;
}

enum fate decode_fragment(struct walk *walk, struct cursor bytes, const struct ip_fragment *piece)
{
    struct segment *segment = walk->segment;
    if (walk->quoted || walk->missing > 0 || walk->beyond > 0 || bytes.left == 0) {
        bool is_looked_into = piece->offset == 0 && (walk->quoted || segment->ip_version == 4);
        walk->fragmented = true;
        return is_looked_into ? decode_ip_protocol(walk, bytes, piece->protocol) : FATE_FRAGMENT;
    }
    struct fragment fragment = {
        .key = {.id = piece->id,
                .vlan_id = segment->vlan_id,
                .ip_version = segment->ip_version,
                .protocol = segment->ip_version == 4 ? piece->protocol : 0},
        .bytes = bytes,
        .offset = piece->offset,
        .more = piece->more,
        .time_ns = walk->packet->time_ns,
    };
    memcpy(fragment.key.src, segment->src, sizeof fragment.key.src);
    memcpy(fragment.key.dst, segment_destination(segment), sizeof fragment.key.dst);
    switch (fragments_add(walk->decoder->fragments, &fragment, &bytes, walk->fault)) {
    case FRAGMENTS_COMPLETE:
        segment->reassembled = true;
        walk->decoder->has_datagrams = true;
        return decode_ip_protocol(walk, bytes, piece->protocol);
    case FRAGMENTS_FAILED:
        walk->failed = true;
        return FATE_FRAGMENT;
    default:
        return FATE_FRAGMENT;
    }
}

/* The fields that a segment keeps of its header. */
static void take_ipv4_fields(struct segment *segment, const struct cursor *header)
{
    take_ipv4_addresses(segment, header);
    segment->dscp = u8_at(header, 1) >> 2;
    segment->ecn = u8_at(header, 1) & 3;
    segment->ttl = u8_at(header, 8);
    segment->has_ip_id = true;
    segment->ip_id = be16_at(header, 4);
}

/* Takes the next option, kind first; false at the end of the list or at an impossible length, after
 * which nothing counts. */
static bool next_option(struct cursor *options, struct cursor *option)
{
    enum { END = 0, NO_OPERATION = 1 };
    uint8_t kind = u8_at(options, 0), length = u8_at(options, 1);
    if (options->left == 0 || kind == END)
        return false;
    if (kind == NO_OPERATION)
        return cursor_take(options, 1, option);
    return length >= 2 && cursor_take(options, length, option);
}

/* Whether no option is shorter than what its kind needs, by which tshark gives up the packet. */
static bool options_are_sane(struct cursor options)
{
    static const struct {
        uint8_t kind, size;
    } least[] = {
        {7, 3},   {11, 4},  {12, 4},  {25, 8},  {68, 4},  {82, 12}, {130, 3},
        {131, 3}, {133, 3}, {134, 6}, {136, 4}, {137, 3}, {148, 4},
    };
    struct cursor option;
    while (next_option(&options, &option))
        for (size_t i = 0; i < sizeof least / sizeof least[0]; i++)
            if (least[i].kind == u8_at(&option, 0) && option.left < least[i].size)
                return false;
    return true;
}

/* While a source route has stops left, the header's destination is only the next one and the last
 * one stands in the option (RFC 791 section 3.1); tshark shows that.  Of two routes the first
 * counts. */
static void take_source_route(struct segment *segment, struct cursor options)
{
    enum { LOOSE = 131, STRICT = 137, POINTER_MIN = 4 };
    struct cursor option;
    while (next_option(&options, &option)) {
        uint8_t kind = u8_at(&option, 0), pointer = u8_at(&option, 2);
        if (kind != LOOSE && kind != STRICT)
            continue;
        if (pointer >= POINTER_MIN && pointer % 4 == 0 && pointer <= option.left)
            copy_at(&option, option.left - 4, segment->dst, 4);
        return;
    }
}

/* Not inline, as the next one: they are the rare ways.  False if the packet is malformed. */
__attribute__((noinline)) static bool take_options(struct segment *segment, struct cursor options)
{
    if (!options_are_sane(options))
        return false;
    take_source_route(segment, options);
    return true;
}

__attribute__((noinline)) static enum fate
decode_ipv4_fragment(struct walk *walk, struct cursor bytes, uint16_t fragment, uint8_t protocol)
{
    struct ip_fragment piece = {
        .id = walk->segment->ip_id,
        .offset = 8u * (fragment & FRAGMENT_OFFSET),
        .more = fragment & MORE_FRAGMENTS,
        .protocol = protocol,
    };
    return decode_fragment(walk, bytes, &piece);
}

enum fate decode_ip(struct walk *walk, struct cursor bytes)
{
    if (u8_at(&bytes, 0) >> 4 == 6)
        return decode_ipv6(walk, bytes);
    struct cursor all = bytes, header;
    if (!cursor_take(&bytes, IPV4_HEADER, &header))
        return walk_cut(walk);
    size_t header_length = 4u * (u8_at(&header, 0) & 0x0f);
    size_t total_length = be16_at(&header, 2);
    if (u8_at(&header, 0) >> 4 != 4 || header_length < IPV4_HEADER)
        return FATE_MALFORMED;
    walk->beyond = 0;
    walk->unsized = total_length == 0;
    if (!walk->unsized) {
        if (total_length < header_length)
            return FATE_MALFORMED;
        walk_limit_ip(walk, &all, total_length);
    }
    bytes = all;
    if (!cursor_skip(&bytes, header_length))
        return walk_cut(walk);
    all = cursor_first(&all, header_length);
    take_ipv4_fields(walk->segment, &header);
    if (header_length > IPV4_HEADER &&
        !take_options(walk->segment, cursor_after(&all, IPV4_HEADER)))
        return FATE_MALFORMED;
    walk->fragmented = false;
    uint8_t protocol = u8_at(&header, 9);
    uint16_t fragment = be16_at(&header, 6);
    if (fragment & (MORE_FRAGMENTS | FRAGMENT_OFFSET))
        return decode_ipv4_fragment(walk, bytes, fragment, protocol);
    return decode_ip_protocol(walk, bytes, protocol);
}
