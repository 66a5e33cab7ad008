/* IEEE 802.2 LLC and SNAP, and the link layers that carry nothing else: FDDI, Token Ring, ATM.
 *
 * Source: IEEE 802.2; RFC 1042 (IP over IEEE 802), RFC 1390 (FDDI), RFC 2684 (ATM). */
#include "packet/walk.h"

enum {
    SAP_IP = 0x06,
    SAP_XNS = 0x80, /* as 3Com used it, with an EtherType */
    SAP_SNAP = 0xaa,
    SAP_OSI = 0xfe, /* and others, ISO 9577 */
    UNNUMBERED_INFORMATION = 0x03,
    OUI_ETHERTYPE = 0x000000, /* RFC 1042 */
    OUI_CISCO = 0x0000f8,     /* the same use, IEEE 802.1H */
    OUI_BRIDGED = 0x0080c2,   /* RFC 2684 section 5.2 */
};

enum fate decode_snap(struct walk *walk, struct cursor bytes, size_t bridge_padding)
{
    struct cursor header;
    if (!cursor_take(&bytes, 5, &header))
        return walk_cut(walk);
    uint32_t oui = be32_at(&header, 0) >> 8;
    uint16_t protocol = be16_at(&header, 3);
    if (oui == OUI_ETHERTYPE || oui == OUI_CISCO)
        return decode_ethertype(walk, bytes, protocol);
    if (oui == OUI_BRIDGED && (protocol == 1 || protocol == 7))
        return cursor_skip(&bytes, bridge_padding) ? decode_ethernet(walk, bytes) : walk_cut(walk);
    return FATE_NOT_IP;
}

enum fate decode_llc(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, 3, &header))
        return walk_cut(walk);
    uint8_t control = u8_at(&header, 2);
    bool is_numbered = !(control & 1);
    if (!is_numbered && control != UNNUMBERED_INFORMATION)
        return FATE_NOT_IP;
    if (is_numbered && !cursor_skip(&bytes, 1)) /* the control field has two bytes then */
        return walk_cut(walk);
    switch (u8_at(&header, 0)) {
    case SAP_SNAP:
        return u8_at(&header, 1) == SAP_SNAP ? decode_snap(walk, bytes, 2) : FATE_NOT_IP;
    case SAP_IP:
        return decode_ip(walk, bytes);
    case SAP_XNS:
        return decode_ethertype_field(walk, bytes);
    case 0x14:
    case 0x20:
    case 0x34:
    case 0x54:
    case SAP_OSI:
        return decode_nlpid(walk, bytes);
    default:
        return FATE_NOT_IP;
    }
}

/* FDDI: frame control, two addresses; frame control 0x50 to 0x57 is LLC. */
enum fate decode_fddi(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, 13, &header))
        return walk_cut(walk);
    return (u8_at(&header, 0) & 0xf8) == 0x50 ? decode_llc(walk, bytes) : FATE_NOT_IP;
}

/* Token Ring, IEEE 802.5: access control, frame control, two addresses and, if the source's first
 * bit is set, routing information whose first five length bits count bytes. */
enum fate decode_token_ring(struct walk *walk, struct cursor bytes)
{
    enum { FRAME_TYPE = 0xc0, LLC_FRAME = 0x40, HAS_ROUTING = 0x80, ROUTING_LENGTH = 0x1f };
    struct cursor header;
    if (!cursor_take(&bytes, 14, &header))
        return walk_cut(walk);
    if ((u8_at(&header, 1) & FRAME_TYPE) != LLC_FRAME)
        return FATE_NOT_IP;
    if (u8_at(&header, 8) & HAS_ROUTING && !cursor_skip(&bytes, u8_at(&bytes, 0) & ROUTING_LENGTH))
        return walk_cut(walk);
    return decode_llc(walk, bytes);
}

/* SunATM: a direction byte with the traffic type in its low bits, then VPI and VCI. */
enum fate decode_sunatm(struct walk *walk, struct cursor bytes)
{
    enum { TRAFFIC = 0x0f, LLC_MULTIPLEXED = 2 };
    struct cursor header;
    if (!cursor_take(&bytes, 4, &header))
        return walk_cut(walk);
    walk_frame_begins(walk, bytes);
    return (u8_at(&header, 0) & TRAFFIC) == LLC_MULTIPLEXED ? decode_llc(walk, bytes) : FATE_NOT_IP;
}
