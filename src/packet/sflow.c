/* sFlow version 5: datagrams with samples, a sample with records, a record with the first bytes of
 * a packet.
 *
 * What is in a sample is a copy of a packet that was switched elsewhere; tshark shows its TCP
 * header, so it is a row, without a payload length.  Source: sflow.org/sflow_version_5.txt. */
#include "packet/walk.h"

enum { FLOW_SAMPLE = 1, EXPANDED_FLOW_SAMPLE = 3, RAW_PACKET_HEADER = 1 };

static decode_function *find_header_protocol(uint32_t protocol)
{
    static decode_function *const protocols[] = {
        [1] = decode_ethernet,    [3] = decode_token_ring, [4] = decode_fddi,
        [5] = decode_frame_relay, [7] = decode_ppp,        [11] = decode_ip,
        [12] = decode_ipv6,       [13] = decode_mpls,      [15] = decode_ieee80211,
    };
    return protocol < sizeof protocols / sizeof protocols[0] ? protocols[protocol] : NULL;
}

/* Takes what starts with a type and a length: a sample or a record. */
static bool take_item(struct cursor *bytes, uint32_t *type, struct cursor *item)
{
    struct cursor header;
    if (!cursor_take(bytes, 8, &header))
        return false;
    *type = be32_at(&header, 0);
    *item = cursor_first(bytes, be32_at(&header, 4));
    *bytes = cursor_after(bytes, be32_at(&header, 4));
    return true;
}

/* Protocol, length of the frame, bytes stripped, bytes sampled, the bytes. */
static void decode_raw_header(struct walk *walk, struct walk_parts *parts, struct cursor record)
{
    struct cursor header;
    if (!cursor_take(&record, 16, &header))
        return;
    uint32_t frame_length = be32_at(&header, 4), sampled = be32_at(&header, 12);
    struct cursor bytes = cursor_first(&record, sampled);
    decode_function *decode = find_header_protocol(be32_at(&header, 0));
    if (decode && bytes.left == sampled)
        walk_part(walk, parts, bytes, frame_length > bytes.left ? frame_length - bytes.left : 0,
                  decode);
}

static void decode_flow_sample(struct walk *walk, struct walk_parts *parts, struct cursor sample,
                               size_t fixed)
{
    uint32_t type;
    struct cursor record;
    if (!cursor_skip(&sample, fixed))
        return;
    while (take_item(&sample, &type, &record))
        if (type == RAW_PACKET_HEADER)
            decode_raw_header(walk, parts, record);
}

enum fate decode_sflow(struct walk *walk, struct cursor bytes)
{
    enum { VERSION = 5, IPV6_AGENT = 2, HEADER_REST = 16, SAMPLE_FIXED = 32, EXPANDED_FIXED = 44 };
    struct cursor start, sample;
    uint32_t type;
    if (!cursor_take(&bytes, 8, &start))
        return walk_cut(walk);
    size_t agent = be32_at(&start, 4) == IPV6_AGENT ? 16 : 4;
    if (be32_at(&start, 0) != VERSION || !cursor_skip(&bytes, agent + HEADER_REST))
        return FATE_NOT_TCP;
    struct walk_parts parts;
    walk_tunnel(walk, TUNNEL_SFLOW);
    walk->sampled = true;
    walk_parts_begin(walk, &parts);
    while (take_item(&bytes, &type, &sample))
        if (type == FLOW_SAMPLE || type == EXPANDED_FLOW_SAMPLE)
            decode_flow_sample(walk, &parts, sample,
                               type == FLOW_SAMPLE ? SAMPLE_FIXED : EXPANDED_FIXED);
    return walk_parts_end(walk, &parts);
}
