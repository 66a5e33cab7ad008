/* Link types that are a small header of their own.  Source: tcpdump.org's link types; RFC 1051,
 * 1201 and 2497 (ARCNET), RFC 2625 (IP over Fibre Channel), the AX.25 specification 2.2, and what
 * tshark knows of Symantec's firewalls. */
#include "packet/walk.h"

/* A global routing header of 40 bytes, EtherType, two reserved bytes. */
enum fate decode_ipoib(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, 44, &header))
        return walk_cut(walk);
    return decode_ethertype(walk, bytes, be16_at(&header, 40));
}

/* Two addresses of 8 bytes, EtherType. */
enum fate decode_ieee1394(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, 18, &header))
        return walk_cut(walk);
    return decode_ethertype(walk, bytes, be16_at(&header, 16));
}

/* Length of the header, kind of record, link type of the packet after it; all little-endian. */
enum fate decode_pktap(struct walk *walk, struct cursor bytes)
{
    enum { PKTAP_HEADER = 108 };
    uint32_t length = le32_at(&bytes, 0), link_type = le32_at(&bytes, 8);
    if (length < PKTAP_HEADER || !cursor_skip(&bytes, length))
        return walk_cut(walk);
    return decode_link_type(walk, bytes, link_type);
}

/* IP over Fibre Channel: a network header of two addresses of 8 bytes. */
enum fate decode_ip_over_fc(struct walk *walk, struct cursor bytes)
{
    return cursor_skip(&bytes, 16) ? decode_llc(walk, bytes) : walk_cut(walk);
}

/* Symantec's firewalls: 44 bytes with the EtherType at 6, or 56 with it at 10; where it is not,
 * there is 0. */
enum fate decode_symantec(struct walk *walk, struct cursor bytes)
{
    uint16_t older = be16_at(&bytes, 6), newer = be16_at(&bytes, 10);
    if (bytes.left < 12)
        return walk_cut(walk);
    if ((older == 0) == (newer == 0))
        return FATE_NOT_IP;
    if (!cursor_skip(&bytes, older ? 44 : 56))
        return walk_cut(walk);
    return decode_ethertype(walk, bytes, older ? older : newer);
}

/* Solaris: version, address family, kind of hook, length of the packet, interfaces and zones. */
enum fate decode_ipnet(struct walk *walk, struct cursor bytes)
{
    enum { SOLARIS_INET = 2, SOLARIS_INET6 = 26 };
    struct cursor header;
    if (!cursor_take(&bytes, 24, &header))
        return walk_cut(walk);
    uint8_t family = u8_at(&header, 1);
    walk_limit(walk, &bytes, be32_at(&header, 4));
    return family == SOLARIS_INET || family == SOLARIS_INET6 ? decode_ip(walk, bytes) : FATE_NOT_IP;
}

/* ARCNET behind its addresses: number of the protocol, and for all but the oldest a flag and a
 * sequence number, before which an exception frame has four bytes more. */
static enum fate decode_arcnet_protocol(struct walk *walk, struct cursor bytes, bool has_exceptions)
{
    enum { IP_RFC1051 = 240, IP_RFC1201 = 212, IPV6_RFC2497 = 196, EXCEPTION = 0xff };
    uint8_t protocol = u8_at(&bytes, 0);
    bool is_exception = has_exceptions && u8_at(&bytes, 1) == EXCEPTION;
    size_t sequence = protocol == IP_RFC1051 ? 0 : is_exception ? 7 : 3;
    if (!cursor_skip(&bytes, 1 + sequence))
        return walk_cut(walk);
    switch (protocol) {
    case IP_RFC1051:
    case IP_RFC1201:
        return decode_ip(walk, bytes);
    case IPV6_RFC2497:
        return decode_ipv6(walk, bytes);
    default:
        return FATE_NOT_IP;
    }
}

enum fate decode_arcnet(struct walk *walk, struct cursor bytes)
{
    return cursor_skip(&bytes, 2) ? decode_arcnet_protocol(walk, bytes, true) : walk_cut(walk);
}

/* Linux leaves the offset of the hardware's packet after the addresses. */
enum fate decode_arcnet_linux(struct walk *walk, struct cursor bytes)
{
    return cursor_skip(&bytes, 4) ? decode_arcnet_protocol(walk, bytes, false) : walk_cut(walk);
}

/* Amateur packet radio: addresses of 7 bytes up to one with its lowest bit set, ten at most;
 * control; in information frames the number of the protocol. */
enum fate decode_ax25(struct walk *walk, struct cursor bytes)
{
    enum { ADDRESS = 7, ADDRESSES_MAX = 10, IS_LAST = 1, IP = 0xcc };
    enum { UNNUMBERED_INFORMATION = 0x03, IS_SUPERVISORY = 0x01 };
    struct cursor address, header;
    bool is_last = false;
    for (int i = 0; i < ADDRESSES_MAX && !is_last; i++) {
        if (!cursor_take(&bytes, ADDRESS, &address))
            return walk_cut(walk);
        is_last = u8_at(&address, ADDRESS - 1) & IS_LAST;
    }
    if (!cursor_take(&bytes, 2, &header))
        return walk_cut(walk);
    uint8_t control = u8_at(&header, 0);
    bool is_information = !(control & IS_SUPERVISORY) || control == UNNUMBERED_INFORMATION;
    return is_information && u8_at(&header, 1) == IP ? decode_ip(walk, bytes) : FATE_NOT_IP;
}

/* AX.25 behind KISS: a byte whose low half is 0 for data. */
enum fate decode_kiss(struct walk *walk, struct cursor bytes)
{
    enum { COMMAND = 0x0f };
    struct cursor header;
    if (!cursor_take(&bytes, 1, &header))
        return walk_cut(walk);
    return u8_at(&header, 0) & COMMAND ? FATE_NOT_IP : decode_ax25(walk, bytes);
}
