/* Linux cooked capture, versions 1 and 2: what `tcpdump -i any` writes.
 *
 * The protocol field means what the kind of interface (ARPHRD_) says.  Source: tcpdump.org,
 * LINKTYPE_LINUX_SLL and LINKTYPE_LINUX_SLL2. */
#include "packet/walk.h"

enum {
    ARPHRD_RADIOTAP = 803,
    ARPHRD_NETLINK = 824,
    COOKED_PROTOCOL_MAX = 1535, /* up to here not an EtherType but Linux's own number */
};

/* Linux's own protocol numbers, <linux/if_ether.h>. */
static enum fate decode_linux_protocol(struct walk *walk, struct cursor bytes, uint16_t protocol)
{
    enum { ETHERNET = 3, LLC = 4, PPP = 7 };
    if (!walk_enter(walk))
        return FATE_TOO_DEEP;
    switch (protocol) {
    case ETHERNET:
        return decode_ethernet(walk, bytes);
    case LLC:
        return decode_llc(walk, bytes);
    case PPP:
        return decode_ppp(walk, bytes);
    default:
        return FATE_NOT_IP;
    }
}

static enum fate decode_cooked(struct walk *walk, struct cursor bytes, uint16_t hardware,
                               uint16_t protocol)
{
    if (hardware == ARPHRD_RADIOTAP)
        return decode_radiotap(walk, bytes);
    if (hardware == ARPHRD_NETLINK)
        return decode_netlink_messages(walk, bytes, protocol);
    if (protocol <= COOKED_PROTOCOL_MAX)
        return decode_linux_protocol(walk, bytes, protocol);
    return decode_ethertype(walk, bytes, protocol);
}

enum fate decode_linux_cooked(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, 16, &header))
        return walk_cut(walk);
    return decode_cooked(walk, bytes, be16_at(&header, 2), be16_at(&header, 14));
}

enum fate decode_linux_cooked2(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, 20, &header))
        return walk_cut(walk);
    return decode_cooked(walk, bytes, be16_at(&header, 8), be16_at(&header, 0));
}
