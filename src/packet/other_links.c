/* Link types that are a header of fixed size with an EtherType or a link type in it: IP over
 * InfiniBand, IP over IEEE 1394, and Darwin's PKTAP.  Source: tcpdump.org's link types. */
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
