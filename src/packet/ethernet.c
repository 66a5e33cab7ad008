/* Ethernet and all that an EtherType leads to: VLAN and other tags, 802.1ah, MACsec, FabricPath,
 * TRILL.
 *
 * Source: IEEE 802.3, 802.1Q, 802.1AE, 802.1CB, 802.1BR; RFC 6325 (TRILL); Cisco ISL, VN-Tag, CMD
 * and FabricPath; tshark for Arista's and Gigamon's headers. */
#include "packet/walk.h"

enum {
    ETHERNET_HEADER = 14,
    LENGTH_MAX = 1500, /* IEEE 802.3: up to here the field is a length */
    ETHERTYPE_IPV4 = 0x0800,
    VLAN_ID = 0x0fff,
    FRAME_CHECK_SEQUENCE = 4,
};

/* A frame with its check sequence. */
static enum fate decode_checked_frame(struct walk *walk, struct cursor bytes)
{
    if (walk_length(walk, bytes) < FRAME_CHECK_SEQUENCE)
        return walk_cut(walk);
    walk_limit(walk, &bytes, walk_length(walk, bytes) - FRAME_CHECK_SEQUENCE);
    return decode_ethernet(walk, bytes);
}

/* Cisco's ISL is told by the destination: 01-00-0c-00-00 or 0c-00-0c-00-00, then the type of frame.
 */
static bool is_isl(const struct cursor *header)
{
    uint8_t first = u8_at(header, 0);
    return (first == 0x01 || first == 0x0c) && be32_at(header, 1) == 0x000c0000;
}

/* ISL behind the addresses and the length: SNAP, a VLAN number, an index and a reserved field; a
 * whole frame. */
static enum fate decode_isl(struct walk *walk, struct cursor bytes, const struct cursor *header)
{
    enum { IS_NOT_ETHERNET = 0xf0 };
    struct cursor isl;
    walk_limit(walk, &bytes, be16_at(header, 12));
    if (u8_at(header, 5) & IS_NOT_ETHERNET)
        return FATE_NOT_IP;
    if (!cursor_take(&bytes, 12, &isl))
        return walk_cut(walk);
    walk->segment->vlan_id = be16_at(&isl, 6) >> 1 & VLAN_ID;
    return walk_enter(walk) ? decode_checked_frame(walk, bytes) : FATE_TOO_DEEP;
}

enum fate decode_ethernet(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, ETHERNET_HEADER, &header))
        return walk_cut(walk);
    uint16_t type_or_length = be16_at(&header, 12);
    if (type_or_length <= LENGTH_MAX && is_isl(&header))
        return decode_isl(walk, bytes, &header);
    return decode_type_or_length(walk, bytes, type_or_length);
}

/* IEEE 802.2, unless it starts like the checksum of Novell's IPX, which has no LLC header. */
static enum fate decode_length(struct walk *walk, struct cursor bytes, uint16_t length)
{
    walk_limit(walk, &bytes, length);
    return be16_at(&bytes, 0) == 0xffff ? FATE_NOT_IP : decode_llc(walk, bytes);
}

enum fate decode_type_or_length(struct walk *walk, struct cursor bytes, uint16_t type_or_length)
{
    if (type_or_length > LENGTH_MAX)
        return decode_ethertype(walk, bytes, type_or_length);
    return walk_enter(walk) ? decode_length(walk, bytes, type_or_length) : FATE_TOO_DEEP;
}

/* A VLAN tag, IEEE 802.1Q and 802.1ad. */
static enum fate decode_vlan(struct walk *walk, struct cursor bytes)
{
    struct cursor tag;
    if (!cursor_take(&bytes, 4, &tag))
        return walk_cut(walk);
    walk->segment->vlan_id = be16_at(&tag, 0) & VLAN_ID;
    return decode_type_or_length(walk, bytes, be16_at(&tag, 2));
}

/* A tag of `size` bytes that ends with the next type. */
static enum fate decode_tag(struct walk *walk, struct cursor bytes, size_t size)
{
    struct cursor tag;
    if (!cursor_take(&bytes, size, &tag))
        return walk_cut(walk);
    return decode_type_or_length(walk, bytes, be16_at(&tag, size - 2));
}

/* VN-Tag, HSR and 802.1CB R-Tag. */
static enum fate decode_tag6(struct walk *walk, struct cursor bytes)
{
    return decode_tag(walk, bytes, 6);
}

/* 802.1BR E-Tag and Cisco's CMD. */
static enum fate decode_tag8(struct walk *walk, struct cursor bytes)
{
    return decode_tag(walk, bytes, 8);
}

/* IEEE 802.1ah (PBB): a 4-byte I-TAG, then the customer's frame. */
static enum fate decode_pbb(struct walk *walk, struct cursor bytes)
{
    return cursor_skip(&bytes, 4) ? decode_ethernet(walk, bytes) : walk_cut(walk);
}

/* MACsec, IEEE 802.1AE: readable if it only authenticates. */
static enum fate decode_macsec(struct walk *walk, struct cursor bytes)
{
    enum { SECTAG = 6, SCI = 8, HAS_SCI = 0x20, ENCRYPTED = 0x08, CHANGED = 0x04, ICV = 16 };
    uint8_t tci = u8_at(&bytes, 0);
    if (tci & (ENCRYPTED | CHANGED))
        return FATE_NOT_IP;
    uint64_t length = walk_length(walk, bytes);
    if (length < ICV || !cursor_skip(&bytes, SECTAG + (tci & HAS_SCI ? SCI : 0)))
        return walk_cut(walk);
    walk_limit(walk, &bytes, walk_length(walk, bytes) - ICV);
    return decode_tag(walk, bytes, 2);
}

/* Cisco FabricPath: a 2-byte tag, then a whole frame with its check sequence. */
static enum fate decode_fabricpath(struct walk *walk, struct cursor bytes)
{
    return cursor_skip(&bytes, 2) ? decode_checked_frame(walk, bytes) : walk_cut(walk);
}

/* TRILL, RFC 6325 section 3: 6 bytes and options in units of 4. */
static enum fate decode_trill(struct walk *walk, struct cursor bytes)
{
    size_t options = be16_at(&bytes, 0) >> 6 & 0x1f;
    return cursor_skip(&bytes, 6 + 4 * options) ? decode_ethernet(walk, bytes) : walk_cut(walk);
}

/* Arista's time stamps, of TAI or UTC: subtype, version, and 8 or 6 bytes by that. */
static enum fate decode_arista(struct walk *walk, struct cursor bytes)
{
    enum { TIME_STAMP = 1, BITS_64 = 0x10, BITS_48 = 0x20 };
    struct cursor header;
    if (!cursor_take(&bytes, 4, &header))
        return walk_cut(walk);
    uint8_t size = u8_at(&header, 3);
    if (be16_at(&header, 0) != TIME_STAMP || u8_at(&header, 2) > 1 ||
        (size != BITS_64 && size != BITS_48))
        return FATE_NOT_IP;
    return cursor_skip(&bytes, size == BITS_64 ? 8 : 6) ? decode_ethertype_field(walk, bytes)
                                                        : walk_cut(walk);
}

/* Gigamon's header: its length and fields, then the next type. */
static enum fate decode_gigamon(struct walk *walk, struct cursor bytes)
{
    return decode_tag(walk, bytes, u8_at(&bytes, 0) + 2u);
}

/* EtherTypes, https://www.iana.org/assignments/ieee-802-numbers; IPv4 is tried before. */
static const struct next_layer ethertypes[] = {
    {0x86dd, decode_ipv6},   {0x8100, decode_vlan},    {0x88a8, decode_vlan},
    {0x9100, decode_vlan},   {0x8847, decode_mpls},    {0x8848, decode_mpls},
    {0x8864, decode_pppoe},  {0x88e7, decode_pbb},     {0x6558, decode_ethernet},
    {0x894f, decode_nsh},    {0x8870, decode_llc},     {0x88e5, decode_macsec},
    {0x8926, decode_tag6},   {0x892f, decode_tag6},    {0xf1c1, decode_tag6},
    {0x893f, decode_tag8},   {0x8909, decode_tag8},    {0x8903, decode_fabricpath},
    {0x22f3, decode_trill},  {0x88bb, decode_lwapp},   {0xbbbb, decode_lwapp},
    {0xd28b, decode_arista}, {0x22e5, decode_gigamon}, {0x4305, decode_batman},
    {0xfff2, decode_ip}, /* ARP gleaning of Cisco ACI */
};

static decode_function *find_ethertype(uint16_t ethertype)
{
    return find_layer(ethertypes, sizeof ethertypes / sizeof ethertypes[0], ethertype);
}

bool ethertype_is_known(uint16_t ethertype)
{
    return ethertype == ETHERTYPE_IPV4 || find_ethertype(ethertype);
}

enum fate decode_ethertype(struct walk *walk, struct cursor bytes, uint16_t ethertype)
{
    if (!walk_enter(walk))
        return FATE_TOO_DEEP;
    if (ethertype == ETHERTYPE_IPV4)
        return decode_ip(walk, bytes);
    decode_function *decode = find_ethertype(ethertype);
    return decode ? decode(walk, bytes) : FATE_NOT_IP;
}

enum fate decode_ethertype_field(struct walk *walk, struct cursor bytes)
{
    struct cursor type;
    if (!cursor_take(&bytes, 2, &type))
        return walk_cut(walk);
    return decode_ethertype(walk, bytes, be16_at(&type, 0));
}
