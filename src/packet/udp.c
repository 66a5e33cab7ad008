/* UDP, and by its ports the tunnels in it.
 *
 * Only the ports that tshark (4.0.17) knows by default count; it tries the lower port number first,
 * then the other.  Source: RFC 768; https://www.iana.org/assignments/service-names-port-numbers. */
#include "packet/walk.h"

enum { UDP_HEADER = 8 };

static const struct next_layer ports[] = {
    {4789, decode_vxlan},
    {4790, decode_vxlan_gpe},
    {6081, decode_geneve},
    {2152, decode_gtp},
    {2123, decode_gtp},
    {3386, decode_gtp},
    {3544, decode_teredo},
    {1701, decode_l2tp},
    {5247, decode_capwap},
    {4341, decode_lisp},
    {5072, decode_ayiya},
    {37008, decode_tzsp},
    {6343, decode_sflow},
    {4754, decode_gre},
    {6635, decode_mpls},
    {12222, decode_lwapp},
    {12220, decode_lwapp_ethernet},
    {30030, decode_jmirror},
};

static decode_function *find_port(uint16_t port)
{
    return find_layer(ports, sizeof ports / sizeof ports[0], port);
}

enum fate decode_udp(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (walk->quoted)
        return FATE_NOT_TCP;
    if (!cursor_take(&bytes, UDP_HEADER, &header))
        return walk_cut(walk);
    uint16_t a = be16_at(&header, 0), b = be16_at(&header, 2), length = be16_at(&header, 4);
    decode_function *decode = find_port(a < b ? a : b);
    if (!decode)
        decode = find_port(a < b ? b : a);
    if (!decode)
        return FATE_NOT_TCP;
    if (length < UDP_HEADER)
        return FATE_MALFORMED;
    walk_limit(walk, &bytes, length - UDP_HEADER);
    if (!walk_enter(walk))
        return FATE_TOO_DEEP;
    enum fate fate = decode(walk, bytes);
    return fate == FATE_NOT_IP ? FATE_NOT_TCP : fate;
}
