/* IEEE 802.11 data frames and the radio headers before them: radiotap, Prism, AVS, PPI.
 *
 * Encrypted frames cannot be read further; fragments of the link layer are not put together.
 * Source: IEEE 802.11 section 9.2; radiotap.org; the PPI specification; tcpdump.org's link types.
 */
#include "packet/walk.h"

enum {
    FRAME_CHECK_SEQUENCE = 4,
    VERSION_AND_TYPE = 0x000f,
    DATA_FRAME = 0x0008,
    NO_DATA = 0x0040, /* subtype bit: null function */
    QOS = 0x0080,     /* subtype bit */
    TO_AND_FROM_DS = 0x0300,
    MORE_FRAGMENTS = 0x0400,
    PROTECTED = 0x4000,
    ORDER = 0x8000, /* with QoS: an HT control field follows */
    QOS_AMSDU = 0x0080,
    LINKTYPE_IEEE802_11 = 105,
};

/* Several packets in one frame: each with two addresses, a length, LLC, and padding to four bytes.
 */
static enum fate decode_amsdu(struct walk *walk, struct cursor bytes)
{
    enum { SUBFRAME_HEADER = 14 };
    struct walk_parts parts;
    struct cursor header, body;
    uint64_t missing = walk->missing;
    walk_parts_begin(walk, &parts);
    while (cursor_take(&bytes, SUBFRAME_HEADER, &header)) {
        size_t length = be16_at(&header, 12);
        if (length == 0)
            break;
        body = cursor_first(&bytes, length);
        size_t lacking = length - body.left;
        walk_part(walk, &parts, body, lacking < missing ? lacking : missing, decode_llc);
        bytes = cursor_after(&bytes, (SUBFRAME_HEADER + length + 3) / 4 * 4 - SUBFRAME_HEADER);
    }
    return walk_parts_end(walk, &parts);
}

/* Length of the header of a data frame, of which the QoS field, if there is one, is at *qos_offset.
 */
static size_t header_length(uint16_t control, size_t *qos_offset)
{
    bool has_fourth_address = (control & TO_AND_FROM_DS) == TO_AND_FROM_DS;
    *qos_offset = has_fourth_address ? 30 : 24;
    if (!(control & QOS))
        return *qos_offset;
    return *qos_offset + (control & ORDER ? 6 : 2);
}

/* A frame with its frame control; its header is padded to a multiple of `alignment` bytes. */
static enum fate decode_frame(struct walk *walk, struct cursor bytes, uint16_t control,
                              size_t alignment)
{
    if (bytes.left < 2)
        return walk_cut(walk);
    if ((control & VERSION_AND_TYPE) != DATA_FRAME || control & (NO_DATA | PROTECTED))
        return FATE_NOT_IP;
    size_t qos_offset, length = header_length(control, &qos_offset);
    length = (length + alignment - 1) / alignment * alignment;
    struct cursor header;
    if (!cursor_take(&bytes, length, &header))
        return walk_cut(walk);
    if (control & MORE_FRAGMENTS)
        return FATE_FRAGMENT;
    if (control & QOS && le16_at(&header, qos_offset) & QOS_AMSDU)
        return decode_amsdu(walk, bytes);
    if (be16_at(&bytes, 0) == 0) /* padding that some drivers leave, and that tshark skips */
        cursor_skip(&bytes, 2);
    return decode_llc(walk, bytes);
}

enum fate decode_ieee80211(struct walk *walk, struct cursor bytes)
{
    return decode_frame(walk, bytes, le16_at(&bytes, 0), 1);
}

enum fate decode_ieee80211_swapped(struct walk *walk, struct cursor bytes)
{
    return decode_frame(walk, bytes, be16_at(&bytes, 0), 1);
}

/* A frame of which the radio header says whether it ends with a check sequence and whether its
 * header is padded. */
static enum fate decode_radio_frame(struct walk *walk, struct cursor bytes, bool has_fcs,
                                    bool is_padded)
{
    uint64_t length = walk_length(walk, bytes);
    if (has_fcs && length >= FRAME_CHECK_SEQUENCE)
        walk_limit(walk, &bytes, length - FRAME_CHECK_SEQUENCE);
    return decode_frame(walk, bytes, le16_at(&bytes, 0), is_padded ? 4 : 1);
}

/* The flags field of a radiotap header: the second field, after the 8-byte timer, behind all words
 * of present bits. */
static uint8_t radiotap_flags(const struct cursor *header)
{
    enum { HAS_TIMER = 1, HAS_FLAGS = 2 };
    const uint32_t another_word = 0x80000000;
    uint32_t present = le32_at(header, 4);
    size_t at = 8;
    for (uint32_t word = present; word & another_word && at < header->left; at += 4)
        word = le32_at(header, at);
    if (present & HAS_TIMER)
        at = (at + 7) / 8 * 8 + 8;
    return present & HAS_FLAGS ? u8_at(header, at) : 0;
}

enum fate decode_radiotap(struct walk *walk, struct cursor bytes)
{
    enum { HAS_FCS = 0x10, IS_PADDED = 0x20 };
    struct cursor header;
    size_t length = le16_at(&bytes, 2);
    if (length < 8 || !cursor_take(&bytes, length, &header))
        return walk_cut(walk);
    uint8_t flags = radiotap_flags(&header);
    return decode_radio_frame(walk, bytes, flags & HAS_FCS, flags & IS_PADDED);
}

static bool is_avs(const struct cursor *bytes)
{
    uint32_t magic = be32_at(bytes, 0);
    return magic == 0x80211001 || magic == 0x80211002;
}

enum fate decode_avs(struct walk *walk, struct cursor bytes)
{
    size_t length = be32_at(&bytes, 4);
    if (!is_avs(&bytes) || length < 8 || !cursor_skip(&bytes, length))
        return walk_cut(walk);
    return decode_ieee80211(walk, bytes);
}

/* Prism: 144 bytes; the same link type number is used for AVS headers and for frames without any.
 */
enum fate decode_prism(struct walk *walk, struct cursor bytes)
{
    enum { PRISM_HEADER = 144, MESSAGE_CODE = 0x44 };
    if (is_avs(&bytes))
        return decode_avs(walk, bytes);
    if (le32_at(&bytes, 0) != MESSAGE_CODE && be32_at(&bytes, 0) != MESSAGE_CODE)
        return decode_ieee80211(walk, bytes);
    return cursor_skip(&bytes, PRISM_HEADER) ? decode_ieee80211(walk, bytes) : walk_cut(walk);
}

/* Whether the 802.11 common field (type 2) of a PPI header says that the frame has a check
 * sequence. */
static bool ppi_has_fcs(struct cursor fields)
{
    enum { COMMON = 2, FLAGS_OFFSET = 8, HAS_FCS = 1 };
    struct cursor field;
    while (cursor_take(&fields, 4, &field)) {
        uint16_t type = le16_at(&field, 0), length = le16_at(&field, 2);
        if (type == COMMON)
            return le16_at(&fields, FLAGS_OFFSET) & HAS_FCS;
        if (!cursor_skip(&fields, length))
            break;
    }
    return false;
}

/* PPI: version, flags, length, link type of what follows, then typed fields. */
enum fate decode_ppi(struct walk *walk, struct cursor bytes)
{
    enum { PPI_HEADER = 8 };
    struct cursor header;
    size_t length = le16_at(&bytes, 2);
    if (length < PPI_HEADER || !cursor_take(&bytes, length, &header))
        return walk_cut(walk);
    uint32_t link_type = le32_at(&header, 4);
    if (link_type == LINKTYPE_IEEE802_11)
        return decode_radio_frame(walk, bytes, ppi_has_fcs(cursor_after(&header, PPI_HEADER)),
                                  false);
    return decode_link_type(walk, bytes, link_type);
}
