/* GRE and what it carries: IP, Ethernet, PPP (PPTP), MPLS, WCCP, ERSPAN, 802.11 (Aruba).
 *
 * Source: RFC 2784, 2890, 1701 (routing), 2637 (PPTP); draft-foschiano-erspan. */
#include "packet/walk.h"

enum {
    HAS_CHECKSUM = 0x8000,
    HAS_ROUTING = 0x4000,
    HAS_KEY = 0x2000,
    HAS_SEQUENCE = 0x1000,
    HAS_ACKNOWLEDGMENT = 0x0080, /* in version 1 */
    VERSION = 0x0007,
    ERSPAN_I_OR_II = 0x88be,
    ERSPAN_III = 0x22eb,
};

/* WCCP puts four bytes of its version 2 before the IP header, and nothing in version 1. */
static enum fate decode_wccp(struct walk *walk, struct cursor bytes)
{
    if (u8_at(&bytes, 0) >> 4 != 4)
        cursor_skip(&bytes, 4);
    return decode_ip(walk, bytes);
}

/* ERSPAN: the version tells the header's size; type III may have a platform-specific part, and
 * other frames than Ethernet. */
static enum fate decode_erspan_header(struct walk *walk, struct cursor bytes)
{
    enum { TYPE_II = 1, TYPE_III = 2, FRAME_TYPE = 0x7c00, HAS_PLATFORM_PART = 0x0001 };
    struct cursor header;
    switch (u8_at(&bytes, 0) >> 4) {
    case TYPE_II:
        if (!cursor_take(&bytes, 8, &header))
            return walk_cut(walk);
        break;
    case TYPE_III:
        if (!cursor_take(&bytes, 12, &header))
            return walk_cut(walk);
        if (be16_at(&header, 10) & FRAME_TYPE)
            return FATE_NOT_IP;
        if (be16_at(&header, 10) & HAS_PLATFORM_PART && !cursor_skip(&bytes, 8))
            return walk_cut(walk);
        break;
    default:
        return FATE_NOT_IP;
    }
    return decode_ethernet(walk, bytes);
}

/* Type I has no header of its own; it is told by the missing sequence number. */
static enum fate decode_erspan(struct walk *walk, struct cursor bytes, bool has_header)
{
    walk_tunnel(walk, TUNNEL_ERSPAN);
    return has_header ? decode_erspan_header(walk, bytes) : decode_ethernet(walk, bytes);
}

static const struct next_layer protocols[] = {
    {0x0800, decode_ip},       {0x86dd, decode_ipv6},        {0x6558, decode_ethernet},
    {0x6400, decode_ethernet}, {0x880b, decode_ppp},         {0x8847, decode_mpls},
    {0x8848, decode_mpls},     {0x6559, decode_frame_relay}, {0x894f, decode_nsh},
    {0x883e, decode_wccp},     {0x00fe, decode_nlpid},
};

/* Aruba's access points number their tunnels 0x8200, 0x8210 … 0x8370. */
static bool is_aruba(uint16_t protocol)
{
    return protocol >= 0x8200 && protocol <= 0x8370 && protocol % 0x10 == 0;
}

static enum fate decode_protocol(struct walk *walk, struct cursor bytes, uint16_t protocol)
{
    decode_function *decode =
        is_aruba(protocol)
            ? decode_ieee80211
            : find_layer(protocols, sizeof protocols / sizeof protocols[0], protocol);
    return decode ? decode(walk, bytes) : FATE_NOT_IP;
}

/* Source route entries, RFC 1701: address family, offset, length, data; an entry of family 0 and
 * length 0 ends them. */
static bool skip_routing(struct cursor *bytes)
{
    struct cursor entry;
    do {
        if (!cursor_take(bytes, 4, &entry) || !cursor_skip(bytes, u8_at(&entry, 3)))
            return false;
    } while (be16_at(&entry, 0) != 0 || u8_at(&entry, 3) != 0);
    return true;
}

enum fate decode_gre(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, 4, &header))
        return walk_cut(walk);
    uint16_t flags = be16_at(&header, 0), protocol = be16_at(&header, 2);
    size_t options = 0;
    options += flags & (HAS_CHECKSUM | HAS_ROUTING) ? 4 : 0;
    options += flags & HAS_KEY ? 4 : 0;
    options += flags & HAS_SEQUENCE ? 4 : 0;
    options += flags & HAS_ACKNOWLEDGMENT && (flags & VERSION) == 1 ? 4 : 0;
    if (!cursor_skip(&bytes, options) || (flags & HAS_ROUTING && !skip_routing(&bytes)))
        return walk_cut(walk);
    walk_tunnel(walk, TUNNEL_GRE);
    if (!walk_enter(walk))
        return FATE_TOO_DEEP;
    if (protocol == ERSPAN_I_OR_II || protocol == ERSPAN_III)
        return decode_erspan(walk, bytes, protocol == ERSPAN_III || flags & HAS_SEQUENCE);
    return decode_protocol(walk, bytes, protocol);
}
