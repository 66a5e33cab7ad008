/* PPP and what is framed like it: PPPoE, Cisco HDLC, Frame Relay.
 *
 * Source: RFC 1661, 1662 (PPP), 2516 (PPPoE), 1990 (multilink), 3518 (bridging), 2427 (Frame
 * Relay). */
#include "packet/walk.h"

enum {
    PPP_ADDRESS = 0xff,
    PPP_IPV4 = 0x0021,
    CHDLC_UNICAST = 0x0f,
    CHDLC_MULTICAST = 0x8f,
    UNNUMBERED_INFORMATION = 0x03,
};

/* Multilink, long sequence numbers: a packet that came in one piece. */
static enum fate decode_multilink(struct walk *walk, struct cursor bytes)
{
    enum { BEGINNING_AND_END = 0xc0 };
    if ((u8_at(&bytes, 0) & BEGINNING_AND_END) != BEGINNING_AND_END)
        return bytes.left > 0 ? FATE_FRAGMENT : walk_cut(walk);
    return cursor_skip(&bytes, 4) ? decode_ppp(walk, bytes) : walk_cut(walk);
}

/* Bridging control protocol, RFC 3518 section 4.3: flags, MAC type, perhaps a LAN identifier, an
 * Ethernet frame, which padding and a check sequence may follow. */
static enum fate decode_bridged(struct walk *walk, struct cursor bytes)
{
    enum { HAS_FCS = 0x80, HAS_LAN_ID = 0x40, PADS = 0x0f, MAC_ETHERNET = 1 };
    struct cursor header;
    if (!cursor_take(&bytes, 2, &header))
        return walk_cut(walk);
    uint8_t flags = u8_at(&header, 0);
    if (u8_at(&header, 1) != MAC_ETHERNET)
        return FATE_NOT_IP;
    size_t trailer = (flags & PADS) + (flags & HAS_FCS ? 4u : 0);
    if (!cursor_skip(&bytes, flags & HAS_LAN_ID ? 4 : 0) || walk_length(walk, bytes) < trailer)
        return walk_cut(walk);
    walk_limit(walk, &bytes, walk_length(walk, bytes) - trailer);
    return decode_ethernet(walk, bytes);
}

/* PPP protocol numbers, https://www.iana.org/assignments/ppp-numbers; some systems write EtherTypes
 * instead. */
static const struct next_layer protocols[] = {
    {PPP_IPV4, decode_ip}, {0x0057, decode_ipv6},    {0x0281, decode_mpls},
    {0x0283, decode_mpls}, {0x0031, decode_bridged}, {0x003d, decode_multilink},
    {0x0800, decode_ip},   {0x86dd, decode_ipv6},    {0x0023, decode_nlpid},
    {0x004b, decode_llc},
};

/* The protocol field, in one byte if that byte is odd (RFC 1661 section 6.5). */
static enum fate decode_protocol(struct walk *walk, struct cursor bytes)
{
    bool is_compressed = u8_at(&bytes, 0) & 1;
    uint16_t protocol = is_compressed ? u8_at(&bytes, 0) : be16_at(&bytes, 0);
    if (!cursor_skip(&bytes, is_compressed ? 1 : 2))
        return walk_cut(walk);
    if (!walk_enter(walk))
        return FATE_TOO_DEEP;
    decode_function *decode =
        find_layer(protocols, sizeof protocols / sizeof protocols[0], protocol);
    return decode ? decode(walk, bytes) : FATE_NOT_IP;
}

enum fate decode_ppp(struct walk *walk, struct cursor bytes)
{
    uint8_t address = u8_at(&bytes, 0);
    if (address == CHDLC_UNICAST || address == CHDLC_MULTICAST)
        return decode_chdlc(walk, bytes);
    if (address == PPP_ADDRESS && !cursor_skip(&bytes, 2))
        return walk_cut(walk);
    return decode_protocol(walk, bytes);
}

enum fate decode_ppp_with_direction(struct walk *walk, struct cursor bytes)
{
    if (!cursor_skip(&bytes, 1))
        return walk_cut(walk);
    walk_frame_begins(walk, bytes);
    return decode_ppp(walk, bytes);
}

/* PPPoE session: version and type, code, session, length; PPP without address and control. */
enum fate decode_pppoe(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, 6, &header))
        return walk_cut(walk);
    walk_limit(walk, &bytes, be16_at(&header, 4));
    return decode_protocol(walk, bytes);
}

/* ISO/IEC TR 9577. */
enum fate decode_nlpid(struct walk *walk, struct cursor bytes)
{
    enum { IPV6 = 0x8e, IPV4 = 0xcc, PPP = 0xcf };
    uint8_t nlpid = u8_at(&bytes, 0);
    if (!cursor_skip(&bytes, 1))
        return walk_cut(walk);
    switch (nlpid) {
    case IPV4:
        return decode_ip(walk, bytes);
    case IPV6:
        return decode_ipv6(walk, bytes);
    case PPP:
        return decode_protocol(walk, bytes);
    default:
        return FATE_NOT_IP;
    }
}

/* RFC 2427 section 4: perhaps a byte of padding; SNAP has an identifier, too. */
static enum fate decode_padded_nlpid(struct walk *walk, struct cursor bytes)
{
    enum { PADDING = 0x00, SNAP = 0x80 };
    if (u8_at(&bytes, 0) == PADDING)
        cursor_skip(&bytes, 1);
    if (u8_at(&bytes, 0) != SNAP)
        return decode_nlpid(walk, bytes);
    return cursor_skip(&bytes, 1) ? decode_snap(walk, bytes, 0) : walk_cut(walk);
}

/* Cisco HDLC: address, control, EtherType; 0xfefe is OSI: a byte of padding and an identifier as
 * above. */
enum fate decode_chdlc(struct walk *walk, struct cursor bytes)
{
    enum { CHDLC_OSI = 0xfefe };
    struct cursor header;
    if (!cursor_take(&bytes, 4, &header))
        return walk_cut(walk);
    uint16_t protocol = be16_at(&header, 2);
    if (protocol == CHDLC_OSI)
        return cursor_skip(&bytes, 1) ? decode_nlpid(walk, bytes) : walk_cut(walk);
    return decode_ethertype(walk, bytes, protocol);
}

/* Frame Relay: address bytes up to the one with its lowest bit set, four at most; then RFC 2427's
 * control byte or Cisco's EtherType. */
enum fate decode_frame_relay(struct walk *walk, struct cursor bytes)
{
    bool is_last = false;
    for (int i = 0; i < 4 && !is_last; i++) {
        is_last = u8_at(&bytes, 0) & 1;
        if (!cursor_skip(&bytes, 1))
            return walk_cut(walk);
    }
    if (!is_last)
        return FATE_MALFORMED;
    if (u8_at(&bytes, 0) == UNNUMBERED_INFORMATION) {
        cursor_skip(&bytes, 1);
        return decode_padded_nlpid(walk, bytes);
    }
    return decode_ethertype_field(walk, bytes);
}
