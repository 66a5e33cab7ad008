/* Tunnels in UDP: VXLAN, VXLAN-GPE, Geneve, Teredo, LISP, GTP-U, L2TP, CAPWAP, AYIYA, TZSP.
 *
 * Each is a header, and what it says about the packet after it. */
#include "packet/walk.h"

/* RFC 7348: flags, reserved, network identifier; always Ethernet. */
enum fate decode_vxlan(struct walk *walk, struct cursor bytes)
{
    walk_tunnel(walk, TUNNEL_VXLAN);
    return cursor_skip(&bytes, 8) ? decode_ethernet(walk, bytes) : walk_cut(walk);
}

/* draft-ietf-nvo3-vxlan-gpe: the fourth byte says what follows. */
enum fate decode_vxlan_gpe(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    walk_tunnel(walk, TUNNEL_VXLAN);
    if (!cursor_take(&bytes, 8, &header))
        return walk_cut(walk);
    return decode_next_protocol(walk, bytes, u8_at(&header, 3));
}

/* RFC 8926: options in units of 4 bytes, an EtherType. */
enum fate decode_geneve(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    walk_tunnel(walk, TUNNEL_GENEVE);
    if (!cursor_take(&bytes, 8, &header) || !cursor_skip(&bytes, 4u * (u8_at(&header, 0) & 0x3f)))
        return walk_cut(walk);
    return decode_ethertype(walk, bytes, be16_at(&header, 2));
}

/* RFC 4380 section 5.1.1: perhaps an authentication header, perhaps an origin indication, then
 * IPv6. */
enum fate decode_teredo(struct walk *walk, struct cursor bytes)
{
    enum { ORIGIN = 0, AUTHENTICATION = 1, FIXED = 13, ORIGIN_LENGTH = 8 };
    walk_tunnel(walk, TUNNEL_TEREDO);
    if (be16_at(&bytes, 0) == AUTHENTICATION) {
        size_t variable = (size_t)u8_at(&bytes, 2) + u8_at(&bytes, 3);
        if (!cursor_skip(&bytes, FIXED + variable))
            return walk_cut(walk);
    }
    if (be16_at(&bytes, 0) == ORIGIN && !cursor_skip(&bytes, ORIGIN_LENGTH))
        return walk_cut(walk);
    return u8_at(&bytes, 0) >> 4 == 6 ? decode_ipv6(walk, bytes) : FATE_NOT_TCP;
}

/* RFC 9300: 8 bytes, then IP. */
enum fate decode_lisp(struct walk *walk, struct cursor bytes)
{
    walk_tunnel(walk, TUNNEL_LISP);
    return cursor_skip(&bytes, 8) ? decode_ip(walk, bytes) : walk_cut(walk);
}

/* What a user-plane GTP message carries is not said: IP by its first byte, else Ethernet if its
 * EtherType is known. */
static enum fate decode_gtp_user_data(struct walk *walk, struct cursor bytes)
{
    uint8_t first = u8_at(&bytes, 0);
    if ((first >= 0x45 && first <= 0x4e) || first >> 4 == 6)
        return decode_ip(walk, bytes);
    return ethertype_is_known(be16_at(&bytes, 12)) ? decode_ethernet(walk, bytes) : FATE_NOT_TCP;
}

/* The extension headers of GTPv1, 3GPP TS 29.281 section 5.2: length in units of 4 bytes, the last
 * byte is the next type. */
static bool skip_gtp_extensions(struct cursor *bytes, uint8_t type)
{
    struct cursor extension;
    while (type != 0) {
        size_t length = 4u * u8_at(bytes, 0);
        if (length == 0 || !cursor_take(bytes, length, &extension))
            return false;
        type = u8_at(&extension, length - 1);
    }
    return true;
}

/* GTP-U, 3GPP TS 29.281, and version 0, TS 29.060 section 6. */
enum fate decode_gtp(struct walk *walk, struct cursor bytes)
{
    enum { GTP = 0x10, EXTENDED = 0x07, HAS_EXTENSIONS = 0x04, USER_DATA = 255 };
    struct cursor header, extended;
    walk_tunnel(walk, TUNNEL_GTPU);
    uint8_t version = u8_at(&bytes, 0) >> 5;
    if (!cursor_take(&bytes, version == 0 ? 20 : 8, &header))
        return walk_cut(walk);
    uint8_t flags = u8_at(&header, 0);
    if (version > 1 || !(flags & GTP) || u8_at(&header, 1) != USER_DATA)
        return FATE_NOT_TCP;
    walk_limit(walk, &bytes, be16_at(&header, 2));
    if (version == 1 && flags & EXTENDED) {
        if (!cursor_take(&bytes, 4, &extended))
            return walk_cut(walk);
        if (flags & HAS_EXTENSIONS && !skip_gtp_extensions(&bytes, u8_at(&extended, 3)))
            return walk_cut(walk);
    }
    return decode_gtp_user_data(walk, bytes);
}

/* L2TP version 2, RFC 2661 section 3.1: flags say which fields there are; then PPP.  Version 3 does
 * not say what it carries. */
enum fate decode_l2tp(struct walk *walk, struct cursor bytes)
{
    enum {
        CONTROL = 0x8000,
        LENGTH = 0x4000,
        SEQUENCE = 0x0800,
        OFFSET = 0x0200,
        VERSION = 0x000f
    };
    struct cursor all = bytes, field;
    walk_tunnel(walk, TUNNEL_L2TP);
    uint16_t flags = be16_at(&bytes, 0);
    if (flags & CONTROL || (flags & VERSION) != 2)
        return bytes.left < 2 ? walk_cut(walk) : FATE_NOT_TCP;
    size_t length = 6u + (flags & LENGTH ? 2 : 0) + (flags & SEQUENCE ? 4 : 0);
    if (flags & LENGTH)
        walk_limit(walk, &all, be16_at(&bytes, 2));
    if (!cursor_skip(&all, length))
        return walk_cut(walk);
    if (flags & OFFSET && (!cursor_take(&all, 2, &field) || !cursor_skip(&all, be16_at(&field, 0))))
        return walk_cut(walk);
    return decode_ppp(walk, all);
}

/* CAPWAP data, RFC 5415 section 4.3: header length in units of 4 bytes; 802.3, or for wireless
 * binding 1 802.11 with the bytes of its frame control swapped, as most devices send it. */
enum fate decode_capwap(struct walk *walk, struct cursor bytes)
{
    enum {
        DTLS = 0x01,
        NATIVE = 0x0100,
        FRAGMENT = 0x80,
        LAST = 0x40,
        KEEP_ALIVE = 0x08,
        IEEE80211 = 1
    };
    walk_tunnel(walk, TUNNEL_CAPWAP);
    uint32_t word = be32_at(&bytes, 0), offset = be32_at(&bytes, 4) & 0xfff8;
    size_t length = 4u * (word >> 19 & 0x1f);
    if (length < 8 || !cursor_skip(&bytes, length))
        return walk_cut(walk);
    if (word >> 24 & DTLS || word & KEEP_ALIVE)
        return FATE_NOT_TCP;
    if (word & FRAGMENT && (!(word & LAST) || offset > 0))
        return FATE_FRAGMENT;
    if (!(word & NATIVE))
        return decode_ethernet(walk, bytes);
    return (word >> 9 & 0x1f) == IEEE80211 ? decode_ieee80211_swapped(walk, bytes) : FATE_NOT_TCP;
}

/* LWAPP data, RFC 5412 section 3.3: flags, fragment number, length, signal; 802.11. */
enum fate decode_lwapp(struct walk *walk, struct cursor bytes)
{
    enum { CONTROL = 0x04 };
    struct cursor header;
    walk_tunnel(walk, TUNNEL_LWAPP);
    if (!cursor_take(&bytes, 6, &header))
        return walk_cut(walk);
    bool is_control = u8_at(&header, 0) & CONTROL;
    return is_control ? FATE_NOT_IP : decode_ieee80211(walk, bytes);
}

/* Its older form: an Ethernet frame. */
enum fate decode_lwapp_ethernet(struct walk *walk, struct cursor bytes)
{
    walk_tunnel(walk, TUNNEL_LWAPP);
    return decode_ethernet(walk, bytes);
}

/* AYIYA, draft-massar-v6ops-ayiya: sizes of identity (power of two) and signature (units of 4),
 * next header. */
enum fate decode_ayiya(struct walk *walk, struct cursor bytes)
{
    enum { FORWARD = 1, NEXT_IPV4 = 4, NEXT_IPV6 = 41 };
    struct cursor header;
    walk_tunnel(walk, TUNNEL_AYIYA);
    if (!cursor_take(&bytes, 8, &header))
        return walk_cut(walk);
    size_t identity = (size_t)1 << (u8_at(&header, 0) >> 4);
    size_t signature = 4u * (u8_at(&header, 1) >> 4);
    if ((u8_at(&header, 2) & 0x0f) != FORWARD)
        return FATE_NOT_TCP;
    if (!cursor_skip(&bytes, identity + signature))
        return walk_cut(walk);
    uint8_t next = u8_at(&header, 3);
    return next == NEXT_IPV4 || next == NEXT_IPV6 ? decode_ip(walk, bytes) : FATE_NOT_TCP;
}

/* Juniper's packet mirroring: an intercept and a session identifier, IP. */
enum fate decode_jmirror(struct walk *walk, struct cursor bytes)
{
    walk_tunnel(walk, TUNNEL_JMIRROR);
    return cursor_skip(&bytes, 8) ? decode_ip(walk, bytes) : walk_cut(walk);
}

/* The frame kinds of TZSP that carry packets. */
static enum fate decode_tzsp_frame(struct walk *walk, struct cursor bytes, uint16_t encapsulation)
{
    enum { ETHERNET = 1, IEEE80211 = 18, PRISM = 119 };
    switch (encapsulation) {
    case ETHERNET:
        return decode_ethernet(walk, bytes);
    case IEEE80211:
        return decode_ieee80211(walk, bytes);
    case PRISM:
        return decode_prism(walk, bytes);
    default:
        return FATE_NOT_TCP;
    }
}

/* TZSP: version, type, encapsulation; tags of a type, a length and a value, type 0 being one byte
 * of padding and 1 the end. */
enum fate decode_tzsp(struct walk *walk, struct cursor bytes)
{
    enum { KEEP_ALIVE = 4, TAG_PADDING = 0, TAG_END = 1 };
    struct cursor header, tag;
    walk_tunnel(walk, TUNNEL_TZSP);
    if (!cursor_take(&bytes, 4, &header))
        return walk_cut(walk);
    if (u8_at(&header, 1) == KEEP_ALIVE)
        return FATE_NOT_TCP;
    while (cursor_take(&bytes, 1, &tag) && u8_at(&tag, 0) != TAG_END)
        if (u8_at(&tag, 0) != TAG_PADDING && !cursor_skip(&bytes, 1u + u8_at(&bytes, 0)))
            return walk_cut(walk);
    return decode_tzsp_frame(walk, bytes, be16_at(&header, 2));
}
