/* IPv6 and its extension headers.
 *
 * Source: RFC 8200; RFC 2675 (jumbograms), RFC 4302 (AH), RFC 6554 (RPL source routes), RFC 8754
 * (segment routing).  A payload length of 0 without a jumbo option is an empty packet, as in
 * tshark. */
#include "packet/walk.h"

enum {
    IPV6_HEADER = 40,
    HOP_BY_HOP = 0,
    OPTION_JUMBO = 0xc2,
    JUMBO_MIN = 65536, /* RFC 2675 section 3: what fits the payload length field must stand there */
};

/* The jumbo payload length of a hop-by-hop header, or 0.  Options: type, length, value; type 0 is
 * one byte of padding. */
static uint32_t jumbo_length(const struct cursor *bytes)
{
    struct cursor options = cursor_first(bytes, 8 + 8u * u8_at(bytes, 1));
    cursor_skip(&options, 2);
    while (options.left > 0) {
        uint8_t type = u8_at(&options, 0), length = u8_at(&options, 1);
        if (type == OPTION_JUMBO && length == 4)
            return be32_at(&options, 2);
        if (!cursor_skip(&options, type == 0 ? 1 : 2u + length))
            break;
    }
    return 0;
}

static void take_ipv6_fields(struct segment *segment, const struct cursor *header)
{
    copy_at(header, 8, segment->src, 16);
    copy_at(header, 24, segment->dst, 16);
    segment->ip_version = 6;
    segment->is_routed = false;
    uint8_t traffic_class = (uint8_t)(be16_at(header, 0) >> 4 & 0xff);
    segment->dscp = traffic_class >> 2;
    segment->ecn = traffic_class & 3;
    segment->ttl = u8_at(header, 7);
    segment->has_ip_id = false;
    segment->ip_id = 0;
}

enum fate decode_ipv6(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, IPV6_HEADER, &header))
        return walk_cut(walk);
    if (u8_at(&header, 0) >> 4 != 6)
        return FATE_MALFORMED;
    uint32_t length = be16_at(&header, 4);
    uint8_t next = u8_at(&header, 6);
    if (length == 0 && next == HOP_BY_HOP) {
        length = jumbo_length(&bytes);
        if (length < JUMBO_MIN)
            return FATE_MALFORMED;
    }
    walk_limit_ip(walk, &bytes, length);
    walk->unsized = false;
    take_ipv6_fields(walk->segment, &header);
    walk->fragmented = false;
    return decode_ip_protocol(walk, bytes, next);
}

/* Takes an extension header: next header, length, and what the type has. */
static bool take_extension(struct cursor *bytes, size_t length, struct cursor *header)
{
    return bytes->left >= 2 && cursor_take(bytes, length, header);
}

/* Whether no option reaches beyond the packet; the last one may reach beyond its header. */
static bool options_are_sane(struct cursor packet, size_t header_length)
{
    enum { PAD1 = 0 };
    size_t end = packet.left - header_length;
    cursor_skip(&packet, 2);
    while (packet.left > end) {
        uint8_t type = u8_at(&packet, 0), length = u8_at(&packet, 1);
        if (!cursor_skip(&packet, type == PAD1 ? 1 : 2u + length))
            return false;
    }
    return true;
}

/* Hop-by-hop and destination options: length in units of 8 bytes, the first not counted. */
enum fate decode_ipv6_options(struct walk *walk, struct cursor bytes)
{
    struct cursor packet = bytes, header;
    if (!take_extension(&bytes, 8 + 8u * u8_at(&bytes, 1), &header) ||
        !options_are_sane(packet, header.left))
        return walk_cut(walk);
    return decode_ip_protocol(walk, bytes, u8_at(&header, 0));
}

/* Where the last stop of a segment is kept that has stops left; first it is where it goes anyway.
 */
static uint8_t *last_stop(struct segment *segment)
{
    if (!segment->is_routed)
        memcpy(segment->routed_to, segment->dst, sizeof segment->routed_to);
    segment->is_routed = true;
    return segment->routed_to;
}

/* The address at the end of a list of those that leave out what they share with the destination:
 * CmprI bytes, the last one CmprE, and Pad bytes follow it (RFC 6554 section 3).  False if it is
 * beyond the header. */
static bool take_compressed_destination(struct segment *segment, const struct cursor *header,
                                        bool is_final)
{
    enum { FIXED = 8 };
    int inner = 16 - (u8_at(header, 4) >> 4), last = 16 - (u8_at(header, 4) & 0xf);
    int pad = u8_at(header, 5) >> 4, space = (int)header->left - FIXED;
    int before = (space - pad - last) / inner; /* addresses; rounded towards 0, as by tshark */
    if (space == 0 || before < 0)
        return true;
    size_t offset = FIXED + (size_t)(before * inner), size = (size_t)last;
    return cursor_holds(header, offset, size) &&
           (!is_final || copy_at(header, offset, last_stop(segment) + 16 - size, size));
}

/* While segments are left, the header's destination is only the next stop: the connection ends at
 * the last address of the list, which segment routing writes first.  False if there is no room for
 * the address that the type has. */
static bool take_final_destination(struct segment *segment, const struct cursor *header)
{
    enum { SOURCE_ROUTE = 0, MOBILE_IPV6 = 2, RPL = 3, SEGMENT_ROUTING = 4, ONE_ADDRESS = 24 };
    uint8_t type = u8_at(header, 2), segments_left = u8_at(header, 3);
    if (type == RPL)
        return take_compressed_destination(segment, header, segments_left > 0);
    if (type != SOURCE_ROUTE && type != MOBILE_IPV6 && type != SEGMENT_ROUTING)
        return true;
    if (header->left < ONE_ADDRESS)
        return type == SOURCE_ROUTE;
    if (segments_left > 0)
        copy_at(header, type == SEGMENT_ROUTING ? 8 : header->left - 16, last_stop(segment), 16);
    return true;
}

enum fate decode_ipv6_routing(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!take_extension(&bytes, 8 + 8u * u8_at(&bytes, 1), &header))
        return walk_cut(walk);
    if (walk->segment->ip_version == 6 && !take_final_destination(walk->segment, &header))
        return FATE_MALFORMED;
    return decode_ip_protocol(walk, bytes, u8_at(&header, 0));
}

/* A fragment; offset 0 without others to follow is a whole packet (RFC 6946). */
enum fate decode_ipv6_fragment(struct walk *walk, struct cursor bytes)
{
    enum { OFFSET = 0xfff8, MORE = 1 };
    struct cursor header;
    if (!cursor_take(&bytes, 8, &header))
        return walk_cut(walk);
    struct ip_fragment piece = {
        .id = be32_at(&header, 4),
        .offset = be16_at(&header, 2) & OFFSET,
        .more = be16_at(&header, 2) & MORE,
        .protocol = u8_at(&header, 0),
    };
    walk->segment->has_ip_id = true;
    walk->segment->ip_id = piece.id;
    if (piece.offset == 0 && !piece.more)
        return decode_ip_protocol(walk, bytes, piece.protocol);
    return decode_fragment(walk, bytes, &piece);
}

/* AH: length in units of 4 bytes, the first two not counted. */
enum fate decode_authentication_header(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!take_extension(&bytes, 8 + 4u * u8_at(&bytes, 1), &header))
        return walk_cut(walk);
    return decode_ip_protocol(walk, bytes, u8_at(&header, 0));
}
