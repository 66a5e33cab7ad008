/* Link layers that say an address family and nothing more: BSD null and loop, OpenBSD enc and
 * pflog; raw IP and SLIP, which do not say even that.
 *
 * AF_INET is 2 everywhere; AF_INET6 is 24 (NetBSD, OpenBSD), 28 (FreeBSD) or 30 (Darwin), and a
 * file does not say which system wrote it, nor in which byte order.  Source: tcpdump.org's link
 * types; the repairs are tshark's. */
#include "packet/walk.h"

enum { PPP_ADDRESS_CONTROL = 0xff03, LENGTH_MAX = 1500 };

static enum fate decode_family(struct walk *walk, struct cursor bytes, uint32_t family)
{
    switch (family) {
    case 2:
        return decode_ip(walk, bytes);
    case 24:
    case 28:
    case 30:
        return decode_ipv6(walk, bytes);
    default:
        return FATE_NOT_IP;
    }
}

/* Four bytes in the byte order of whoever wrote them: small in one order.  Some systems fill only
 * two of them, and some put an EtherType there; some files are PPP in truth. */
enum fate decode_null(struct walk *walk, struct cursor bytes)
{
    if (be16_at(&bytes, 0) == PPP_ADDRESS_CONTROL)
        return decode_ppp(walk, bytes);
    struct cursor header;
    if (!cursor_take(&bytes, 4, &header))
        return walk_cut(walk);
    uint32_t family = le32_at(&header, 0);
    if (family > UINT16_MAX)
        family = be32_at(&header, 0);
    if (family <= LENGTH_MAX && family & 0xff00 && !(family & 0x00ff))
        family >>= 8;
    return family > LENGTH_MAX ? decode_ethertype(walk, bytes, (uint16_t)family)
                               : decode_family(walk, bytes, family);
}

/* As null, always in network byte order. */
enum fate decode_loop(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, 4, &header))
        return walk_cut(walk);
    return decode_family(walk, bytes, be32_at(&header, 0));
}

/* OpenBSD IPsec: address family in either byte order, security parameter index, flags. */
enum fate decode_enc(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, 12, &header))
        return walk_cut(walk);
    uint32_t family = le32_at(&header, 0);
    if (family > UINT16_MAX)
        family = be32_at(&header, 0);
    return decode_family(walk, bytes, family);
}

/* BSD packet filter log: the first byte is the header's length without its padding to four bytes.
 */
enum fate decode_pflog(struct walk *walk, struct cursor bytes)
{
    size_t length = (u8_at(&bytes, 0) + 3u) & ~3u;
    uint8_t family = u8_at(&bytes, 1);
    if (length == 0 || !cursor_skip(&bytes, length))
        return walk_cut(walk);
    return decode_family(walk, bytes, family);
}

/* IP without a link layer; tshark also takes PPP with its address and control bytes, and ten bytes
 * of zeros before the IP header. */
enum fate decode_raw(struct walk *walk, struct cursor bytes)
{
    static const uint8_t zeros[10];
    uint8_t start[sizeof zeros];
    if (be16_at(&bytes, 0) == PPP_ADDRESS_CONTROL)
        return decode_ppp(walk, bytes);
    if (copy_at(&bytes, 0, start, sizeof start) && memcmp(start, zeros, sizeof zeros) == 0)
        cursor_skip(&bytes, sizeof zeros);
    return decode_ip(walk, bytes);
}

/* SLIP: direction and 15 bytes of compressed header, which are not needed if the packet is not
 * compressed. */
enum fate decode_slip(struct walk *walk, struct cursor bytes)
{
    return cursor_skip(&bytes, 16) ? decode_ip(walk, bytes) : walk_cut(walk);
}
