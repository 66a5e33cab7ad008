/* The walk from link layer to TCP.  The input begins with the link type and with how many bytes
 * were on the wire but not captured, two bytes each; the rest is a packet. */
#include "harness.h"

#include "packet/decode.h"
#include "packet/preview.h"

static struct segment decode(struct decoder *decoder, const struct packet *packet, enum fate *fate)
{
    struct fault fault;
    struct segment segment;
    memset(&segment, 0, sizeof segment);
    MUST(decoder_decode(decoder, packet, &segment, fate, &fault));
    MUST(*fate < FATE_COUNT && fate_name(*fate));
    return segment;
}

static void check_segment(const struct segment *segment, const struct packet *packet)
{
    char text[TUNNEL_TEXT_SIZE];
    const char *tunnel = tunnel_text(segment->tunnel, text);
    MUST(!tunnel == !segment->tunnel && (!tunnel || strlen(tunnel) < TUNNEL_TEXT_SIZE));
    MUST(segment->ip_version == 4 || segment->ip_version == 6);
    MUST(segment->options.sack_count <= SACK_BLOCKS_MAX);
    MUST(segment->payload.left <= segment->payload_length);
    MUST(segment->length_known <= segment->header_known);
    MUST(segment->flags_known <= segment->header_known);
    if (segment->payload.left && !segment->reassembled)
        MUST(segment->payload.at >= packet->bytes.at &&
             segment->payload.at + segment->payload.left <= packet->bytes.at + packet->bytes.left);
    digest_bytes(0, segment->payload.at, segment->payload.left);
}

/* A preview says what the walk will. */
static void check_preview(const struct packet *packet, enum fate fate,
                          const struct segment *segment)
{
    struct segment preview;
    if (!segment_preview(packet, &preview))
        return;
    MUST(fate == FATE_SEGMENT);
    MUST(preview.frame == segment->frame && preview.time_ns == segment->time_ns);
    MUST(preview.captured_length == segment->captured_length);
    MUST(preview.wire_length == segment->wire_length);
    MUST(preview.ip_version == segment->ip_version);
    MUST(memcmp(preview.src, segment->src, sizeof preview.src) == 0);
    MUST(memcmp(preview.dst, segment->dst, sizeof preview.dst) == 0);
    MUST(preview.src_port == segment->src_port && preview.dst_port == segment->dst_port);
    MUST(preview.flags == segment->flags && preview.header_known == segment->header_known);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    enum { HEADER = 4 };
    struct cursor bytes = cursor_over(data, size), header;
    if (!cursor_take(&bytes, HEADER, &header))
        return 0;
    struct packet packet = {
        .frame = 1,
        .captured_length = (uint32_t)bytes.left,
        .wire_length = (uint32_t)bytes.left + le16_at(&header, 2),
        .link_type = le16_at(&header, 0),
        .bytes = bytes,
    };
    struct memory memory = {.limit = FUZZ_MEMORY_MAX};
    struct fault fault;
    enum fate fates[2];
    struct segment segments[2];
    for (int i = 0; i < 2; i++) {
        struct decoder *decoder = decoder_open(DECODE_CHECKSUM, &memory, &fault);
        MUST(decoder);
        segments[i] = decode(decoder, &packet, &fates[i]);
        if (fates[i] == FATE_SEGMENT)
            check_segment(&segments[i], &packet);
        check_preview(&packet, fates[i], &segments[i]);
        decoder_close(decoder);
        MUST(memory.used == 0);
    }
    MUST(fates[0] == fates[1]);
    MUST(fates[0] != FATE_SEGMENT || (segments[0].seq == segments[1].seq &&
                                      segments[0].payload_length == segments[1].payload_length));
    return 0;
}
