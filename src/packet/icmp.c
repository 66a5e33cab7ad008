/* ICMP and ICMPv6: errors quote the start of the packet that caused them.  A quoted TCP header is
 * no segment; it is counted apart, so that nobody misses it.  Source: RFC 792, RFC 4443. */
#include "packet/walk.h"

/* Whether TCP would be found in the packet after the 8 bytes of the message's header. */
static enum fate decode_quote(struct walk *walk, struct cursor bytes)
{
    enum { MESSAGE_HEADER = 8 };
    if (!cursor_skip(&bytes, MESSAGE_HEADER))
        return FATE_NOT_TCP;
    walk->quoted = true;
    return decode_ip(walk, bytes) == FATE_ICMP_QUOTED ? FATE_ICMP_QUOTED : FATE_NOT_TCP;
}

enum fate decode_icmp(struct walk *walk, struct cursor bytes)
{
    switch (u8_at(&bytes, 0)) {
    case 3:  /* destination unreachable */
    case 4:  /* source quench */
    case 5:  /* redirect */
    case 11: /* time exceeded */
    case 12: /* parameter problem */
        return decode_quote(walk, bytes);
    default:
        return FATE_NOT_TCP;
    }
}

enum fate decode_icmpv6(struct walk *walk, struct cursor bytes)
{
    uint8_t type = u8_at(&bytes, 0);
    bool is_error =
        type >= 1 && type <= 4; /* unreachable, too big, time exceeded, parameter problem */
    return is_error ? decode_quote(walk, bytes) : FATE_NOT_TCP;
}
