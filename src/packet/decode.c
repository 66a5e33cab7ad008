/* The start of the walk: what every packet begins with, and the link types.
 *
 *     decode_link_type -> decode_ethernet -> decode_ethertype -> decode_ip -> decode_ip_protocol ->
 * decode_tcp
 *
 * is the common way.  Which numbers lead where is tshark's (4.0.17) default behaviour, so that both
 * see the same segments.  A new link type is a function, a line in walk.h and a line in the table
 * below. */
#include "packet/walk.h"

#include <stdio.h>

struct decoder *decoder_open(unsigned wants, struct memory *memory, struct fault *fault)
{
    struct decoder *decoder = memory_allocate(memory, sizeof *decoder, fault);
    if (!decoder)
        return NULL;
    decoder->wants = wants;
    decoder->memory = memory;
    decoder->fragments = fragments_open(memory, fault);
    if (!decoder->fragments) {
        decoder_close(decoder);
        return NULL;
    }
    return decoder;
}

void decoder_close(struct decoder *decoder)
{
    if (!decoder)
        return;
    fragments_close(decoder->fragments);
    memory_release(decoder->memory, decoder, sizeof *decoder);
}

void decoder_forget(struct decoder *decoder)
{
    fragments_forget(decoder->fragments);
    decoder->has_datagrams = false;
}

bool decoder_decode(struct decoder *decoder, const struct packet *packet, struct segment *segment,
                    enum fate *fate, struct fault *fault)
{
    if (decoder->has_datagrams && !(decoder->wants & DECODE_KEEP_PAYLOADS))
        decoder_forget(decoder);
    struct walk walk = {
        .decoder = decoder,
        .packet = packet,
        .segment = segment,
        .fault = fault,
    };
    if (packet->wire_length > packet->bytes.left)
        walk.missing = packet->wire_length - packet->bytes.left;
    segment->vlan_id = NO_VLAN;
    segment->tunnel = 0;
    segment->reassembled = false;
    *fate = decode_link_type(&walk, packet->bytes, packet->link_type);
    take_record_fields(segment, packet);
    if (walk.has_frame_lengths) {
        segment->captured_length = walk.frame_captured_length;
        segment->wire_length = walk.frame_wire_length;
    }
    return !walk.failed;
}

void decoder_reset(struct decoder *decoder)
{
    fragments_clear(decoder->fragments);
}

static const char *const fate_names[FATE_COUNT] = {
    [FATE_SEGMENT] = "tcp_packets",
    [FATE_NOT_IP] = "not_ip",
    [FATE_NOT_TCP] = "not_tcp",
    [FATE_FRAGMENT] = "fragments",
    [FATE_TRUNCATED_HEADERS] = "truncated_headers",
    [FATE_MALFORMED] = "malformed",
    [FATE_UNKNOWN_LINK_TYPE] = "unknown_link_type",
    [FATE_ICMP_QUOTED] = "icmp_quoted",
    [FATE_TOO_DEEP] = "too_deep",
};

const char *fate_name(enum fate fate)
{
    return fate_names[fate];
}

/* LINKTYPE_ numbers, https://www.tcpdump.org/linktypes.html; the commonest first. */
static const struct next_layer link_types[] = {
    {1, decode_ethernet},
    {113, decode_linux_cooked},
    {276, decode_linux_cooked2},
    {101, decode_raw},
    {12, decode_raw}, /* RAW as most BSDs number it; OpenBSD: 14 */
    {14, decode_raw},
    {0, decode_null},
    {108, decode_loop},
    {127, decode_radiotap},
    {105, decode_ieee80211},
    {3, decode_ax25},
    {6, decode_token_ring},
    {7, decode_arcnet},
    {8, decode_slip},
    {9, decode_ppp},
    {10, decode_fddi},
    {11, decode_llc}, /* ATM RFC 1483 as some BSDs wrote it */
    {13, decode_enc}, /* ENC as OpenBSD numbered it first */
    {50, decode_ppp},
    {51, decode_pppoe},
    {99, decode_symantec},
    {100, decode_llc}, /* ATM RFC 1483 */
    {104, decode_chdlc},
    {112, decode_chdlc}, /* NetBSD */
    {106, decode_ip},    /* Linux classical IP over ATM, and how it was numbered first */
    {16, decode_ip},
    {18, decode_ip},
    {19, decode_ip},
    {107, decode_frame_relay},
    {109, decode_enc},
    {117, decode_pflog},
    {119, decode_prism},
    {122, decode_ip_over_fc},
    {123, decode_sunatm},
    {128, decode_tzsp},
    {129, decode_arcnet_linux},
    {130, decode_juniper_mlppp},
    {131, decode_juniper_mlfr},
    {133, decode_juniper_ggsn},
    {135, decode_juniper_atm2},
    {136, decode_juniper_services},
    {137, decode_juniper_atm1},
    {138, decode_ieee1394},
    {149, decode_pktap}, /* USER2: Darwin's PKTAP before it had a number */
    {163, decode_avs},
    {166, decode_ppp_with_direction},
    {167, decode_juniper_ethernet}, /* PPPoE */
    {178, decode_juniper_ethernet},
    {179, decode_juniper_ppp},
    {180, decode_juniper_frame_relay},
    {181, decode_juniper_chdlc},
    {183, decode_juniper_voice},
    {192, decode_ppi},
    {197, decode_erf},
    {202, decode_kiss},
    {204, decode_ppp_with_direction},
    {219, decode_mpls},
    {226, decode_ipnet},
    {228, decode_ip},
    {229, decode_ipv6},
    {239, decode_nflog},
    {242, decode_ipoib},
    {253, decode_netlink},
    {258, decode_pktap},
};

enum { LINK_TYPES = sizeof link_types / sizeof link_types[0] };

bool link_type_is_known(uint32_t link_type)
{
    return find_layer(link_types, LINK_TYPES, link_type) != NULL;
}

const char *link_types_text(char *text)
{
    size_t length = 0;
    const char *last = "";
    text[0] = '\0';
    for (size_t i = 0; i < LINK_TYPES && length < LINK_TYPES_TEXT_SIZE; i++) {
        const char *name = link_type_name(link_types[i].number);
        if (!name || strcmp(name, last) == 0)
            continue;
        length += (size_t)snprintf(text + length, LINK_TYPES_TEXT_SIZE - length, "%s%s",
                                   length > 0 ? ", " : "", name);
        last = name;
    }
    return text;
}

enum fate decode_link_type(struct walk *walk, struct cursor bytes, uint32_t link_type)
{
    decode_function *decode = find_layer(link_types, LINK_TYPES, link_type);
    if (!decode)
        return FATE_UNKNOWN_LINK_TYPE;
    return walk_enter(walk) ? decode(walk, bytes) : FATE_TOO_DEEP;
}

void walk_tunnel(struct walk *walk, enum tunnel_layer layer)
{
    if (walk->tunnels < sizeof walk->segment->tunnel)
        walk->segment->tunnel |= (uint64_t)layer << 8 * walk->tunnels++;
}

void walk_parts_begin(struct walk *walk, struct walk_parts *parts)
{
    parts->before = *walk;
    parts->outside = *walk->segment;
    parts->fate = FATE_NOT_IP;
}

void walk_part(struct walk *walk, struct walk_parts *parts, struct cursor bytes, uint64_t missing,
               decode_function *decode)
{
    if (parts->before.failed)
        return;
    *walk = parts->before;
    walk->missing = missing;
    *walk->segment = parts->outside;
    enum fate fate = walk_enter(walk) ? decode(walk, bytes) : FATE_TOO_DEEP;
    if (fate == FATE_SEGMENT)
        parts->found = *walk->segment;
    if (parts->fate != FATE_SEGMENT || fate == FATE_SEGMENT)
        parts->fate = fate;
    parts->before.failed |= walk->failed;
}

enum fate walk_parts_end(struct walk *walk, const struct walk_parts *parts)
{
    walk->failed = parts->before.failed;
    if (parts->fate == FATE_SEGMENT)
        *walk->segment = parts->found;
    return parts->fate;
}
