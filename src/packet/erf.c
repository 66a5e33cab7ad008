/* Endace's records (ERF) as a link type: the card's header, extensions, then what the type says.
 *
 *     time stamp 8 | type | flags | record length 2 | lost or colour 2 | wire length 2
 *     extensions of 8 bytes, while the highest bit of what stands before says that one follows
 *
 * Source: Endace's ERF types reference; tshark for what it counts to the frame. */
#include "packet/walk.h"

enum {
    HAS_EXTENSION = 0x80,
    TYPE = 0x7f,
    ETHERNET_PADDING = 2, /* before an Ethernet frame, no part of it */
    HDLC = 1,
    ETHERNET = 2,
    COLOUR_HDLC = 10,
    COLOUR_ETHERNET = 11,
    DSM_HDLC = 15,
    DSM_ETHERNET = 16,
    HASH_HDLC = 19,
    HASH_ETHERNET = 20,
    IPV4 = 22,
    IPV6 = 23,
};

/* Ends the frame after the wire length of the card, for the record's own counts the header. */
static void take_wire_length(struct walk *walk, struct cursor *bytes, uint32_t length)
{
    walk->missing = length > bytes->left ? length - bytes->left : 0;
    if (length < bytes->left)
        *bytes = cursor_first(bytes, length);
}

static decode_function *decoder_of(uint8_t type)
{
    switch (type) {
    case ETHERNET:
    case COLOUR_ETHERNET:
    case DSM_ETHERNET:
    case HASH_ETHERNET:
        return decode_ethernet;
    case HDLC:
    case COLOUR_HDLC:
    case DSM_HDLC:
    case HASH_HDLC:
        return decode_ppp; /* or Cisco HDLC, by the first byte */
    case IPV4:
        return decode_ip;
    case IPV6:
        return decode_ipv6;
    default:
        return NULL;
    }
}

enum fate decode_erf(struct walk *walk, struct cursor bytes)
{
    struct cursor header, extension;
    if (!cursor_take(&bytes, 16, &header))
        return walk_cut(walk);
    uint8_t type = u8_at(&header, 8);
    for (uint8_t before = type; before & HAS_EXTENSION; before = u8_at(&extension, 0))
        if (!cursor_take(&bytes, 8, &extension))
            return walk_cut(walk);
    decode_function *decode = decoder_of(type & TYPE);
    if (!decode)
        return FATE_NOT_IP;
    if (decode == decode_ethernet && !cursor_skip(&bytes, ETHERNET_PADDING))
        return walk_cut(walk);
    take_wire_length(walk, &bytes, be16_at(&header, 14));
    walk_frame_begins(walk, bytes);
    return decode(walk, bytes);
}
