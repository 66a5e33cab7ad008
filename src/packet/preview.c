#include "packet/preview.h"

#include "packet/walk.h"

enum {
    LINKTYPE_ETHERNET = 1,
    ETHERTYPE_IPV4 = 0x0800,
    IPV4_WITHOUT_OPTIONS = 0x45,
    FRAGMENT = 0x3fff, /* more fragments, and the offset */
    PROTOCOL_TCP = 6,
    FLAG_BITS = 0x0fff,
    ETHERNET_HEADER = 14,
    IPV4_HEADER = 20,
    TCP_HEADER = 20,
};

static bool is_plain(const struct cursor *ethernet, const struct cursor *ip)
{
    return be16_at(ethernet, 12) == ETHERTYPE_IPV4 && u8_at(ip, 0) == IPV4_WITHOUT_OPTIONS &&
           be16_at(ip, 2) >= IPV4_HEADER + TCP_HEADER && !(be16_at(ip, 6) & FRAGMENT) &&
           u8_at(ip, 9) == PROTOCOL_TCP;
}

bool segment_preview(const struct packet *packet, struct segment *segment)
{
    struct cursor bytes = packet->bytes, ethernet, ip, tcp;
    if (packet->link_type != LINKTYPE_ETHERNET ||
        !cursor_take(&bytes, ETHERNET_HEADER, &ethernet) ||
        !cursor_take(&bytes, IPV4_HEADER, &ip) || !cursor_take(&bytes, TCP_HEADER, &tcp) ||
        !is_plain(&ethernet, &ip))
        return false;
    take_record_fields(segment, packet);
    take_ipv4_addresses(segment, &ip);
    segment->src_port = be16_at(&tcp, 0);
    segment->dst_port = be16_at(&tcp, 2);
    segment->flags = be16_at(&tcp, 12) & FLAG_BITS;
    segment->header_known = true;
    return true;
}

bool segment_is_previewed(size_t offset)
{
    static const size_t previewed[] = {
        offsetof(struct segment, frame),
        offsetof(struct segment, time_ns),
        offsetof(struct segment, captured_length),
        offsetof(struct segment, wire_length),
        offsetof(struct segment, src),
        offsetof(struct segment, dst),
        offsetof(struct segment, ip_version),
        offsetof(struct segment, src_port),
        offsetof(struct segment, dst_port),
        offsetof(struct segment, flags),
        offsetof(struct segment, header_known),
    };
    for (size_t i = 0; i < sizeof previewed / sizeof previewed[0]; i++)
        if (previewed[i] == offset)
            return true;
    return false;
}
