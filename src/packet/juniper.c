/* Juniper's link types: what a router captures, behind a header of the router's own.
 *
 *     "MGC" | flags | length and extensions, if flagged | number of the protocol, if the frame's
 * own header was taken off | frame
 *
 * Older routers write no such header.  What the cards for services, links and ATM put before their
 * packets, a cookie, does not always say what follows: then it is guessed, by tshark's rules. */
#include "packet/walk.h"

enum {
    MAGIC = 0x4d4743,
    HAS_EXTENSIONS = 0x80,
    WITHOUT_FRAME_HEADER = 0x02,
    IS_INCOMING = 0x01,
    UNNUMBERED_INFORMATION = 0x03,
    PPP_ADDRESS_AND_CONTROL = 0xff03,
    LLC_OSI = 0xfefe03,
    LLC_SNAP = 0xaaaa03,
};

static uint32_t first_24_bits(const struct cursor *bytes)
{
    return be32_at(bytes, 0) >> 8;
}

static const struct next_layer protocols[] = {
    {2, decode_ip},      {3, decode_ip},     {6, decode_ipv6},       {7, decode_ipv6},
    {4, decode_mpls},    {5, decode_mpls},   {8, decode_mpls},       {32, decode_mpls},
    {10, decode_nlpid},  {33, decode_nlpid}, {201, decode_nlpid},    {200, decode_ppp},
    {202, decode_llc},   {203, decode_llc},  {204, decode_ethernet}, {207, decode_frame_relay},
    {208, decode_chdlc},
};

static enum fate decode_protocol(struct walk *walk, struct cursor bytes, uint32_t number)
{
    decode_function *decode = find_layer(protocols, sizeof protocols / sizeof protocols[0], number);
    return decode ? decode(walk, bytes) : FATE_NOT_IP;
}

/* Takes the router's header; false if no frame with a header of its own follows, and then *fate. */
static bool take_header(struct walk *walk, struct cursor *bytes, uint8_t *flags, enum fate *fate)
{
    struct cursor header, extensions, protocol;
    *flags = u8_at(bytes, 3);
    if (first_24_bits(bytes) != MAGIC)
        return true;
    *fate = walk_cut(walk);
    if (!cursor_take(bytes, 4, &header))
        return false;
    if (*flags & HAS_EXTENSIONS && !cursor_take(bytes, 2u + be16_at(bytes, 0), &extensions))
        return false;
    if (!(*flags & WITHOUT_FRAME_HEADER))
        return true;
    if (cursor_take(bytes, 4, &protocol))
        *fate = decode_protocol(walk, *bytes, le32_at(&protocol, 0));
    return false;
}

static enum fate decode_juniper(struct walk *walk, struct cursor bytes, decode_function *decode)
{
    uint8_t flags;
    enum fate fate;
    return take_header(walk, &bytes, &flags, &fate) ? decode(walk, bytes) : fate;
}

enum fate decode_juniper_ethernet(struct walk *walk, struct cursor bytes)
{
    return decode_juniper(walk, bytes, decode_ethernet);
}

enum fate decode_juniper_ppp(struct walk *walk, struct cursor bytes)
{
    return decode_juniper(walk, bytes, decode_ppp);
}

enum fate decode_juniper_frame_relay(struct walk *walk, struct cursor bytes)
{
    return decode_juniper(walk, bytes, decode_frame_relay);
}

enum fate decode_juniper_chdlc(struct walk *walk, struct cursor bytes)
{
    return decode_juniper(walk, bytes, decode_chdlc);
}

/* GPRS gateway: number of the protocol and VLAN, little-endian. */
static enum fate decode_gateway_frame(struct walk *walk, struct cursor bytes)
{
    struct cursor header;
    if (!cursor_take(&bytes, 4, &header))
        return walk_cut(walk);
    return decode_protocol(walk, bytes, le16_at(&header, 0));
}

enum fate decode_juniper_ggsn(struct walk *walk, struct cursor bytes)
{
    return decode_juniper(walk, bytes, decode_gateway_frame);
}

/* Voice card. */
static enum fate decode_voice_frame(struct walk *walk, struct cursor bytes)
{
    return cursor_skip(&bytes, 18) ? decode_ip(walk, bytes) : walk_cut(walk);
}

enum fate decode_juniper_voice(struct walk *walk, struct cursor bytes)
{
    return decode_juniper(walk, bytes, decode_voice_frame);
}

/* Services card. */
enum fate decode_juniper_services(struct walk *walk, struct cursor bytes)
{
    uint8_t flags;
    enum fate fate;
    if (!take_header(walk, &bytes, &flags, &fate))
        return fate;
    size_t cookie = flags & IS_INCOMING ? 16 : 12;
    return cursor_skip(&bytes, cookie) ? decode_ip(walk, bytes) : walk_cut(walk);
}

static bool may_be_ppp(uint16_t protocol)
{
    return protocol == 0x0021 || protocol == 0x0057 || protocol == 0x0281 || protocol == 0x0283 ||
           protocol == 0x003d;
}

/* Multilink cards: the first byte of the cookie tells its kind, which is its length. */
enum cookie_kind { NO_COOKIE, LINK_SERVICES = 4, ADAPTIVE_SERVICES = 8 };

static enum cookie_kind take_cookie(struct cursor *bytes, struct cursor *cookie)
{
    uint8_t id = u8_at(bytes, 0);
    enum cookie_kind kind = id == 0x54                 ? LINK_SERVICES
                            : id == 0x40 || id == 0x47 ? ADAPTIVE_SERVICES
                                                       : NO_COOKIE;
    return cursor_take(bytes, kind, cookie) ? kind : NO_COOKIE;
}

/* The cookie of adaptive services: direction bits, number of the protocol. */
static bool goes_out(const struct cursor *cookie)
{
    enum { DIRECTION = 3 };
    return (u8_at(cookie, 4) & DIRECTION) == DIRECTION;
}

static bool says_ipv4(const struct cursor *cookie)
{
    return u8_at(cookie, 5) >> 4 == 0;
}

static enum fate decode_by_cookie(struct walk *walk, struct cursor bytes,
                                  const struct cursor *cookie)
{
    static decode_function *const decode[16] = {decode_ip, decode_ipv6, decode_mpls, decode_nlpid};
    uint8_t number = u8_at(cookie, 5) >> 4;
    return decode[number] ? decode[number](walk, bytes) : FATE_NOT_IP;
}

/* Multilink PPP without a cookie: two bytes may stand before it. */
static enum fate guess_multilink_ppp(struct walk *walk, struct cursor bytes)
{
    if (be16_at(&bytes, 0) == PPP_ADDRESS_AND_CONTROL)
        return decode_ppp(walk, bytes);
    if (may_be_ppp(be16_at(&bytes, 2)))
        cursor_skip(&bytes, 2);
    return may_be_ppp(be16_at(&bytes, 0)) ? decode_ppp(walk, bytes) : FATE_NOT_IP;
}

enum fate decode_juniper_mlppp(struct walk *walk, struct cursor bytes)
{
    struct cursor cookie;
    uint8_t flags;
    enum fate fate;
    if (!take_header(walk, &bytes, &flags, &fate))
        return fate;
    enum cookie_kind kind = take_cookie(&bytes, &cookie);
    if (kind == NO_COOKIE)
        return guess_multilink_ppp(walk, bytes);
    bool is_ppp = says_ipv4(&cookie) && flags & IS_INCOMING && !goes_out(&cookie);
    return kind == LINK_SERVICES || is_ppp ? decode_ppp(walk, bytes)
                                           : decode_by_cookie(walk, bytes, &cookie);
}

/* Skips the control byte before an OSI identifier, and a byte of padding beside it. */
static bool skip_control(struct cursor *bytes)
{
    uint16_t both = be16_at(bytes, 0);
    if (both == UNNUMBERED_INFORMATION || both == UNNUMBERED_INFORMATION << 8)
        return cursor_skip(bytes, 2);
    return both >> 8 == UNNUMBERED_INFORMATION && cursor_skip(bytes, 1);
}

/* Multilink Frame Relay. */
static enum fate decode_mlfr_frame(struct walk *walk, struct cursor bytes)
{
    struct cursor cookie;
    enum cookie_kind kind = take_cookie(&bytes, &cookie);
    if (kind == ADAPTIVE_SERVICES && !(says_ipv4(&cookie) && goes_out(&cookie)))
        return decode_by_cookie(walk, bytes, &cookie);
    if (kind == NO_COOKIE && !cursor_skip(&bytes, 2))
        return walk_cut(walk);
    bool is_osi = skip_control(&bytes) || kind == LINK_SERVICES;
    return is_osi ? decode_nlpid(walk, bytes) : FATE_NOT_IP;
}

enum fate decode_juniper_mlfr(struct walk *walk, struct cursor bytes)
{
    return decode_juniper(walk, bytes, decode_mlfr_frame);
}

static bool is_llc(const struct cursor *bytes)
{
    uint32_t first = first_24_bits(bytes);
    return first == LLC_OSI || first == LLC_SNAP;
}

/* What is left behind the cookie of an ATM card, by its first bytes. */
static enum fate guess_atm_frame(struct walk *walk, struct cursor bytes)
{
    uint8_t first = u8_at(&bytes, 0);
    if (is_llc(&bytes))
        return decode_llc(walk, bytes);
    if (first == UNNUMBERED_INFORMATION)
        return cursor_skip(&bytes, 1) ? decode_nlpid(walk, bytes) : walk_cut(walk);
    bool may_be_ip = (first >= 0x45 && first <= 0x4f) || first >> 4 == 6;
    return may_be_ip ? decode_ip(walk, bytes) : FATE_NOT_IP;
}

static enum fate decode_atm1_frame(struct walk *walk, struct cursor bytes)
{
    enum { MANAGEMENT_CELL = 0x80 };
    struct cursor cookie;
    if (!cursor_take(&bytes, 4, &cookie))
        return walk_cut(walk);
    return u8_at(&cookie, 0) == MANAGEMENT_CELL ? FATE_NOT_IP : guess_atm_frame(walk, bytes);
}

enum fate decode_juniper_atm1(struct walk *walk, struct cursor bytes)
{
    return decode_juniper(walk, bytes, decode_atm1_frame);
}

/* The second generation knows bridged Ethernet and PPP, too. */
enum fate decode_juniper_atm2(struct walk *walk, struct cursor bytes)
{
    enum { MANAGEMENT_CELL = 0x70, GAP_COUNT = 0x3f };
    struct cursor cookie;
    uint8_t flags;
    enum fate fate;
    if (!take_header(walk, &bytes, &flags, &fate))
        return fate;
    if (!cursor_take(&bytes, 8, &cookie))
        return walk_cut(walk);
    if (u8_at(&cookie, 7) & MANAGEMENT_CELL)
        return FATE_NOT_IP;
    if (!is_llc(&bytes) && !(flags & IS_INCOMING) && u8_at(&cookie, 3) & GAP_COUNT)
        return decode_ethernet(walk, bytes);
    return may_be_ppp(be16_at(&bytes, 0)) ? decode_ppp(walk, bytes) : guess_atm_frame(walk, bytes);
}
