/* Captures of any format: tells which one a file has, and does what all of them share.
 *
 * To add a format: write its `struct capture_format` in a file of its own and give it a line in
 * `signatures`. */
#include "capture/format.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

/* How a file's first bytes tell what it is.  Formats that cannot be read are here for a helpful
 * error. */
static const struct signature {
    uint8_t length;
    uint8_t bytes[9];
    const struct capture_format *format;
    const char *advice; /* if there is no format: what it is and what would help */
} signatures[] = {
    {4, {0xa1, 0xb2, 0xc3, 0xd4}, &pcap_format, NULL},   /* libpcap */
    {4, {0xd4, 0xc3, 0xb2, 0xa1}, &pcap_format, NULL},   /* the same, little endian */
    {4, {0xa1, 0xb2, 0x3c, 0x4d}, &pcap_format, NULL},   /* with nanoseconds */
    {4, {0x4d, 0x3c, 0xb2, 0xa1}, &pcap_format, NULL},   /* the same, little endian */
    {4, {0xa1, 0xb2, 0xcd, 0x34}, &pcap_format, NULL},   /* Alexey Kuznetzov's modified libpcap */
    {4, {0x34, 0xcd, 0xb2, 0xa1}, &pcap_format, NULL},   /* the same, little endian */
    {4, {0x0a, 0x0d, 0x0d, 0x0a}, &pcapng_format, NULL}, /* the same in both byte orders */
    {8, "snoop\0\0\0", NULL, "is a Sun snoop capture: convert it with `editcap -F pcapng`"},
    {8, "iptrace ", NULL, "is an AIX iptrace capture: convert it with `editcap -F pcapng`"},
    {4, "GMBU", NULL, "is a Microsoft NetMon capture: convert it with `editcap -F pcapng`"},
    {4, "RTSS", NULL, "is a Microsoft NetMon 1 capture: convert it with `editcap -F pcapng`"},
    {8, "TRSNIFF ", NULL, "is a Sniffer capture: convert it with `editcap -F pcapng`"},
    {4, "XCP\0", NULL, "is a NetXRay capture: convert it with `editcap -F pcapng`"},
    {3, "BZh", NULL, "is compressed with bzip2: unpack it, or recompress it with zstd or gzip"},
    {6,
     "\xfd"
     "7zXZ",
     NULL, "is compressed with xz: unpack it, or recompress it with zstd or gzip"},
    {4, "PK\3\4", NULL, "is a zip archive: unpack it first"},
    {4, {0x02, 0x21, 0x4c, 0x18}, NULL, "is compressed in lz4's legacy format: unpack it first"},
};

enum { SIGNATURE_SIZE = 8 };

static const struct signature *signature_of(const struct cursor *bytes)
{
    for (size_t i = 0; i < sizeof signatures / sizeof *signatures; i++) {
        const struct signature *signature = &signatures[i];
        uint8_t first[SIGNATURE_SIZE];
        if (copy_at(bytes, 0, first, signature->length) &&
            memcmp(first, signature->bytes, signature->length) == 0)
            return signature;
    }
    return NULL;
}

/* Why a file of no known format is refused: nothing in it, or what it starts with. */
static bool refuse(const struct capture *capture, const struct cursor *bytes, struct fault *fault)
{
    const char *path = source_path(capture->source);
    const char *compression = source_compression(capture->source);
    if (bytes->left == 0 && source_cut(capture->source))
        return fault_set(fault, FAULT_NOT_A_CAPTURE,
                         "%s: is cut short: its %s data ends before anything can be unpacked", path,
                         compression);
    const char *once = source_identity(capture->source)->is_regular
                           ? ""
                           : "; it is no regular file and can be read only once";
    if (bytes->left == 0)
        return fault_set(fault, FAULT_NOT_A_CAPTURE,
                         "%s: is empty (0 bytes%s%s): a capture starts with a header of at least "
                         "24 bytes%s",
                         path, compression ? " unpacked from " : "", compression ? compression : "",
                         once);
    char hex[3 * SIGNATURE_SIZE + 1];
    struct cursor first = cursor_first(bytes, SIGNATURE_SIZE);
    for (size_t i = 0; i < first.left; i++)
        snprintf(hex + 3 * i, sizeof hex - 3 * i, " %02x", (unsigned)u8_at(&first, i));
    return fault_set(fault, FAULT_NOT_A_CAPTURE,
                     "%s: is not a capture: its %s%sfirst bytes are%s; supported are pcap and "
                     "pcapng, each also compressed with gzip, zstd or lz4%s",
                     path, compression ? compression : "", compression ? " content's " : "", hex,
                     once);
}

static bool open_format(struct capture *capture, struct fault *fault)
{
    struct cursor window;
    if (source_peek(capture->source, SIGNATURE_SIZE, &window, fault) != SOURCE_OK)
        return false;
    const struct signature *signature = signature_of(&window);
    if (!signature)
        return refuse(capture, &window, fault);
    if (!signature->format)
        return fault_set(fault, FAULT_UNSUPPORTED, "%s: %s", source_path(capture->source),
                         signature->advice);
    capture->format = signature->format;
    capture->info.format = signature->format->name;
    return capture->format->open(capture, fault);
}

struct capture *capture_open(const char *path, struct memory *memory, struct fault *fault)
{
    struct capture *capture = memory_allocate(memory, sizeof *capture, fault);
    if (!capture)
        return NULL;
    capture->memory = memory;
    capture->source = source_open(path, memory, fault);
    if (capture->source && open_format(capture, fault))
        return capture;
    capture_close(capture);
    return NULL;
}

void capture_close(struct capture *capture)
{
    if (!capture)
        return;
    if (capture->format)
        capture->format->close(capture);
    source_close(capture->source);
    memory_release(capture->memory, capture, sizeof *capture);
}

enum capture_result capture_next(struct capture *capture, struct packet *packet,
                                 struct fault *fault)
{
    return capture->format->next(capture, packet, fault);
}

void capture_hold(struct capture *capture, bool held)
{
    capture->held = held;
    source_hold(capture->source, held);
}

const struct capture_info *capture_info(const struct capture *capture)
{
    return &capture->info;
}

const struct source *capture_source(const struct capture *capture)
{
    return capture->source;
}

bool capture_tell(const struct capture *capture, struct capture_position *position)
{
    *position = (struct capture_position){source_offset(capture->source), capture->frame + 1};
    return source_can_seek(capture->source) && capture->format->can_return(capture);
}

void capture_seek(struct capture *capture, const struct capture_position *position)
{
    capture->format->seek(capture, position);
}

enum capture_result capture_end(struct capture *capture)
{
    struct source *source = capture->source;
    const char *compression = source_compression(source);
    uint64_t offset = source_offset(source);
    int length = snprintf(capture->damage, sizeof capture->damage,
                          "after record %llu at offset %llu: ", (unsigned long long)capture->frame,
                          (unsigned long long)offset);
    char *text = capture->damage + length;
    size_t room = sizeof capture->damage - (size_t)length;
    if (source_cut(source))
        snprintf(text, room, "cut short: the %s data ends early", compression);
    else if (source_has_trailing_garbage(source))
        snprintf(text, room, "what follows the %s data is not %s and was ignored", compression,
                 compression);
    else if (source_can_seek(source) && offset < source_identity(source)->size)
        snprintf(text, room, "cut short while it was read: the file had %llu bytes",
                 (unsigned long long)source_identity(source)->size);
    else
        return CAPTURE_END;
    capture->info.damage = capture->damage;
    return CAPTURE_END;
}

enum capture_result capture_cut(struct capture *capture, uint64_t needed, uint64_t present)
{
    snprintf(capture->damage, sizeof capture->damage,
             "cut short in record %llu at offset %llu: the record needs %llu bytes, "
             "only %llu are there",
             (unsigned long long)capture->frame + 1, (unsigned long long)capture->record_offset,
             (unsigned long long)needed, (unsigned long long)present);
    capture->info.damage = capture->damage;
    return CAPTURE_END;
}

enum capture_result capture_corrupt(struct capture *capture, struct fault *fault,
                                    const char *format, ...)
{
    int length = snprintf(capture->damage, sizeof capture->damage,
                          "record %llu at offset %llu: ", (unsigned long long)capture->frame + 1,
                          (unsigned long long)capture->record_offset);
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(capture->damage + length, sizeof capture->damage - (size_t)length, format, arguments);
    va_end(arguments);
    capture->info.damage = capture->damage;
    fault_set(fault, FAULT_DAMAGE, "%s: %s", source_path(capture->source), capture->damage);
    return CAPTURE_FAILED;
}

enum capture_result capture_stopped(struct capture *capture, enum source_result result,
                                    struct fault *fault)
{
    if (result == SOURCE_HELD)
        return CAPTURE_HELD;
    if (fault->code != FAULT_DAMAGE)
        return CAPTURE_FAILED;
    char text[sizeof fault->text]; /* the source's own words, which begin with the path */
    memcpy(text, fault->text, sizeof text);
    return capture_corrupt(capture, fault, "%s", text + strlen(source_path(capture->source)) + 2);
}

/* Adds a name to info.link_types unless it is there; a list that is too long ends with "...". */
static void add_link_type(struct capture *capture, uint32_t link_type)
{
    uint64_t bit = (uint64_t)1 << link_type % 64;
    uint64_t *seen = &capture->link_types_seen[link_type % LINK_TYPES / 64];
    if (*seen & bit)
        return;
    *seen |= bit;
    char number[16];
    snprintf(number, sizeof number, "%u", (unsigned)link_type);
    const char *name = link_type_name(link_type);
    name = name ? name : number;
    size_t used = strlen(capture->link_types);
    size_t room = sizeof capture->link_types - used;
    if (strlen(name) + sizeof ",,..." > room)
        name = "...";
    if (room > sizeof ",...")
        snprintf(capture->link_types + used, room, "%s%s", used ? "," : "", name);
    capture->info.link_types = capture->link_types;
}

void capture_add_interface(struct capture *capture, uint32_t link_type, uint32_t snaplen,
                           double time_resolution)
{
    struct capture_info *info = &capture->info;
    bool is_first = info->interfaces++ == 0;
    if (is_first || (info->snaplen && (!snaplen || snaplen > info->snaplen)))
        info->snaplen = snaplen;
    if (is_first || time_resolution < info->time_resolution)
        info->time_resolution = time_resolution;
    add_link_type(capture, link_type);
}
