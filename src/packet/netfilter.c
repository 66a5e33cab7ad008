/* Packets that Linux's netfilter logged: the nflog link type, and netlink captures with nflog or
 * nfqueue messages.
 *
 * Both hold attributes of a length, a type and a value padded to four bytes, in the byte order of
 * the machine that captured; little-endian is assumed, as tshark does.  Source: tcpdump.org's link
 * types; <linux/netfilter/nfnetlink_log.h>, <linux/netfilter/nfnetlink_queue.h>. */
#include "packet/walk.h"

enum {
    FAMILY_IPV4 = 2,
    FAMILY_IPV6 = 10,
    NFLOG_PAYLOAD = 9,
    NFQUEUE_PAYLOAD = 10,
};

/* The value of the first attribute of a type; empty, or cut by the end of the bytes, if it is not
 * all there. */
static struct cursor find_attribute(struct cursor attributes, uint16_t type)
{
    enum { TYPE_BITS = 0x7fff };
    struct cursor header;
    while (cursor_take(&attributes, 4, &header)) {
        size_t length = le16_at(&header, 0);
        if (length < 4)
            break;
        if ((le16_at(&header, 2) & TYPE_BITS) == type)
            return cursor_first(&attributes, length - 4);
        attributes = cursor_after(&attributes, (length + 3) / 4 * 4 - 4);
    }
    return cursor_after(&attributes, attributes.left);
}

enum fate decode_nflog(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, 4, &header))
        return walk_cut(walk);
    struct cursor payload = find_attribute(bytes, NFLOG_PAYLOAD);
    uint8_t family = u8_at(&header, 0);
    if (payload.left == 0 || (family != FAMILY_IPV4 && family != FAMILY_IPV6))
        return FATE_NOT_IP;
    return decode_ip(walk, payload);
}

/* One netfilter message: subsystem and kind in the type, four bytes of header, attributes. */
static enum fate decode_netfilter_message(struct walk *walk, struct cursor bytes)
{
    enum { TYPE_OFFSET = 4, HEADERS = 20, NFQUEUE_PACKET = 0x0300, NFLOG_PACKET = 0x0400 };
    uint16_t type = le16_at(&bytes, TYPE_OFFSET);
    if (type != NFQUEUE_PACKET && type != NFLOG_PACKET)
        return FATE_NOT_IP;
    struct cursor payload = find_attribute(cursor_after(&bytes, HEADERS),
                                           type == NFLOG_PACKET ? NFLOG_PAYLOAD : NFQUEUE_PAYLOAD);
    return payload.left > 0 ? decode_ip(walk, payload) : FATE_NOT_IP;
}

enum fate decode_netlink_messages(struct walk *walk, struct cursor bytes, uint16_t family)
{
    enum { NETLINK_NETFILTER = 12, MESSAGE_HEADER = 16 };
    if (family != NETLINK_NETFILTER)
        return FATE_NOT_IP;
    struct walk_parts parts;
    uint64_t missing = walk->missing;
    walk_parts_begin(walk, &parts);
    while (bytes.left >= MESSAGE_HEADER) {
        size_t length = le32_at(&bytes, 0);
        if (length < MESSAGE_HEADER)
            break;
        walk_part(walk, &parts, cursor_first(&bytes, length), length > bytes.left ? missing : 0,
                  decode_netfilter_message);
        bytes = cursor_after(&bytes, (length + 3) / 4 * 4);
    }
    return walk_parts_end(walk, &parts);
}

/* Netlink link type: a Linux cooked header whose protocol is the netlink family. */
enum fate decode_netlink(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, 16, &header))
        return walk_cut(walk);
    return decode_netlink_messages(walk, bytes, be16_at(&header, 14));
}
