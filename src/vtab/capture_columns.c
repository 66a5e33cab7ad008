/* The columns of tcp_captures. */
#include "capture/time_between.h"
#include "packet/segment_stream.h"
#include "vtab/columns.h"

#include <stddef.h>

SQLITE_EXTENSION_INIT3

enum { ACCOUNT, ROW };

static const struct file_account *account_of(const void *const *objects)
{
    return objects[ACCOUNT];
}

static void get_text(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    const char *const *text = value;
    column_text(context, *text);
}

static void get_resolution(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    double seconds = *(const double *)value;
    if (seconds > 0)
        sqlite3_result_double(context, seconds);
}

static void get_snaplen(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    uint32_t snaplen = *(const uint32_t *)value;
    if (snaplen)
        sqlite3_result_int64(context, snaplen);
}

static void get_duration(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    const struct file_account *account = account_of(objects);
    if (account->packets)
        sqlite3_result_double(context,
                              (double)time_between(account->start_ns, account->end_ns) / 1e9);
}

#define ACC(field) offsetof(struct file_account, field)
#define PLAIN(name_, kind_, field, unit_, meaning_)                                                \
    {                                                                                              \
        .name = name_, .kind = kind_, .offset = ACC(field), .unit = unit_, .meaning = meaning_,    \
        .rule = "tcpvtab"                                                                          \
    }
#define KNOWN(name_, kind_, field, flag, unit_, meaning_)                                          \
    {                                                                                              \
        .name = name_, .kind = kind_, .offset = ACC(field), .known = 1 + ACC(flag), .unit = unit_, \
        .meaning = meaning_, .rule = "tcpvtab"                                                     \
    }
#define SHOWN(name_, kind_, field, get_, unit_, meaning_)                                          \
    {                                                                                              \
        .name = name_, .kind = kind_, .offset = ACC(field), .get = get_, .unit = unit_,            \
        .meaning = meaning_, .rule = "tcpvtab"                                                     \
    }
#define FATE(name_, fate, meaning_) PLAIN(name_, COLUMN_U64, fates[fate], "packets", meaning_)

/* clang-format off */
static const struct column columns[] = {
    SHOWN("file", COLUMN_TEXT, path, get_text, "path", "capture file"),
    SHOWN("format", COLUMN_TEXT, info.format, get_text, "", "pcap, pcapng …"),
    SHOWN("byte_order", COLUMN_TEXT, info.byte_order, get_text, "", "little or big, of the first section"),
    SHOWN("time_resolution", COLUMN_REAL, info.time_resolution, get_resolution, "s", "unit of the time stamps, the finest of all interfaces"),
    SHOWN("link_types", COLUMN_TEXT, info.link_types, get_text, "", "link types of its interfaces, each once"),
    PLAIN("interfaces", COLUMN_U32, info.interfaces, "number", "interfaces described in the file"),
    SHOWN("snaplen", COLUMN_INTEGER, info.snaplen, get_snaplen, "bytes", "largest snap length; NULL if unlimited"),
    PLAIN("file_size", COLUMN_U64, identity.size, "bytes", "size of the file, compressed if it is"),
    SHOWN("compression", COLUMN_TEXT, compression, get_text, "", "gzip, zstd, lz4 or NULL"),
    SHOWN("hardware", COLUMN_TEXT, info.hardware, get_text, "", "capturing hardware, as the file says"),
    SHOWN("os", COLUMN_TEXT, info.os, get_text, "", "capturing operating system, as the file says"),
    SHOWN("application", COLUMN_TEXT, info.application, get_text, "", "capturing program, as the file says"),
    PLAIN("packets", COLUMN_U64, packets, "packets", "records read"),
    FATE("tcp_packets", FATE_SEGMENT, "those that gave a TCP segment: rows of tcp_packets"),
    {.name = "connections", .kind = COLUMN_U64, .object = ROW, .offset = offsetof(struct capture_row, connections),
     .unit = "connections", .meaning = "connections with a segment in this file", .rule = "tcpvtab"},
    KNOWN("start_time", COLUMN_TIME, start_ns, has_packets, "Unix s", "time of the first record"),
    KNOWN("start_ns", COLUMN_I64, start_ns, has_packets, "Unix ns", "time of the first record"),
    KNOWN("start_utc", COLUMN_UTC, start_ns, has_packets, "UTC", "time of the first record"),
    KNOWN("end_time", COLUMN_TIME, end_ns, has_packets, "Unix s", "time of the last record"),
    KNOWN("end_ns", COLUMN_I64, end_ns, has_packets, "Unix ns", "time of the last record"),
    KNOWN("end_utc", COLUMN_UTC, end_ns, has_packets, "UTC", "time of the last record"),
    SHOWN("duration", COLUMN_REAL, start_ns, get_duration, "s", "end less start"),
    PLAIN("time_went_back", COLUMN_U64, time_went_back, "packets", "records earlier than the one before"),
    FATE("not_ip", FATE_NOT_IP, "no IP in it"),
    FATE("not_tcp", FATE_NOT_TCP, "IP, but no TCP in it"),
    FATE("fragments", FATE_FRAGMENT, "IP fragments that complete no datagram"),
    FATE("truncated_headers", FATE_TRUNCATED_HEADERS, "captured bytes end inside a header"),
    FATE("malformed", FATE_MALFORMED, "a header contradicts itself"),
    FATE("unknown_link_type", FATE_UNKNOWN_LINK_TYPE, "link type that cannot be decoded"),
    FATE("icmp_quoted", FATE_ICMP_QUOTED, "a TCP header quoted in an ICMP error"),
    FATE("too_deep", FATE_TOO_DEEP, "more nested layers than are followed"),
    KNOWN("drops", COLUMN_U64, info.drops, info.drops_known, "packets", "lost by the capturing side, as it says"),
    SHOWN("damage", COLUMN_TEXT, info.damage, get_text, "", "NULL, or what is wrong with the file and where"),
};
/* clang-format on */

const struct column_list capture_columns = {
    .table = "tcp_captures",
    .columns = columns,
    .count = sizeof columns / sizeof *columns,
    .hidden = "capture TEXT HIDDEN",
};
