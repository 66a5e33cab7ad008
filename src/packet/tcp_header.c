/* The TCP header, where every walk that finds a segment ends.
 *
 * tshark (4.0.17) decides what of an odd header counts: ports from 4 captured bytes on, all else
 * from 16 on; a data offset below 20 gives a payload length but no flags, one beyond the datagram
 * gives flags but no payload length. */
#include "packet/tcp_header.h"

#include "packet/walk.h"

enum {
    PORTS = 4,
    HEADER_USED = 16, /* up to the window */
    HEADER = 20,
    PROTOCOL_TCP = 6,
    FLAG_BITS = 0x0fff,
};

enum option_kind {
    OPTION_END = 0,
    OPTION_NONE = 1,
    OPTION_MSS = 2,
    OPTION_WINDOW_SCALE = 3,
    OPTION_SACK_PERMITTED = 4,
    OPTION_SACK = 5,
    OPTION_TIMESTAMPS = 8,
    OPTION_SNACK = 21,
    OPTION_MPTCP = 30,
};

static void read_sack(const struct cursor *option, struct tcp_options *read)
{
    size_t count = (option->left - 2) / 8;
    read->sack_count = count < SACK_BLOCKS_MAX ? (uint8_t)count : SACK_BLOCKS_MAX;
    for (size_t i = 0; i < read->sack_count; i++) {
        read->sack[i].left = be32_at(option, 2 + 8 * i);
        read->sack[i].right = be32_at(option, 6 + 8 * i);
    }
}

static void read_timestamps(const struct cursor *option, struct tcp_options *read)
{
    read->has_timestamps = true;
    read->ts_value = be32_at(option, 2);
    read->ts_echo = be32_at(option, 6);
}

/* Multipath TCP, RFC 8684 section 3. */
enum mptcp_subtype { MP_CAPABLE = 0, DATA_SEQUENCE_SIGNAL = 2, MPTCP_SUBTYPES = 9 };

/* The length that an option of the subtype and with the flags needs. */
static size_t mptcp_length(unsigned subtype, uint8_t flags)
{
    enum { HAS_ACK = 1, LONG_ACK = 2, HAS_MAPPING = 4, LONG_SEQUENCE = 8 };
    enum { ANY = 3 };
    static const uint8_t lengths[MPTCP_SUBTYPES] = {4, ANY, 4, 4, ANY, ANY, 12, 12, 4};
    size_t length = subtype < MPTCP_SUBTYPES ? lengths[subtype] : ANY;
    if (subtype == DATA_SEQUENCE_SIGNAL && flags & HAS_ACK)
        length += flags & LONG_ACK ? 8 : 4;
    if (subtype == DATA_SEQUENCE_SIGNAL && flags & HAS_MAPPING)
        length += (flags & LONG_SEQUENCE ? 8 : 4) + 6u;
    return length;
}

static bool read_mptcp(const struct cursor *option, struct tcp_options *read)
{
    enum { LENGTH_WITH_KEY = 12, SUBTYPES_TOLD_APART = 8 };
    unsigned subtype = u8_at(option, 2) >> 4;
    if (option->left < mptcp_length(subtype, u8_at(option, 3)))
        return false;
    bool has_key = option->left >= LENGTH_WITH_KEY;
    if (subtype < SUBTYPES_TOLD_APART && (subtype != MP_CAPABLE || has_key))
        read->mptcp_messages |= (uint8_t)(1u << subtype);
    return true;
}

/* False if the option is malformed: tshark reads so far without asking for its length. */
static bool read_option(const struct cursor *option, struct tcp_options *read)
{
    enum { LENGTH_WITH_BLOCK = 10, SNACK_LENGTH = 6 };
    switch (u8_at(option, 0)) {
    case OPTION_MSS:
        if (option->left != 4)
            return true;
        read->has_mss = true;
        read->mss = be16_at(option, 2);
        return true;
    case OPTION_WINDOW_SCALE:
        if (option->left != 3)
            return true;
        read->has_window_scale = true;
        read->window_scale = u8_at(option, 2);
        return true;
    case OPTION_SACK_PERMITTED:
        read->sack_permitted |= option->left == 2;
        return true;
    case OPTION_SACK:
        if (option->left < LENGTH_WITH_BLOCK && !read->sack_count)
            return false; /* the first block is looked at again: it may be a duplicate one */
        read_sack(option, read);
        return true;
    case OPTION_TIMESTAMPS:
        if (option->left == 10)
            read_timestamps(option, read);
        return true;
    case OPTION_SNACK:
        return option->left != SNACK_LENGTH; /* the ACK number is sought behind it */
    case OPTION_MPTCP:
        return read_mptcp(option, read);
    default:
        return true;
    }
}

/* Timestamps alone, behind two bytes of padding: what RFC 7323 appendix A recommends, and nearly
 * all segments have. */
static bool is_timestamps_alone(const struct cursor *options)
{
    enum { NONE_NONE_TIMESTAMPS = 0x0101080a };
    return options->left == 12 && be32_at(options, 0) == NONE_NONE_TIMESTAMPS;
}

/* Takes what was captured of the next option, which has `length` bytes, the first two for certain;
 * false if that ends the list. */
static bool take_option(struct cursor *options, size_t length, struct tcp_options *read)
{
    struct cursor option = cursor_first(options, length);
    bool is_cut = !cursor_skip(options, length);
    if (is_cut) {
        if (u8_at(&option, 0) == OPTION_SACK)
            read_sack(&option, read);
        return false;
    }
    read->is_malformed = !read_option(&option, read);
    return !read->is_malformed;
}

/* Not inline: it is the rare way. */
__attribute__((noinline)) static void read_list(struct cursor options, size_t length,
                                                struct tcp_options *read)
{
    size_t missing = length - options.left;
    while (options.left > 0 && u8_at(&options, 0) != OPTION_END) {
        if (u8_at(&options, 0) == OPTION_NONE) {
            cursor_skip(&options, 1);
            continue;
        }
        size_t option_length = u8_at(&options, 1);
        read->has_ended = options.left > 1 && option_length < 2;
        if (option_length < 2 || option_length > options.left + missing ||
            !take_option(&options, option_length, read))
            return;
    }
}

void tcp_read_options(struct cursor options, size_t length, struct tcp_options *read)
{
    if (is_timestamps_alone(&options)) {
        cursor_skip(&options, 2);
        read_timestamps(&options, read);
    } else {
        read_list(options, length, read);
    }
}

/* Sum of 16-bit words in the machine's own order, RFC 1071; not folded.  Eight sums at once, so
 * that the compiler can use its vectors. */
static uint64_t sum_words(struct cursor bytes)
{
    enum { LANES = 8, BLOCK = LANES * sizeof(uint32_t) };
    uint64_t sums[LANES] = {0}, sum = 0;
    struct cursor block;
    while (cursor_take(&bytes, BLOCK, &block)) {
        uint32_t words[LANES];
        copy_at(&block, 0, words, sizeof words);
        for (size_t i = 0; i < LANES; i++)
            sums[i] += words[i];
    }
    uint32_t rest[LANES] = {0};
    copy_at(&bytes, 0, rest, bytes.left);
    for (size_t i = 0; i < LANES; i++)
        sum += sums[i] + rest[i]; /* 2^32 words at most: far from overflow */
    return sum;
}

static uint16_t fold(uint64_t sum)
{
    while (sum > UINT16_MAX)
        sum = (sum & UINT16_MAX) + (sum >> 16);
    return (uint16_t)sum;
}

bool tcp_checksum_is_good(const struct segment *segment, struct cursor bytes)
{
    enum { LENGTH = 32, PROTOCOL = 39, PSEUDO_HEADER = 40 }; /* zeros between them add nothing */
    uint32_t length = (uint32_t)bytes.left;
    uint8_t pseudo[PSEUDO_HEADER] = {0};
    memcpy(pseudo, segment->src, 16);
    memcpy(pseudo + 16, segment_destination(segment), 16);
    for (int i = 0; i < 4; i++)
        pseudo[LENGTH + i] = (uint8_t)(length >> (24 - 8 * i));
    pseudo[PROTOCOL] = PROTOCOL_TCP;
    return fold(sum_words(cursor_over(pseudo, sizeof pseudo)) + sum_words(bytes)) == UINT16_MAX;
}

/* The first bytes of a header, with which nothing else can be known. */
static void take_ports_only(struct segment *segment)
{
    segment->header_known = segment->length_known = segment->flags_known = false;
    segment->options_known = segment->is_traced = false;
    segment->options.sack_permitted_known = false;
    segment->seq = segment->ack = 0;
    segment->flags = segment->window = 0;
    segment->payload_length = segment->promised_length = 0;
    segment->payload = cursor_over(NULL, 0);
}

/* Header length and payload: the header's end decides what of the datagram is payload. */
static void take_lengths(const struct walk *walk, struct cursor bytes, size_t header_length)
{
    struct segment *segment = walk->segment;
    uint64_t length = walk_length(walk, bytes);
    segment->header_known = true;
    segment->flags_known = header_length >= HEADER;
    segment->length_known = header_length <= length && !walk->fragmented && !walk->sampled;
    segment->options_known = segment->flags_known && header_length <= bytes.left;
    segment->is_traced = bytes.left >= HEADER && !walk->unsized;
    segment->payload_length = segment->length_known ? (uint32_t)(length - header_length) : 0;
    segment->promised_length =
        segment->length_known ? segment->payload_length + (uint32_t)walk->beyond : 0;
    segment->payload = cursor_after(&bytes, segment->length_known ? header_length : bytes.left);
}

/* Tells something only of segments that are there as a whole.  Not inline: it is the rare way. */
__attribute__((noinline)) static enum checksum check(const struct walk *walk, struct cursor bytes)
{
    bool is_whole = walk->missing == 0 && !walk->fragmented && !walk->sampled;
    if (!is_whole || bytes.left < HEADER)
        return CHECKSUM_UNKNOWN;
    return tcp_checksum_is_good(walk->segment, bytes) ? CHECKSUM_GOOD : CHECKSUM_BAD;
}

enum fate decode_tcp(struct walk *walk, struct cursor bytes)
{
    struct segment *segment = walk->segment;
    struct tcp_options *options = &segment->options;
    if (walk->quoted)
        return FATE_ICMP_QUOTED;
    if (bytes.left < PORTS)
        return walk_cut(walk);
    segment->src_port = be16_at(&bytes, 0);
    segment->dst_port = be16_at(&bytes, 2);
    segment->checksum = CHECKSUM_UNKNOWN;
    options->has_mss = options->has_window_scale = false;
    options->has_timestamps = options->sack_permitted = false;
    options->is_malformed = options->has_ended = false;
    options->sack_count = options->mptcp_messages = 0;
    if (bytes.left < HEADER_USED) {
        take_ports_only(segment);
        return FATE_SEGMENT;
    }
    size_t header_length = 4u * (u8_at(&bytes, 12) >> 4);
    segment->seq = be32_at(&bytes, 4);
    segment->ack = be32_at(&bytes, 8);
    segment->flags = be16_at(&bytes, 12) & FLAG_BITS;
    segment->window = be16_at(&bytes, 14);
    take_lengths(walk, bytes, header_length);
    if (header_length > HEADER) {
        struct cursor header = cursor_first(&bytes, header_length);
        tcp_read_options(cursor_after(&header, HEADER), header_length - HEADER, options);
    }
    options->sack_permitted_known = segment->options_known || options->sack_permitted;
    if (walk->decoder->wants & DECODE_CHECKSUM)
        segment->checksum = check(walk, bytes);
    return FATE_SEGMENT;
}
