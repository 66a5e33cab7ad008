/* The columns of tcp_packets. */
#include "capture/dataset.h"
#include "capture/time_between.h"
#include "tcp/connection.h"
#include "vtab/columns.h"
#include "vtab/flags_text.h"

#include <stddef.h>

SQLITE_EXTENSION_INIT3

enum { SEGMENT, VERDICT, ROW };

static const struct segment *segment_of(const void *const *objects)
{
    return objects[SEGMENT];
}

static void get_file(sqlite3_context *context, const void *value, const void *const *objects)
{
    const struct packet_row *row = objects[ROW];
    column_text(context, row->dataset->paths[*(const uint32_t *)value]);
}

static void get_relative_time(sqlite3_context *context, const void *value,
                              const void *const *objects)
{
    const struct packet_row *row = objects[ROW];
    sqlite3_result_double(context,
                          (double)time_between(row->start_ns, *(const int64_t *)value) / 1e9);
}

static void get_vlan_id(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    if (segment_of(objects)->vlan_id != NO_VLAN)
        sqlite3_result_int(context, segment_of(objects)->vlan_id);
}

static void get_tunnel(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    char text[TUNNEL_TEXT_SIZE];
    if (tunnel_text(*(const uint64_t *)value, text))
        column_text(context, text);
}

static void get_flags_text(sqlite3_context *context, const void *value, const void *const *objects)
{
    if (!segment_of(objects)->header_known)
        return;
    char text[FLAGS_TEXT_SIZE];
    flags_text(*(const uint16_t *)value, text);
    column_text(context, text);
}

/* [[left,right],…], or NULL without blocks. */
static void get_sack_blocks(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    const struct tcp_options *options = value;
    if (!options->sack_count)
        return;
    char text[SACK_BLOCKS_MAX * sizeof "[4294967295,4294967295]," + 2];
    int length = 0;
    for (int i = 0; i < options->sack_count; i++) {
        sqlite3_snprintf((int)sizeof text - length, text + length, "%s[%u,%u]", i ? "," : "[",
                         options->sack[i].left, options->sack[i].right);
        length += (int)strlen(text + length);
    }
    text[length++] = ']';
    text[length] = '\0';
    column_text(context, text);
}

static void get_checksum_ok(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    enum checksum checksum = segment_of(objects)->checksum;
    if (checksum != CHECKSUM_UNKNOWN)
        sqlite3_result_int(context, checksum == CHECKSUM_GOOD);
}

/* A number that is not there is 0 in the verdict and NULL in SQL. */
static void get_unless_zero(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    if (*(const uint32_t *)value)
        sqlite3_result_int64(context, *(const uint32_t *)value);
}

static void get_payload(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    const struct cursor *payload = value;
    if (payload->left)
        sqlite3_result_blob64(context, payload->at, payload->left, SQLITE_TRANSIENT);
    else
        sqlite3_result_zeroblob(context, 0);
}

#define SEG(field) offsetof(struct segment, field)
#define VER(field) offsetof(struct verdict, field)

#define PLAIN(name_, kind_, field, unit_, meaning_, rule_)                                         \
    {                                                                                              \
        .name = name_, .kind = kind_, .offset = SEG(field), .unit = unit_, .meaning = meaning_,    \
        .rule = rule_                                                                              \
    }
#define KNOWN(name_, kind_, field, flag, unit_, meaning_, rule_)                                   \
    {                                                                                              \
        .name = name_, .kind = kind_, .offset = SEG(field), .known = 1 + SEG(flag), .unit = unit_, \
        .meaning = meaning_, .rule = rule_                                                         \
    }
#define SHOWN(name_, kind_, field, get_, unit_, meaning_, rule_)                                   \
    {                                                                                              \
        .name = name_, .kind = kind_, .offset = SEG(field), .get = get_, .unit = unit_,            \
        .meaning = meaning_, .rule = rule_                                                         \
    }
#define ADDRESS(name_, field, meaning_)                                                            \
    {                                                                                              \
        .name = name_, .kind = COLUMN_ADDRESS, .offset = SEG(field), .aside = SEG(ip_version),     \
        .unit = "address", .meaning = meaning_, .rule = "RFC 791, RFC 8200"                        \
    }
#define TRACKED(name_, kind_, field, unit_, meaning_, rule_)                                       \
    {                                                                                              \
        .name = name_, .kind = kind_, .object = VERDICT, .offset = VER(field),                     \
        .needs = NEEDS_TRACKER, .unit = unit_, .meaning = meaning_, .rule = rule_                  \
    }
#define TRACKED_KNOWN(name_, kind_, field, flag, unit_, meaning_, rule_)                           \
    {                                                                                              \
        .name = name_, .kind = kind_, .object = VERDICT, .offset = VER(field),                     \
        .known = 1 + VER(flag), .needs = NEEDS_TRACKER, .unit = unit_, .meaning = meaning_,        \
        .rule = rule_                                                                              \
    }
#define TRACKED_SHOWN(name_, kind_, field, get_, unit_, meaning_, rule_)                           \
    {                                                                                              \
        .name = name_, .kind = kind_, .object = VERDICT, .offset = VER(field), .get = get_,        \
        .needs = NEEDS_TRACKER, .unit = unit_, .meaning = meaning_, .rule = rule_                  \
    }
#define JUDGED(name_, judgement, meaning_)                                                         \
    {                                                                                              \
        .name = name_, .kind = COLUMN_BIT, .object = VERDICT, .offset = VER(sequence.judgements),  \
        .aside = judgement, .needs = NEEDS_TRACKER, .unit = "0/1", .meaning = meaning_,            \
        .rule = "Wireshark tcp.analysis." name_                                                    \
    }

/* clang-format off */
static const struct column columns[] = {
    PLAIN("frame", COLUMN_U64, frame, "number", "number of the record in its file, from 1", "Wireshark frame.number"),
    SHOWN("file", COLUMN_TEXT, file, get_file, "path", "capture file", "tcpvtab"),
    PLAIN("file_offset", COLUMN_U64, file_offset, "bytes", "offset of the packet's first byte, uncompressed", "tcpvtab"),
    TRACKED_KNOWN("connection_id", COLUMN_NUMBER, connection, has_connection, "number", "its connection", "Wireshark tcp.stream + 1"),
    TRACKED_KNOWN("from_client", COLUMN_BOOL, from_client, has_connection, "0/1", "the client sent it", "tcpvtab"),
    PLAIN("time", COLUMN_TIME, time_ns, "Unix s", "time of the capture record", "capture"),
    PLAIN("time_ns", COLUMN_I64, time_ns, "Unix ns", "time of the capture record", "capture"),
    PLAIN("time_utc", COLUMN_UTC, time_ns, "UTC", "time of the capture record", "capture"),
    SHOWN("relative_time", COLUMN_REAL, time_ns, get_relative_time, "s", "time since the first packet of the data set", "tcpvtab"),
    ADDRESS("src_ip", src, "source of the innermost IP header"),
    PLAIN("src_port", COLUMN_SMALL, src_port, "port", "source port", "RFC 9293"),
    ADDRESS("dst_ip", dst, "destination of the innermost IP header"),
    PLAIN("dst_port", COLUMN_SMALL, dst_port, "port", "destination port", "RFC 9293"),
    PLAIN("ip_version", COLUMN_U8, ip_version, "", "4 or 6", "RFC 791, RFC 8200"),
    SHOWN("vlan_id", COLUMN_INTEGER, vlan_id, get_vlan_id, "", "innermost VLAN", "IEEE 802.1Q"),
    SHOWN("tunnel", COLUMN_TEXT, tunnel, get_tunnel, "", "tunnels around it, outermost first: vxlan, gre/ipip …", "tcpvtab"),
    PLAIN("ttl", COLUMN_U8, ttl, "hops", "TTL or hop limit", "RFC 791, RFC 8200"),
    KNOWN("ip_id", COLUMN_U32, ip_id, has_ip_id, "", "identification; in IPv6 that of a fragment", "RFC 791, RFC 8200"),
    PLAIN("dscp", COLUMN_U8, dscp, "", "differentiated services code point", "RFC 2474"),
    PLAIN("ecn", COLUMN_U8, ecn, "", "explicit congestion notification bits", "RFC 3168"),
    KNOWN("seq", COLUMN_U32, seq, header_known, "", "sequence number", "RFC 9293"),
    KNOWN("ack", COLUMN_U32, ack, header_known, "", "acknowledgement number field", "RFC 9293"),
    TRACKED_KNOWN("rel_seq", COLUMN_U32, rel_seq, has_connection, "", "seq less the initial number of its side", "Wireshark tcp.seq"),
    TRACKED_KNOWN("rel_ack", COLUMN_U32, rel_ack, has_connection, "", "ack less the initial number of the other side", "Wireshark tcp.ack"),
    KNOWN("flags", COLUMN_SMALL, flags, header_known, "bits", "the 12 flag bits: FIN 1, SYN 2, RST 4, PSH 8, ACK 16 …", "Wireshark tcp.flags"),
    SHOWN("flags_text", COLUMN_TEXT, flags, get_flags_text, "", "SYN,ACK", "Wireshark"),
    KNOWN("window", COLUMN_U16, window, header_known, "", "window field as sent", "RFC 9293"),
    TRACKED_KNOWN("window_scaled", COLUMN_U32, window_scaled, window_known, "bytes", "effective receive window; NULL while the scale is unknown", "Wireshark tcp.window_size"),
    KNOWN("payload_length", COLUMN_U32, payload_length, length_known, "bytes", "TCP payload on the wire", "Wireshark tcp.len"),
    PLAIN("wire_length", COLUMN_U32, wire_length, "bytes", "original length of the frame", "Wireshark frame.len"),
    PLAIN("captured_length", COLUMN_U32, captured_length, "bytes", "captured length of the frame", "Wireshark frame.cap_len"),
    KNOWN("mss", COLUMN_U16, options.mss, options.has_mss, "bytes", "maximum segment size option", "RFC 9293 section 3.7.1"),
    KNOWN("window_scale", COLUMN_U8, options.window_scale, options.has_window_scale, "shift", "window scale option", "RFC 7323 section 2"),
    KNOWN("sack_permitted", COLUMN_BOOL, options.sack_permitted, options.sack_permitted_known, "0/1", "SACK permitted option", "RFC 2018 section 2"),
    SHOWN("sack_blocks", COLUMN_TEXT, options, get_sack_blocks, "JSON", "SACK blocks [[left,right],…]", "RFC 2018 section 3"),
    KNOWN("ts_value", COLUMN_U32, options.ts_value, options.has_timestamps, "", "timestamp option: value", "RFC 7323 section 3"),
    KNOWN("ts_echo", COLUMN_U32, options.ts_echo, options.has_timestamps, "", "timestamp option: echo reply", "RFC 7323 section 3"),
    {.name = "checksum_ok", .kind = COLUMN_SHORT, .offset = SEG(checksum), .needs = NEEDS_CHECKSUM, .get = get_checksum_ok,
     .unit = "0/1", .meaning = "the TCP checksum is right; NULL if not all bytes were captured", .rule = "RFC 9293 section 3.1"},
    JUDGED("retransmission", JUDGED_RETRANSMISSION, "sent again: plain, fast or spurious"),
    JUDGED("fast_retransmission", JUDGED_FAST_RETRANSMISSION, "sent again within 20 ms of the second duplicate ACK or later ones"),
    JUDGED("spurious_retransmission", JUDGED_SPURIOUS_RETRANSMISSION, "sent again though acknowledged"),
    JUDGED("out_of_order", JUDGED_OUT_OF_ORDER, "late, but within the initial round trip"),
    JUDGED("lost_segment", JUDGED_LOST_SEGMENT, "something before it is missing in the capture"),
    JUDGED("duplicate_ack", JUDGED_DUPLICATE_ACK, "repeats the ACK before and carries nothing"),
    JUDGED("zero_window", JUDGED_ZERO_WINDOW, "closes its side's receive window"),
    JUDGED("window_full", JUDGED_WINDOW_FULL, "fills the other side's window"),
    JUDGED("window_update", JUDGED_WINDOW_UPDATE, "changes the window and nothing else"),
    JUDGED("keep_alive", JUDGED_KEEP_ALIVE, "one byte below the next sequence number, 0 or 1 byte long"),
    JUDGED("keep_alive_ack", JUDGED_KEEP_ALIVE_ACK, "answers a keep-alive"),
    JUDGED("zero_window_probe", JUDGED_ZERO_WINDOW_PROBE, "one byte into a closed window"),
    JUDGED("zero_window_probe_ack", JUDGED_ZERO_WINDOW_PROBE_ACK, "answers a probe: still closed"),
    JUDGED("ack_lost_segment", JUDGED_ACK_LOST_SEGMENT, "acknowledges what was not captured"),
    JUDGED("reused_ports", JUDGED_REUSED_PORTS, "a SYN with another number on known end points"),
    TRACKED_SHOWN("duplicate_ack_number", COLUMN_INTEGER, sequence.duplicate_ack_number, get_unless_zero, "number", "1 for the first duplicate in a row", "Wireshark tcp.analysis.duplicate_ack_num"),
    TRACKED_KNOWN("ack_rtt", COLUMN_SECONDS, sequence.ack_rtt_ns, sequence.has_ack_rtt, "s", "since the segment it acknowledges was first sent", "Wireshark tcp.analysis.ack_rtt"),
    TRACKED_SHOWN("bytes_in_flight", COLUMN_INTEGER, sequence.bytes_in_flight, get_unless_zero, "bytes", "sent by its side and not acknowledged", "Wireshark tcp.analysis.bytes_in_flight"),
    {.name = "payload", .kind = COLUMN_BLOB, .offset = SEG(payload), .needs = NEEDS_PAYLOAD, .get = get_payload,
     .unit = "bytes", .meaning = "the captured part of the TCP payload", .rule = "Wireshark tcp.payload"},
};
/* clang-format on */

const struct column_list packet_columns = {
    .table = "tcp_packets",
    .columns = columns,
    .count = sizeof columns / sizeof *columns,
    .hidden = "capture TEXT HIDDEN, on_damage TEXT HIDDEN",
};
