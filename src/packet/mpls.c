/* MPLS and NSH: labels and service headers in front of a packet.
 *
 * A label stack does not say what it carries: the first four bits after it tell IP, as every router
 * guesses it. Source: RFC 3032, RFC 4385 (control word), RFC 4928; RFC 8300 (NSH). */
#include "packet/walk.h"

/* Ethernet pseudowires begin with a control word of zeros or, without one, with an address that may
 * begin with zeros: the one under which an EtherType is known. */
static enum fate decode_pseudowire(struct walk *walk, struct cursor bytes)
{
    enum { CONTROL_WORD = 4, TYPE_OFFSET = 12 };
    if (!ethertype_is_known(be16_at(&bytes, TYPE_OFFSET)))
        cursor_skip(&bytes, CONTROL_WORD);
    return decode_ethernet(walk, bytes);
}

/* Associated channel header, RFC 4385 section 5: the last two bytes are the channel type. */
static enum fate decode_associated_channel(struct walk *walk, struct cursor bytes)
{
    enum { CHANNEL_IPV4 = 0x0021, CHANNEL_IPV6 = 0x0057 };
    struct cursor header;
    if (!cursor_take(&bytes, 4, &header))
        return walk_cut(walk);
    switch (be16_at(&header, 2)) {
    case CHANNEL_IPV4:
        return decode_ip(walk, bytes);
    case CHANNEL_IPV6:
        return decode_ipv6(walk, bytes);
    default:
        return FATE_NOT_IP;
    }
}

enum fate decode_mpls(struct walk *walk, struct cursor bytes)
{
    enum { BOTTOM_OF_STACK = 0x100 };
    struct cursor label;
    do {
        if (!walk_enter(walk))
            return FATE_TOO_DEEP;
        if (!cursor_take(&bytes, 4, &label))
            return walk_cut(walk);
    } while (!(be32_at(&label, 0) & BOTTOM_OF_STACK));
    if (bytes.left == 0)
        return walk_cut(walk);
    switch (u8_at(&bytes, 0) >> 4) {
    case 4:
        return decode_ip(walk, bytes);
    case 6:
        return decode_ipv6(walk, bytes);
    case 1:
        return decode_associated_channel(walk, bytes);
    case 0:
        return decode_pseudowire(walk, bytes);
    default:
        return FATE_NOT_IP;
    }
}

enum fate decode_next_protocol(struct walk *walk, struct cursor bytes, uint8_t protocol)
{
    static decode_function *const protocols[] = {
        [1] = decode_ip,  [2] = decode_ipv6, [3] = decode_ethernet,
        [4] = decode_nsh, [5] = decode_mpls,
    };
    if (!walk_enter(walk))
        return FATE_TOO_DEEP;
    if (protocol >= sizeof protocols / sizeof protocols[0] || !protocols[protocol])
        return FATE_NOT_IP;
    return protocols[protocol](walk, bytes);
}

/* Network service header: its length in units of 4 bytes in the low six bits of the second byte. */
enum fate decode_nsh(struct walk *walk, struct cursor bytes)
{
    enum { BASE_HEADER = 8 };
    size_t length = 4u * (u8_at(&bytes, 1) & 0x3f);
    uint8_t next = u8_at(&bytes, 3);
    if (length < BASE_HEADER || !cursor_skip(&bytes, length))
        return walk_cut(walk);
    return decode_next_protocol(walk, bytes, next);
}
