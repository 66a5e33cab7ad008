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
    NETLINK_HEADER = 16,
    MESSAGE_HEADER = 4, /* family, version, resource */
    PACKET_HEADER = 1,
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
        if (length < 4 || length - 4 > attributes.left)
            break;
        if ((le16_at(&header, 2) & TYPE_BITS) == type)
            return cursor_first(&attributes, length - 4);
        attributes = cursor_after(&attributes, (length + 3) / 4 * 4 - 4);
    }
    return cursor_after(&attributes, attributes.left);
}

/* The packet in the attributes of a message: its header attribute has the EtherType, at an offset
 * that depends on the kind; without it the address family tells. */
static enum fate decode_attributes(struct walk *walk, struct cursor attributes, uint8_t family,
                                   uint16_t payload_type, size_t ethertype_offset)
{
    struct cursor header = find_attribute(attributes, PACKET_HEADER);
    struct cursor payload = find_attribute(attributes, payload_type);
    uint16_t ethertype = be16_at(&header, ethertype_offset);
    if (payload.left == 0)
        return FATE_NOT_IP;
    if (ethertype != 0)
        return decode_ethertype(walk, payload, ethertype);
    return family == FAMILY_IPV4 || family == FAMILY_IPV6 ? decode_ip(walk, payload) : FATE_NOT_IP;
}

enum fate decode_nflog(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, MESSAGE_HEADER, &header))
        return walk_cut(walk);
    return decode_attributes(walk, bytes, u8_at(&header, 0), NFLOG_PAYLOAD, 0);
}

/* One netfilter message: subsystem and kind in the type, the header that nflog has, attributes. */
static enum fate decode_netfilter_message(struct walk *walk, struct cursor bytes)
{
    enum { TYPE_OFFSET = 4, NFQUEUE_PACKET = 0x0300, NFLOG_PACKET = 0x0400, PACKET_ID = 4 };
    struct cursor netlink, header;
    if (!cursor_take(&bytes, NETLINK_HEADER, &netlink) ||
        !cursor_take(&bytes, MESSAGE_HEADER, &header))
        return walk_cut(walk);
    uint8_t family = u8_at(&header, 0);
    switch (le16_at(&netlink, TYPE_OFFSET)) {
    case NFLOG_PACKET:
        return decode_attributes(walk, bytes, family, NFLOG_PAYLOAD, 0);
    case NFQUEUE_PACKET:
        return decode_attributes(walk, bytes, family, NFQUEUE_PAYLOAD, PACKET_ID);
    default:
        return FATE_NOT_IP;
    }
}

enum fate decode_netlink_messages(struct walk *walk, struct cursor bytes, uint16_t family)
{
    enum { NETLINK_NETFILTER = 12 };
    if (family != NETLINK_NETFILTER)
        return FATE_NOT_IP;
    struct walk_parts parts;
    uint64_t missing = walk->missing;
    walk_parts_begin(walk, &parts);
    while (bytes.left >= NETLINK_HEADER) {
        size_t length = le32_at(&bytes, 0);
        if (length < NETLINK_HEADER)
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
