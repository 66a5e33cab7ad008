/* Classic pcap, the format of tcpdump -w (draft-ietf-opsawg-pcap), as libpcap reads it.
 *
 * A file header of 24 bytes tells byte order, unit of time, link type and snap length; then come
 * records, each with a header and the captured bytes.  Over the years there were four layouts of
 * that header, two to a magic number; which one a file has is found out, as Wireshark does, by what
 * makes sense of its first records.
 *
 * Limits: versions 2.0 to 2.4 and 543.0; no per-record link types, no options (the format has
 * none). */
#include "capture/format.h"

enum {
    FILE_HEADER_SIZE = 24,
    RECORD_FIELDS_SIZE = 16, /* seconds, fraction, captured length, original length */
};

/* The magic number, as it reads in the file's own byte order. */
enum {
    MAGIC_MICROSECONDS = 0xa1b2c3d4,
    MAGIC_NANOSECONDS = 0xa1b23c4d,
    MAGIC_MODIFIED = 0xa1b2cd34, /* Alexey Kuznetzov's */
};

/* No link type has larger packets in libpcap (D-Bus, USB); a snap length beyond that is no promise.
 */
enum { RECORD_LENGTH_MAX = 128 << 20 };

/* The link type is in the low 26 bits; the length of the frame check sequence is above. */
enum { LINK_TYPE_MASK = 0x03ffffff };

/* Which of a record's two lengths comes first.  Version 2.3 interchanged them, but some files
 * say 2.3 and have the old order; DG/UX writes 543.0 and the old order. */
enum length_order { CAPTURED_FIRST, ORIGINAL_FIRST, SMALLER_IS_CAPTURED };

struct pcap {
    enum byte_order byte_order;
    enum length_order length_order;
    uint32_t fraction_ns;        /* nanoseconds in a unit of the fraction: 1 or 1000 */
    uint32_t record_header_size; /* 16 in all files of this century */
    uint32_t captured_max;       /* what a record's captured length may be */
    uint32_t link_type;
};

struct record {
    uint32_t seconds, fraction, captured, original;
};

static inline struct record read_record(const struct pcap *pcap, const struct cursor *header)
{
    struct record record = {
        u32_at(header, 0, pcap->byte_order),
        u32_at(header, 4, pcap->byte_order),
        u32_at(header, 8, pcap->byte_order),
        u32_at(header, 12, pcap->byte_order),
    };
    if (pcap->length_order == ORIGINAL_FIRST ||
        (pcap->length_order == SMALLER_IS_CAPTURED && record.captured > record.original)) {
        uint32_t original = record.captured;
        record.captured = record.original;
        record.original = original;
    }
    return record;
}

/* The 1999 patches to libpcap for Linux put the interface, protocol and packet type behind the four
 * fields. */
static int odd_linux_fields(const struct cursor *header, enum byte_order order)
{
    uint32_t interface = u32_at(header, 16, order);
    uint16_t protocol = u16_at(header, 20, order);
    uint8_t packet_type = u8_at(header, 22);
    return (interface > 10000) + (protocol > 0x17 && protocol < 0x600) + (packet_type > 4);
}

/* Nokia IPSO writes four bytes of the form ?fbf??0?. */
static int odd_nokia_fields(const struct cursor *header, enum byte_order order)
{
    return (u32_at(header, 16, order) & 0x0fff00f0) != 0x0fbf0000;
}

static int no_fields(const struct cursor *header, enum byte_order order)
{
    (void)header;
    (void)order;
    return 0;
}

/* Record headers that were ever written, those of one magic number together, the likelier first. */
static const struct layout {
    uint32_t magic;
    uint32_t size;
    /* How many of the fields behind the common four make no sense. */
    int (*odd_fields)(const struct cursor *header, enum byte_order order);
} layouts[] = {
    {MAGIC_MICROSECONDS, 16, no_fields},
    {MAGIC_MICROSECONDS, 24, odd_linux_fields}, /* ss990417: Red Hat 6.1 */
    {MAGIC_MICROSECONDS, 20, odd_nokia_fields},
    {MAGIC_NANOSECONDS, 16, no_fields},
    {MAGIC_MODIFIED, 24,
     odd_linux_fields}, /* ss991029, and what libpcap takes the magic number for */
    {MAGIC_MODIFIED, 28, odd_linux_fields}, /* ss990915: SuSE 6.3 */
};

/* How many things are odd about the first three records if they have this layout; Wireshark's
 * figure of merit. */
static int oddities(const struct pcap *pcap, const struct layout *layout, struct cursor bytes)
{
    int odd = 0;
    for (int i = 0; i < 3 && bytes.left > 0; i++) {
        struct cursor header;
        if (!cursor_take(&bytes, layout->size, &header))
            return odd + 1;
        struct record record = read_record(pcap, &header);
        odd += (record.fraction >= 1000000) + (record.captured > record.original);
        odd += layout->odd_fields(&header, pcap->byte_order);
        if (record.captured > pcap->captured_max || !cursor_skip(&bytes, record.captured))
            return odd + 1;
    }
    return odd;
}

/* Finds the layout of the records, which start at `bytes`. */
static void choose_layout(struct pcap *pcap, uint32_t magic, const struct cursor *bytes)
{
    int least = INT32_MAX;
    for (size_t i = 0; i < sizeof layouts / sizeof *layouts; i++) {
        if (layouts[i].magic != magic)
            continue;
        int odd = oddities(pcap, &layouts[i], *bytes);
        if (odd < least) {
            least = odd;
            pcap->record_header_size = layouts[i].size;
        }
    }
}

/* Wireshark's rule: versions above 2.4 are read as 2.4, since all that calls itself so was. */
static bool read_version(struct capture *capture, struct pcap *pcap, const struct cursor *header,
                         struct fault *fault)
{
    uint16_t major = u16_at(header, 4, pcap->byte_order);
    uint16_t minor = u16_at(header, 6, pcap->byte_order);
    if (major < 2)
        return fault_set(fault, FAULT_UNSUPPORTED,
                         "%s: is pcap of version %u.%u; supported are 2.0 and above",
                         source_path(capture->source), major, minor);
    if (major == 543 || (major == 2 && minor < 3))
        pcap->length_order = ORIGINAL_FIRST;
    else if (major == 2 && minor == 3)
        pcap->length_order = SMALLER_IS_CAPTURED;
    return true;
}

/* Fills in what the file's header says. */
static bool read_file_header(struct capture *capture, const struct cursor *window,
                             struct fault *fault)
{
    struct pcap *pcap = capture->state;
    struct cursor header = cursor_first(window, FILE_HEADER_SIZE);
    bool is_big = u16_at(&header, 0, BIG_ENDIAN_FILE) == 0xa1b2;
    pcap->byte_order = is_big ? BIG_ENDIAN_FILE : LITTLE_ENDIAN_FILE;
    if (!read_version(capture, pcap, &header, fault))
        return false;
    uint32_t magic = u32_at(&header, 0, pcap->byte_order);
    uint32_t snaplen = u32_at(&header, 16, pcap->byte_order);
    pcap->fraction_ns = magic == MAGIC_NANOSECONDS ? 1 : 1000;
    pcap->captured_max = snaplen > CAPTURED_LENGTH_MAX ? snaplen : CAPTURED_LENGTH_MAX;
    if (pcap->captured_max > RECORD_LENGTH_MAX)
        pcap->captured_max = RECORD_LENGTH_MAX;
    pcap->link_type = u32_at(&header, 20, pcap->byte_order) & LINK_TYPE_MASK;
    struct cursor records = cursor_after(window, FILE_HEADER_SIZE);
    choose_layout(pcap, magic, &records);

    struct capture_info *info = &capture->info;
    info->byte_order = is_big ? "big" : "little";
    info->has_one_link_type = true;
    info->link_type = pcap->link_type;
    capture_add_interface(capture, pcap->link_type, snaplen, pcap->fraction_ns / 1e9);
    return true;
}

static bool pcap_open(struct capture *capture, struct fault *fault)
{
    capture->state = memory_allocate(capture->memory, sizeof(struct pcap), fault);
    if (!capture->state)
        return false;
    struct cursor window;
    if (source_peek(capture->source, FILE_HEADER_SIZE, &window, fault) != SOURCE_OK)
        return false;
    if (window.left < FILE_HEADER_SIZE)
        return fault_set(fault, FAULT_NOT_A_CAPTURE,
                         "%s: is too short for a capture: pcap's header has %d bytes, "
                         "only %zu are there",
                         source_path(capture->source), FILE_HEADER_SIZE, window.left);
    if (!read_file_header(capture, &window, fault))
        return false;
    source_consume(capture->source, FILE_HEADER_SIZE);
    return true;
}

/* Takes the next record if all of it is in memory and its length is allowed. */
static bool take_record(struct capture *capture, struct packet *packet)
{
    const struct pcap *pcap = capture->state;
    struct source *source = capture->source;
    struct cursor bytes = source->ready, fields;
    if (!cursor_take(&bytes, RECORD_FIELDS_SIZE, &fields) ||
        !cursor_skip(&bytes, pcap->record_header_size - RECORD_FIELDS_SIZE))
        return false;
    struct record record = read_record(pcap, &fields);
    if (record.captured > pcap->captured_max ||
        !cursor_take(&bytes, record.captured, &packet->bytes))
        return false;
    packet->frame = ++capture->frame;
    packet->record_offset = source_offset(source);
    packet->offset = packet->record_offset + pcap->record_header_size;
    packet->time_ns =
        (int64_t)record.seconds * 1000000000 + (int64_t)record.fraction * pcap->fraction_ns;
    packet->captured_length = record.captured;
    packet->wire_length = record.original;
    packet->link_type = pcap->link_type;
    source_consume_until(source, &bytes);
    return true;
}

/* Reads on until the next record can be taken; otherwise says what is in the way.  Not inline: it
 * is the rare way. */
__attribute__((noinline)) static enum capture_result
read_on(struct capture *capture, struct packet *packet, struct fault *fault)
{
    const struct pcap *pcap = capture->state;
    struct source *source = capture->source;
    struct cursor window;
    size_t size = pcap->record_header_size;
    enum source_result result = source_peek(source, size, &window, fault);
    capture->record_offset = source_offset(source);
    if (result != SOURCE_OK)
        return capture_stopped(capture, result, fault);
    if (window.left == 0)
        return capture_end(capture);
    if (window.left < size)
        return capture_cut(capture, size, window.left);

    struct record record = read_record(pcap, &window);
    if (record.captured > pcap->captured_max)
        return capture_corrupt(capture, fault, "captured length %u is larger than the %u allowed",
                               (unsigned)record.captured, (unsigned)pcap->captured_max);
    size += record.captured;
    result = source_peek(source, size, &window, fault);
    if (result != SOURCE_OK)
        return capture_stopped(capture, result, fault);
    if (window.left < size)
        return capture_cut(capture, size, window.left);
    take_record(capture, packet);
    return CAPTURE_PACKET;
}

static enum capture_result pcap_next(struct capture *capture, struct packet *packet,
                                     struct fault *fault)
{
    return take_record(capture, packet) ? CAPTURE_PACKET : read_on(capture, packet, fault);
}

static bool pcap_can_return(const struct capture *capture)
{
    (void)capture;
    return true;
}

static void pcap_seek(struct capture *capture, const struct capture_position *position)
{
    source_seek(capture->source, position->offset);
    capture->frame = position->frame - 1;
}

static void pcap_close(struct capture *capture)
{
    memory_release(capture->memory, capture->state, sizeof(struct pcap));
}

const struct capture_format pcap_format = {
    "pcap", pcap_open, pcap_next, pcap_can_return, pcap_seek, pcap_close,
};
