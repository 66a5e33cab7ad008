/* pcapng (draft-ietf-opsawg-pcapng): a file of blocks, each with its type and its length at both
 * ends.
 *
 * A section header tells the byte order of what follows; interface descriptions tell link type,
 * snap length and unit of time of the packets that name them; packets come in enhanced, simple and
 * the obsolete packet blocks. A file may have several sections, and describe interfaces at any
 * place.  Where the standard leaves room this reads what Wireshark reads: lengths that are no
 * multiple of four are padded, version 1.2 is 1.0.
 *
 * Packets are numbered as Wireshark numbers frames: it counts some blocks that hold no packet, see
 * `blocks`.
 *
 * Limits: a packet's block may have BLOCK_LENGTH_MAX bytes.  Of other blocks, however long,
 * OPTIONS_READ_MAX bytes are looked at and the rest is skipped unread.  Options that do not fit
 * their block end there. */
#include "capture/format.h"

enum {
    BLOCK_HEADER_SIZE = 8,  /* type and total length */
    BLOCK_TRAILER_SIZE = 4, /* total length again */
    BLOCK_LENGTH_MIN = BLOCK_HEADER_SIZE + BLOCK_TRAILER_SIZE,
};

/* What libpcap and Wireshark allow: more than any packet, little enough to hold in memory. */
enum { BLOCK_LENGTH_MAX = 16 << 20 };

/* Hardware, system and application are a few lines of text; an option alone has at most 64 KiB. */
enum { OPTIONS_READ_MAX = 256 << 10 };

/* A million interfaces take 72 MiB here; no machine has them, only an attack. */
enum { INTERFACES_MAX = 1 << 20 };

enum { BYTE_ORDER_MAGIC = 0x1a2b3c4d, SECTION_HEADER_SIZE = 28 };

enum { NS_PER_SECOND = 1000000000 };

/* if_tsresol of an interface that has none. */
enum { RESOLUTION_MICROSECONDS = 6 };

/* A billion times 2^34 still fits 64 bits; 2^-34 seconds are 0.06 nanoseconds. */
enum { BINARY_FINE_MAX = 34 };

/* Drops count of an obsolete packet block that does not know. */
enum { PACKET_DROPS_UNKNOWN = 0xffff };

enum block_type {
    INTERFACE_DESCRIPTION = 1,
    PACKET = 2, /* obsolete */
    SIMPLE_PACKET = 3,
    INTERFACE_STATISTICS = 5,
    ENHANCED_PACKET = 6,
    SYSTEMD_JOURNAL = 9,
    SYSDIG_EVENT = 0x204,
    SYSDIG_EVENT_V2 = 0x216,
    SYSDIG_EVENT_V2_LARGE = 0x221,
    CUSTOM = 0xbad,
    CUSTOM_NOT_COPIED = 0x40000bad,
    SECTION_HEADER = 0x0a0d0d0a,
};

enum option_code {
    END_OF_OPTIONS = 0,
    SHB_HARDWARE = 2,
    SHB_OS = 3,
    SHB_USERAPPL = 4,
    IF_TSRESOL = 9,
    IF_TSOFFSET = 14,
    ISB_IFDROP = 5,
    ISB_OSDROP = 7,
    EPB_DROPCOUNT = 4,
};

/* How timestamps become nanoseconds: seconds are the quotient by `units`, and the remainder r gives
 * r / coarse * multiply / divide nanoseconds, of which no step leaves 64 bits. */
struct time_unit {
    uint64_t units; /* in a second */
    uint64_t coarse, multiply, divide;
    int64_t offset;      /* seconds to add, if_tsoffset */
    uint64_t simple_end; /* below this, ticks * multiply is all there is to it */
};

struct interface {
    struct time_unit time;
    uint32_t link_type;
    uint32_t snaplen; /* 0 is no limit */
    bool
        has_statistics; /* `drops` are of its last statistics block, else the sum of its packets' */
    uint64_t drops;
};

struct pcapng {
    enum byte_order byte_order; /* of this section */
    struct interface *interfaces;
    size_t interface_count, interface_capacity;
    bool seen_packet;
    bool described_late; /* a section or an interface came after the first packet */
    bool seek_pending;
    struct capture_position seek_to;
};

/* Kinds of blocks that mean something here; all others are skipped. */
static const struct block_kind {
    uint32_t type;
    uint32_t length_min;
    bool is_packet;
    bool is_frame; /* Wireshark numbers it */
} kinds[] = {
    {ENHANCED_PACKET, 32, true, true},
    {SIMPLE_PACKET, 16, true, true},
    {PACKET, 32, true, true},
    {SECTION_HEADER, 28, false, false},
    {INTERFACE_DESCRIPTION, 20, false, false},
    {INTERFACE_STATISTICS, 24, false, false},
    {CUSTOM, 16, false, true},
    {CUSTOM_NOT_COPIED, 16, false, true},
    {SYSTEMD_JOURNAL, BLOCK_LENGTH_MIN, false, true},
    {SYSDIG_EVENT, BLOCK_LENGTH_MIN, false, true},
    {SYSDIG_EVENT_V2, BLOCK_LENGTH_MIN, false, true},
    {SYSDIG_EVENT_V2_LARGE, BLOCK_LENGTH_MIN, false, true},
};

/* One block while it is handled. */
struct block {
    const struct block_kind *kind;
    uint32_t type, stated_length; /* as they stand at its start */
    uint64_t length;              /* total, padding included */
    struct cursor body;           /* what was read of it behind its header */
    bool is_whole;                /* all of it is in memory */
};

static const struct block_kind other_kind = {0, BLOCK_LENGTH_MIN, false, false};

static const struct block_kind *kind_of(uint32_t type)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (kinds[i].type == type)
            return &kinds[i];
    return &other_kind;
}

/* Lengths are multiples of four; some writers leave the padding out of the number but not out of
 * the file. */
static uint64_t padded(uint64_t length)
{
    return (length + 3) & ~(uint64_t)3;
}

/* The byte order that a section header's byte-order magic tells; false if it is none. */
static bool read_byte_order(const struct cursor *section_header, enum byte_order *order)
{
    for (*order = LITTLE_ENDIAN_FILE; *order <= BIG_ENDIAN_FILE; ++*order)
        if (u32_at(section_header, BLOCK_HEADER_SIZE, *order) == BYTE_ORDER_MAGIC)
            return true;
    return false;
}

static bool is_known_version(uint16_t major, uint16_t minor)
{
    return major == 1 && (minor == 0 || minor == 2);
}

/* Options
 * -------------------------------------------------------------------------------------------------
 */

struct option {
    uint16_t code;
    struct cursor value;
};

/* Takes the next option; false at the end, or if it does not fit. */
static bool next_option(struct cursor *options, enum byte_order order, struct option *option)
{
    struct cursor header;
    if (!cursor_take(options, 4, &header))
        return false;
    option->code = u16_at(&header, 0, order);
    uint16_t length = u16_at(&header, 2, order);
    if (option->code == END_OF_OPTIONS || !cursor_take(options, length, &option->value))
        return false;
    *options = cursor_after(options, (size_t)(padded(length) - length));
    return true;
}

/* Keeps the text of an option, up to its first zero byte, unless there is one already. */
static bool keep_text(struct capture *capture, const char **text, const struct cursor *value,
                      struct fault *fault)
{
    if (*text)
        return true;
    size_t length = 0;
    while (u8_at(value, length) != 0)
        length++;
    char *copy = memory_allocate(capture->memory, length + 1, fault);
    if (!copy)
        return false;
    copy_at(value, 0, copy, length);
    *text = copy;
    return true;
}

static void release_text(struct capture *capture, const char *text)
{
    if (text)
        memory_release(capture->memory, (char *)text, strlen(text) + 1);
}

/* Time
 * ----------------------------------------------------------------------------------------------------
 */

static uint64_t power_of_ten(unsigned exponent)
{
    uint64_t power = 1;
    while (exponent-- > 0)
        power *= 10;
    return power;
}

/* if_tsresol: a power of ten, or of two if the high bit is set.  False if a second has more units
 * than 64 bits can count; Wireshark refuses the same. */
static bool set_resolution(struct time_unit *unit, uint8_t resolution)
{
    unsigned exponent = resolution & 0x7f;
    bool is_binary = resolution & 0x80;
    if (exponent > (is_binary ? 63 : 19))
        return false;
    unit->coarse = unit->multiply = unit->divide = 1;
    if (is_binary) {
        unsigned fine = exponent < BINARY_FINE_MAX ? exponent : BINARY_FINE_MAX;
        unit->units = (uint64_t)1 << exponent;
        unit->coarse = (uint64_t)1 << (exponent - fine);
        unit->divide = (uint64_t)1 << fine;
        unit->multiply = NS_PER_SECOND;
    } else {
        unit->units = power_of_ten(exponent);
        if (exponent > 9)
            unit->coarse = power_of_ten(exponent - 9);
        else
            unit->multiply = power_of_ten(9 - exponent);
    }
    return true;
}

/* Lets timestamps that are whole nanoseconds, which most are, do without division. */
static void find_simple_end(struct time_unit *unit)
{
    bool is_simple = unit->coarse == 1 && unit->divide == 1 && unit->offset == 0;
    unit->simple_end = is_simple ? INT64_MAX / unit->multiply : 0;
}

/* Unix time in nanoseconds; the nearest that 64 bits hold if it is beyond them. */
static int64_t time_of(const struct time_unit *unit, uint64_t ticks)
{
    if (ticks < unit->simple_end)
        return (int64_t)(ticks * unit->multiply);
    uint64_t rest = ticks % unit->units / unit->coarse * unit->multiply / unit->divide;
    int64_t seconds, time;
    if (__builtin_add_overflow(ticks / unit->units, unit->offset, &seconds))
        return INT64_MAX;
    if (__builtin_mul_overflow(seconds, NS_PER_SECOND, &time) ||
        __builtin_add_overflow(time, rest, &time))
        return seconds < 0 ? INT64_MIN : INT64_MAX;
    return time;
}

/* Blocks
 * --------------------------------------------------------------------------------------------------
 */

static enum capture_result read_section(struct capture *capture, const struct block *block,
                                        struct fault *fault)
{
    struct pcapng *pcapng = capture->state;
    uint16_t major = u16_at(&block->body, 4, pcapng->byte_order);
    uint16_t minor = u16_at(&block->body, 6, pcapng->byte_order);
    if (!is_known_version(major, minor))
        return capture_corrupt(capture, fault, "version %u.%u of a section, 1.0 is supported",
                               major, minor);
    pcapng->interface_count = 0;
    pcapng->described_late = pcapng->seen_packet;

    struct capture_info *info = &capture->info;
    struct cursor options = cursor_after(&block->body, 16);
    struct option option;
    bool fine = true;
    while (fine && next_option(&options, pcapng->byte_order, &option)) {
        if (option.code == SHB_HARDWARE)
            fine = keep_text(capture, &info->hardware, &option.value, fault);
        else if (option.code == SHB_OS)
            fine = keep_text(capture, &info->os, &option.value, fault);
        else if (option.code == SHB_USERAPPL)
            fine = keep_text(capture, &info->application, &option.value, fault);
    }
    return fine ? CAPTURE_PACKET : CAPTURE_FAILED;
}

/* Room for one more interface. */
static bool grow_interfaces(struct capture *capture, struct fault *fault)
{
    struct pcapng *pcapng = capture->state;
    size_t capacity = pcapng->interface_capacity;
    if (pcapng->interface_count < capacity)
        return true;
    size_t size = sizeof *pcapng->interfaces, larger = capacity ? 2 * capacity : 4;
    void *resized =
        memory_resize(capture->memory, pcapng->interfaces, capacity * size, larger * size, fault);
    if (!resized)
        return false;
    pcapng->interfaces = resized;
    pcapng->interface_capacity = larger;
    return true;
}

static enum capture_result read_interface(struct capture *capture, const struct block *block,
                                          struct fault *fault)
{
    struct pcapng *pcapng = capture->state;
    enum byte_order order = pcapng->byte_order;
    if (pcapng->interface_count == INTERFACES_MAX)
        return capture_corrupt(capture, fault, "more interfaces than the %d allowed in a section",
                               INTERFACES_MAX);
    struct interface interface = {
        .link_type = u16_at(&block->body, 0, order),
        .snaplen = u32_at(&block->body, 4, order),
    };
    set_resolution(&interface.time, RESOLUTION_MICROSECONDS);
    struct cursor options = cursor_after(&block->body, 8);
    struct option option;
    while (next_option(&options, order, &option)) {
        if (option.code == IF_TSOFFSET && option.value.left == 8)
            interface.time.offset = (int64_t)u64_at(&option.value, 0, order);
        if (option.code == IF_TSRESOL && option.value.left == 1 &&
            !set_resolution(&interface.time, u8_at(&option.value, 0)))
            return capture_corrupt(capture, fault,
                                   "if_tsresol 0x%02x is finer than the 10^-19 or 2^-63 allowed",
                                   u8_at(&option.value, 0));
    }
    find_simple_end(&interface.time);
    if (!grow_interfaces(capture, fault))
        return CAPTURE_FAILED;
    pcapng->interfaces[pcapng->interface_count++] = interface;
    pcapng->described_late = pcapng->seen_packet;
    capture_add_interface(capture, interface.link_type, interface.snaplen,
                          1.0 / (double)interface.time.units);
    return CAPTURE_PACKET;
}

/* Sets what an interface lost, and with it the sum over all. */
static void set_drops(struct capture *capture, struct interface *interface, uint64_t drops)
{
    capture->info.drops += drops - interface->drops;
    capture->info.drops_known = true;
    interface->drops = drops;
}

/* Counters are totals since the capture began, so an interface's last block tells all. */
static void read_statistics(struct capture *capture, const struct block *block)
{
    struct pcapng *pcapng = capture->state;
    uint32_t number = u32_at(&block->body, 0, pcapng->byte_order);
    if (number >= pcapng->interface_count)
        return;
    uint64_t drops = 0;
    bool is_known = false;
    struct cursor options = cursor_after(&block->body, 12);
    struct option option;
    while (next_option(&options, pcapng->byte_order, &option)) {
        if ((option.code == ISB_IFDROP || option.code == ISB_OSDROP) && option.value.left == 8) {
            drops += u64_at(&option.value, 0, pcapng->byte_order);
            is_known = true;
        }
    }
    if (!is_known)
        return;
    set_drops(capture, &pcapng->interfaces[number], drops);
    pcapng->interfaces[number].has_statistics = true;
}

/* Adds what a packet block says was lost before it, if no statistics say it better. */
static void add_packet_drops(struct capture *capture, struct interface *interface, uint64_t drops)
{
    if (!interface->has_statistics)
        set_drops(capture, interface, interface->drops + drops);
}

static void read_packet_drops(struct capture *capture, const struct block *block,
                              struct interface *interface, struct cursor options)
{
    enum byte_order order = ((struct pcapng *)capture->state)->byte_order;
    if (block->kind->type == PACKET) {
        uint16_t drops = u16_at(&block->body, 2, order);
        if (drops != PACKET_DROPS_UNKNOWN)
            add_packet_drops(capture, interface, drops);
        return;
    }
    struct option option;
    while (next_option(&options, order, &option))
        if (option.code == EPB_DROPCOUNT && option.value.left == 8)
            add_packet_drops(capture, interface, u64_at(&option.value, 0, order));
}

/* The interface that a packet block names; NULL if there is none. */
static struct interface *interface_of(struct pcapng *pcapng, const struct block *block,
                                      uint32_t *number)
{
    *number = 0;
    if (block->kind->type == ENHANCED_PACKET)
        *number = u32_at(&block->body, 0, pcapng->byte_order);
    else if (block->kind->type == PACKET)
        *number = u16_at(&block->body, 0, pcapng->byte_order);
    return *number < pcapng->interface_count ? &pcapng->interfaces[*number] : NULL;
}

static enum capture_result read_packet(struct capture *capture, const struct block *block,
                                       struct packet *packet, struct fault *fault)
{
    struct pcapng *pcapng = capture->state;
    enum byte_order order = pcapng->byte_order;
    uint32_t number;
    struct interface *interface = interface_of(pcapng, block, &number);
    if (!interface)
        return capture_corrupt(capture, fault, "interface %u, but %zu are described in the section",
                               (unsigned)number, pcapng->interface_count);

    bool is_simple = block->kind->type == SIMPLE_PACKET;
    size_t fixed_size = is_simple ? 4 : 20;
    struct cursor bytes = cursor_after(&block->body, fixed_size);
    uint32_t snaplen = interface->snaplen;
    if (is_simple) {
        packet->time_ns = 0;
        packet->wire_length = u32_at(&block->body, 0, order);
        packet->captured_length =
            snaplen && snaplen < packet->wire_length ? snaplen : packet->wire_length;
    } else {
        uint64_t high = u32_at(&block->body, 4, order);
        packet->time_ns = time_of(&interface->time, high << 32 | u32_at(&block->body, 8, order));
        packet->captured_length = u32_at(&block->body, 12, order);
        packet->wire_length = u32_at(&block->body, 16, order);
    }
    uint32_t allowed = snaplen > CAPTURED_LENGTH_MAX ? snaplen : CAPTURED_LENGTH_MAX;
    if (packet->captured_length > allowed)
        return capture_corrupt(capture, fault, "captured length %u is larger than the %u allowed",
                               (unsigned)packet->captured_length, (unsigned)allowed);
    if (packet->captured_length > bytes.left)
        return capture_corrupt(capture, fault,
                               "captured length %u is larger than the %zu bytes in its block",
                               (unsigned)packet->captured_length, bytes.left);
    packet->bytes = cursor_first(&bytes, packet->captured_length);
    packet->record_offset = capture->record_offset;
    packet->offset = capture->record_offset + BLOCK_HEADER_SIZE + fixed_size;
    packet->link_type = interface->link_type;
    if (!is_simple)
        read_packet_drops(capture, block, interface,
                          cursor_after(&bytes, (size_t)padded(packet->captured_length)));
    return CAPTURE_PACKET;
}

/* Reads type and length of the next block and checks them. */
static enum capture_result read_block_header(struct capture *capture, struct block *block,
                                             struct fault *fault)
{
    struct pcapng *pcapng = capture->state;
    struct cursor window;
    enum source_result result = source_peek(capture->source, BLOCK_LENGTH_MIN, &window, fault);
    capture->record_offset = source_offset(capture->source);
    if (result != SOURCE_OK)
        return capture_stopped(capture, result, fault);
    if (window.left == 0)
        return capture_end(capture);
    if (window.left < BLOCK_LENGTH_MIN)
        return capture_cut(capture, BLOCK_LENGTH_MIN, window.left);

    block->type = u32_at(&window, 0, pcapng->byte_order);
    if (block->type == SECTION_HEADER && !read_byte_order(&window, &pcapng->byte_order))
        return capture_corrupt(capture, fault,
                               "byte-order magic 0x%08x of a section, 0x%08x is allowed",
                               (unsigned)be32_at(&window, BLOCK_HEADER_SIZE), BYTE_ORDER_MAGIC);
    block->stated_length = u32_at(&window, 4, pcapng->byte_order);
    block->kind = kind_of(block->type);
    block->length = padded(block->stated_length);
    if (block->length < block->kind->length_min)
        return capture_corrupt(capture, fault,
                               "block of type 0x%08x has length %u, at least %u is needed",
                               (unsigned)block->type, (unsigned)block->stated_length,
                               (unsigned)block->kind->length_min);
    if (block->kind->is_packet && block->length > BLOCK_LENGTH_MAX)
        return capture_corrupt(capture, fault, "block of type 0x%08x has length %u, %d is allowed",
                               (unsigned)block->type, (unsigned)block->stated_length,
                               BLOCK_LENGTH_MAX);
    return CAPTURE_PACKET;
}

/* Whether a block's length stands at its end, too. */
static bool check_trailer(struct capture *capture, const struct block *block,
                          const struct cursor *trailer, struct fault *fault)
{
    struct pcapng *pcapng = capture->state;
    uint32_t length = u32_at(trailer, 0, pcapng->byte_order);
    if (padded(length) == block->length)
        return true;
    capture_corrupt(capture, fault,
                    "block of type 0x%08x has length %u at its start and %u at its end",
                    (unsigned)block->type, (unsigned)block->stated_length, (unsigned)length);
    return false;
}

/* Reads the next block: a packet's whole, of others what is looked at. */
static enum capture_result read_block(struct capture *capture, struct block *block,
                                      struct fault *fault)
{
    enum capture_result header = read_block_header(capture, block, fault);
    if (header != CAPTURE_PACKET)
        return header;
    bool is_whole = block->kind->is_packet || block->length <= OPTIONS_READ_MAX;
    if (!is_whole && capture->held)
        return CAPTURE_HELD;
    size_t want = is_whole ? (size_t)block->length : OPTIONS_READ_MAX;
    struct cursor window;
    enum source_result result = source_peek(capture->source, want, &window, fault);
    if (result != SOURCE_OK)
        return capture_stopped(capture, result, fault);
    if (window.left < want)
        return capture_cut(capture, block->length, window.left);
    cursor_skip(&window, BLOCK_HEADER_SIZE);
    block->body = cursor_first(&window, want - BLOCK_LENGTH_MIN);
    struct cursor trailer = cursor_after(&window, want - BLOCK_LENGTH_MIN);
    block->is_whole = is_whole;
    return !is_whole || check_trailer(capture, block, &trailer, fault) ? CAPTURE_PACKET
                                                                       : CAPTURE_FAILED;
}

/* Moves past a block. */
static enum capture_result pass_block(struct capture *capture, const struct block *block,
                                      struct fault *fault)
{
    if (block->is_whole) {
        source_consume(capture->source, (size_t)block->length);
        return CAPTURE_PACKET;
    }
    uint64_t skipped, to_skip = block->length - BLOCK_TRAILER_SIZE;
    enum source_result result = source_skip(capture->source, to_skip, &skipped, fault);
    struct cursor trailer = cursor_over("", 0);
    if (result == SOURCE_OK && skipped == to_skip)
        result = source_peek(capture->source, BLOCK_TRAILER_SIZE, &trailer, fault);
    if (result != SOURCE_OK)
        return capture_stopped(capture, result, fault);
    if (trailer.left < BLOCK_TRAILER_SIZE)
        return capture_cut(capture, block->length, skipped + trailer.left);
    if (!check_trailer(capture, block, &trailer, fault))
        return CAPTURE_FAILED;
    source_consume(capture->source, BLOCK_TRAILER_SIZE);
    return CAPTURE_PACKET;
}

/* Takes in what a block that is no packet says. */
static enum capture_result read_description(struct capture *capture, const struct block *block,
                                            struct fault *fault)
{
    switch (block->kind->type) {
    case SECTION_HEADER:
        return read_section(capture, block, fault);
    case INTERFACE_DESCRIPTION:
        return read_interface(capture, block, fault);
    case INTERFACE_STATISTICS:
        read_statistics(capture, block);
        break;
    }
    return CAPTURE_PACKET;
}

static void go_to(struct capture *capture, const struct capture_position *position)
{
    source_seek(capture->source, position->offset);
    capture->frame = position->frame - 1;
}

static enum capture_result pcapng_next(struct capture *capture, struct packet *packet,
                                       struct fault *fault)
{
    struct pcapng *pcapng = capture->state;
    struct block block = {.kind = &other_kind, .body = cursor_over("", 0)};
    for (;;) {
        enum capture_result result = read_block(capture, &block, fault);
        if (result != CAPTURE_PACKET)
            return result;
        bool is_packet = block.kind->is_packet;
        if (is_packet && pcapng->seek_pending) {
            pcapng->seek_pending = false;
            go_to(capture, &pcapng->seek_to);
            continue;
        }
        pcapng->seen_packet |= is_packet;
        result = is_packet ? read_packet(capture, &block, packet, fault)
                           : read_description(capture, &block, fault);
        if (result == CAPTURE_PACKET)
            result = pass_block(capture, &block, fault);
        if (result != CAPTURE_PACKET)
            return result;
        capture->frame += block.kind->is_frame;
        packet->frame = capture->frame;
        if (is_packet)
            return CAPTURE_PACKET;
    }
}

static bool pcapng_can_return(const struct capture *capture)
{
    const struct pcapng *pcapng = capture->state;
    return !pcapng->described_late;
}

/* A capture just opened reads the descriptions at the front of the file first: see pcapng_next. */
static void pcapng_seek(struct capture *capture, const struct capture_position *position)
{
    struct pcapng *pcapng = capture->state;
    pcapng->seek_pending = !pcapng->seen_packet;
    pcapng->seek_to = *position;
    if (pcapng->seen_packet)
        go_to(capture, position);
}

static bool pcapng_open(struct capture *capture, struct fault *fault)
{
    struct pcapng *pcapng = memory_allocate(capture->memory, sizeof *pcapng, fault);
    if (!pcapng)
        return false;
    capture->state = pcapng;
    const char *path = source_path(capture->source);
    struct cursor window;
    if (source_peek(capture->source, SECTION_HEADER_SIZE, &window, fault) != SOURCE_OK)
        return false;
    if (window.left < SECTION_HEADER_SIZE)
        return fault_set(fault, FAULT_NOT_A_CAPTURE,
                         "%s: is too short for a capture: pcapng's header has %d bytes, "
                         "only %zu are there",
                         path, SECTION_HEADER_SIZE, window.left);
    if (!read_byte_order(&window, &pcapng->byte_order))
        return fault_set(fault, FAULT_NOT_A_CAPTURE,
                         "%s: is not a capture: it starts like pcapng, but its byte-order magic "
                         "is 0x%08x and not 0x%08x",
                         path, (unsigned)be32_at(&window, BLOCK_HEADER_SIZE), BYTE_ORDER_MAGIC);
    uint16_t major = u16_at(&window, 12, pcapng->byte_order);
    uint16_t minor = u16_at(&window, 14, pcapng->byte_order);
    if (!is_known_version(major, minor))
        return fault_set(fault, FAULT_UNSUPPORTED,
                         "%s: is pcapng of version %u.%u; supported is 1.0", path, major, minor);
    capture->info.byte_order = pcapng->byte_order == BIG_ENDIAN_FILE ? "big" : "little";
    return true;
}

static void pcapng_close(struct capture *capture)
{
    struct pcapng *pcapng = capture->state;
    if (!pcapng)
        return;
    release_text(capture, capture->info.hardware);
    release_text(capture, capture->info.os);
    release_text(capture, capture->info.application);
    memory_release(capture->memory, pcapng->interfaces,
                   pcapng->interface_capacity * sizeof *pcapng->interfaces);
    memory_release(capture->memory, pcapng, sizeof *pcapng);
}

const struct capture_format pcapng_format = {
    "pcapng", pcapng_open, pcapng_next, pcapng_can_return, pcapng_seek, pcapng_close,
};
