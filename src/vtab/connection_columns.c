/* The columns of tcp_connections. */
#include "capture/time_between.h"
#include "tcp/community_id.h"
#include "tcp/trace.h"
#include "vtab/address_text.h"
#include "vtab/columns.h"

#include <stddef.h>

SQLITE_EXTENSION_INIT3

enum { CONNECTION, ROW };

static const struct connection *connection_of(const void *const *objects)
{
    return objects[CONNECTION];
}

static struct flow_key key_of(const void *const *objects)
{
    return end_points_key(&connection_of(objects)->ends);
}

static const struct zeek_connection *zeek_of(const void *const *objects)
{
    const struct connection_row *row = objects[ROW];
    return zeek_states_connection(row->trace->zeek, row->connection_id - 1);
}

static void show_text(sqlite3_context *context, const char *text)
{
    sqlite3_result_text(context, text, -1, SQLITE_STATIC);
}

/* ---- end points ---- */

static void show_address(sqlite3_context *context, const void *const *objects, bool is_low)
{
    char text[ADDRESS_TEXT_SIZE];
    const struct flow_key key = key_of(objects);
    address_text(key.ip_version, is_low ? key.low : key.high, text);
    column_text(context, text);
}

static void get_client_ip(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    show_address(context, objects, connection_of(objects)->client_is_low);
}

static void get_server_ip(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    show_address(context, objects, !connection_of(objects)->client_is_low);
}

static void show_port(sqlite3_context *context, const void *const *objects, bool is_low)
{
    const struct flow_key key = key_of(objects);
    sqlite3_result_int(context, is_low ? key.low_port : key.high_port);
}

static void get_client_port(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    show_port(context, objects, connection_of(objects)->client_is_low);
}

static void get_server_port(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    show_port(context, objects, !connection_of(objects)->client_is_low);
}

static void get_ip_version(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    sqlite3_result_int(context, key_of(objects).ip_version);
}

static void get_client_by(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    static const char *const names[] = {
        [CLIENT_BY_SYN] = "syn", [CLIENT_BY_SYN_ACK] = "synack", [CLIENT_BY_FIRST] = "first"};
    show_text(context, names[*(const uint8_t *)value]);
}

static void get_vlan_id(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    uint16_t vlan_id = *(const uint16_t *)value;
    if (vlan_id != NO_VLAN)
        sqlite3_result_int(context, vlan_id);
}

static void get_tunnel(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    char text[TUNNEL_TEXT_SIZE];
    if (tunnel_text(*(const uint64_t *)value, text))
        column_text(context, text);
}

static void get_community_id(sqlite3_context *context, const void *value,
                             const void *const *objects)
{
    (void)value;
    char text[COMMUNITY_ID_LENGTH + 1];
    const struct flow_key key = key_of(objects);
    community_id(&key, text);
    column_text(context, text);
}

/* ---- state ---- */

static void get_status(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    char text[STATUS_TEXT_SIZE];
    connection_status(connection_of(objects), text);
    column_text(context, text);
}

static void get_is_complete(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    const struct connection *c = connection_of(objects);
    sqlite3_result_int(context, c->syn_count > 0 && c->fin_count > 0);
}

static void get_is_reset(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    sqlite3_result_int(context, *(const uint32_t *)value > 0);
}

static void get_is_open(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    sqlite3_result_int(context, connection_is_open(connection_of(objects)));
}

static void get_is_preexisting(sqlite3_context *context, const void *value,
                               const void *const *objects)
{
    (void)value;
    sqlite3_result_int(context, !connection_of(objects)->starts_with_syn);
}

static void get_conn_state(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    show_text(context, zeek_conn_state(zeek_of(objects)));
}

static void get_history(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    size_t length;
    const char *text = zeek_history_text(&zeek_of(objects)->history, &length);
    sqlite3_result_text(context, text, (int)length, SQLITE_TRANSIENT);
}

/* ---- time and place ---- */

static void get_duration(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    const struct connection *c = connection_of(objects);
    sqlite3_result_double(context, (double)time_between(c->start_ns, c->end_ns) / 1e9);
}

static void get_file(sqlite3_context *context, const void *value, const void *const *objects)
{
    const struct connection_row *row = objects[ROW];
    column_text(context, row->trace->dataset->paths[*(const uint32_t *)value]);
}

/* ---- both sides ---- */

static void get_packets(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    const struct direction *side = connection_of(objects)->side;
    sqlite3_result_int64(context, (int64_t)(side[CLIENT].packets + side[SERVER].packets));
}

static void get_bytes(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    const struct direction *side = connection_of(objects)->side;
    sqlite3_result_int64(context, (int64_t)(side[CLIENT].bytes + side[SERVER].bytes));
}

static void get_initial_rtt(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    int64_t ns = *(const int64_t *)value;
    if (ns)
        sqlite3_result_double(context, (double)ns / 1e9);
}

static void get_syn_rtt(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)value;
    const struct connection *c = connection_of(objects);
    if (c->syn_rtt_known)
        sqlite3_result_double(context, (double)c->syn_rtt_ns / 1e9);
}

/* ---- one side ---- */

/* A number of struct direction, NULL unless it is known. */
#define GET_NUMBER(name, is_known, number)                                                         \
    static void get_##name(sqlite3_context *context, const void *value,                            \
                           const void *const *objects)                                             \
    {                                                                                              \
        (void)objects;                                                                             \
        const struct direction *side = value;                                                      \
        if (is_known)                                                                              \
            sqlite3_result_int64(context, (int64_t)(number));                                      \
    }
GET_NUMBER(side_packets, true, side->packets)
GET_NUMBER(data_packets, true, side->data_packets)
GET_NUMBER(window_scale, side->window_scale_known, side->window_scale)
GET_NUMBER(mss, side->mss_known, side->mss)
GET_NUMBER(sack_permitted, side->syn_options_known || side->sack_permitted, side->sack_permitted)
GET_NUMBER(timestamps, side->syn_options_known || side->timestamps, side->timestamps)
GET_NUMBER(in_flight_max, side->in_flight.bytes_max, side->in_flight.bytes_max)
GET_NUMBER(ttl, side->packets, side->ttl)

static void get_rtt_mean(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    const struct round_trips *trips = value;
    if (trips->samples)
        sqlite3_result_double(context, round_trips_mean(trips));
}

static void get_rtt_stddev(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    const struct round_trips *trips = value;
    if (trips->samples > 1)
        sqlite3_result_double(context, round_trips_stddev(trips));
}

static void get_rtt_min(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    const struct round_trips *trips = value;
    if (trips->samples)
        sqlite3_result_double(context, (double)trips->min_ns / 1e9);
}

static void get_rtt_max(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    const struct round_trips *trips = value;
    if (trips->samples)
        sqlite3_result_double(context, (double)trips->max_ns / 1e9);
}

static void get_window_min(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    const struct window_statistics *window = value;
    if (window->samples)
        sqlite3_result_int64(context, window->min);
}

static void get_window_mean(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    const struct window_statistics *window = value;
    if (window->samples)
        sqlite3_result_double(context, (double)window->sum / (double)window->samples);
}

static void get_window_max(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    const struct window_statistics *window = value;
    if (window->samples)
        sqlite3_result_int64(context, window->max);
}

static void get_idle_max(sqlite3_context *context, const void *value, const void *const *objects)
{
    (void)objects;
    const struct direction *side = value;
    if (side->packets > 1)
        sqlite3_result_double(context, (double)side->idle_max_ns / 1e9);
}

/* ---- one side, kept apart from the rest of it ---- */

static enum side side_of(const void *value, const void *const *objects)
{
    return value == &connection_of(objects)->side[SERVER] ? SERVER : CLIENT;
}

static void get_retransmitted_bytes(sqlite3_context *context, const void *value,
                                    const void *const *objects)
{
    uint64_t bytes =
        connection_retransmitted_bytes(connection_of(objects), side_of(value, objects));
    sqlite3_result_int64(context, (int64_t)bytes);
}

static void get_unique_bytes(sqlite3_context *context, const void *value,
                             const void *const *objects)
{
    uint64_t bytes = connection_unique_bytes(connection_of(objects), side_of(value, objects));
    sqlite3_result_int64(context, (int64_t)bytes);
}

static void get_isn(sqlite3_context *context, const void *value, const void *const *objects)
{
    const struct connection *c = connection_of(objects);
    enum side side = side_of(value, objects);
    if (c->side[side].syn_seen)
        sqlite3_result_int64(context, c->isn[side]);
}

#define GET_COUNT(name, judgement)                                                                 \
    static void get_##name(sqlite3_context *context, const void *value,                            \
                           const void *const *objects)                                             \
    {                                                                                              \
        uint64_t count =                                                                           \
            connection_judged(connection_of(objects), side_of(value, objects), judgement);         \
        sqlite3_result_int64(context, (int64_t)count);                                             \
    }
GET_COUNT(retransmissions, JUDGED_RETRANSMISSION)
GET_COUNT(fast_retransmissions, JUDGED_FAST_RETRANSMISSION)
GET_COUNT(spurious_retransmissions, JUDGED_SPURIOUS_RETRANSMISSION)
GET_COUNT(out_of_order, JUDGED_OUT_OF_ORDER)
GET_COUNT(lost_segments, JUDGED_LOST_SEGMENT)
GET_COUNT(duplicate_acks, JUDGED_DUPLICATE_ACK)
GET_COUNT(keep_alives, JUDGED_KEEP_ALIVE)
GET_COUNT(zero_windows, JUDGED_ZERO_WINDOW)
GET_COUNT(zero_window_probes, JUDGED_ZERO_WINDOW_PROBE)
GET_COUNT(window_full, JUDGED_WINDOW_FULL)

/* ---- the list ---- */

#define AT(field) offsetof(struct connection, field)
#define SIDE(side_, field)                                                                         \
    (offsetof(struct connection, side[0].field) + (side_) * sizeof(struct direction))
#define THIS(side_) (offsetof(struct connection, side) + (side_) * sizeof(struct direction))

#define PLAIN(name_, kind_, field, unit_, meaning_, rule_)                                         \
    {                                                                                              \
        .name = name_, .kind = kind_, .offset = AT(field), .unit = unit_, .meaning = meaning_,     \
        .rule = rule_                                                                              \
    }
#define SHOWN(name_, kind_, field, get_, unit_, meaning_, rule_)                                   \
    {                                                                                              \
        .name = name_, .kind = kind_, .offset = AT(field), .get = get_, .unit = unit_,             \
        .meaning = meaning_, .rule = rule_                                                         \
    }

#define ONE_PLAIN(prefix, side_, name_, kind_, field, unit_, meaning_, rule_)                      \
    {                                                                                              \
        .name = prefix name_, .kind = kind_, .offset = SIDE(side_, field), .unit = unit_,          \
        .meaning = meaning_, .rule = rule_                                                         \
    }
#define ONE_SHOWN(prefix, side_, name_, kind_, offset_, get_, unit_, meaning_, rule_)              \
    {                                                                                              \
        .name = prefix name_, .kind = kind_, .offset = offset_, .get = get_, .unit = unit_,        \
        .meaning = meaning_, .rule = rule_                                                         \
    }

/* The same column for the client and for the server. */
#define BOTH_PLAIN(...)                                                                            \
    ONE_PLAIN("client_", CLIENT, __VA_ARGS__), ONE_PLAIN("server_", SERVER, __VA_ARGS__)
#define BOTH_SHOWN(name_, kind_, field, ...)                                                       \
    ONE_SHOWN("client_", CLIENT, name_, kind_, SIDE(CLIENT, field), __VA_ARGS__),                  \
        ONE_SHOWN("server_", SERVER, name_, kind_, SIDE(SERVER, field), __VA_ARGS__)
#define BOTH_COUNT(name_, get_, meaning_)                                                          \
    ONE_SHOWN("client_", CLIENT, name_, COLUMN_INTEGER, THIS(CLIENT), get_, "segments", meaning_,  \
              "Wireshark"),                                                                        \
        ONE_SHOWN("server_", SERVER, name_, COLUMN_INTEGER, THIS(SERVER), get_, "segments",        \
                  meaning_, "Wireshark")
#define BOTH_SIDE(name_, kind_, get_, unit_, meaning_, rule_)                                      \
    ONE_SHOWN("client_", CLIENT, name_, kind_, THIS(CLIENT), get_, unit_, meaning_, rule_),        \
        ONE_SHOWN("server_", SERVER, name_, kind_, THIS(SERVER), get_, unit_, meaning_, rule_)

/* clang-format off */
static const struct column columns[] = {
    {.name = "connection_id", .kind = COLUMN_U64, .object = ROW, .offset = offsetof(struct connection_row, connection_id),
     .unit = "number", .meaning = "1, 2, 3 … in order of first segment", .rule = "Wireshark tcp.stream + 1"},
    SHOWN("client_ip", COLUMN_TEXT, ends, get_client_ip, "address", "address of the client", "first segment: SYN, its sender; SYN+ACK, its receiver; else its sender"),
    SHOWN("client_port", COLUMN_SHORT, ends, get_client_port, "port", "port of the client", "as client_ip"),
    SHOWN("server_ip", COLUMN_TEXT, ends, get_server_ip, "address", "address of the other side", "as client_ip"),
    SHOWN("server_port", COLUMN_SHORT, ends, get_server_port, "port", "port of the other side", "as client_ip"),
    SHOWN("client_by", COLUMN_TEXT, client_by, get_client_by, "", "how the client was known: syn, synack or first", "tcpvtab"),
    SHOWN("ip_version", COLUMN_INTEGER, ends, get_ip_version, "", "4 or 6", "RFC 791, RFC 8200"),
    SHOWN("vlan_id", COLUMN_INTEGER, vlan_id, get_vlan_id, "", "innermost VLAN of the first segment", "IEEE 802.1Q"),
    SHOWN("tunnel", COLUMN_TEXT, tunnel, get_tunnel, "", "tunnels around the first segment, outermost first: vxlan, gre/ipip …", "tcpvtab"),
    SHOWN("community_id", COLUMN_TEXT, ends, get_community_id, "", "Community ID of the end points, seed 0", "Community ID v1"),
    SHOWN("status", COLUMN_TEXT, syn_count, get_status, "", "R if there was an RST, else S<SYNs>F<FINs>", "tcpvtab"),
    PLAIN("syn_count", COLUMN_U32, syn_count, "segments", "segments with SYN, SYN+ACK included", "tcpvtab"),
    PLAIN("fin_count", COLUMN_U32, fin_count, "segments", "segments with FIN", "tcpvtab"),
    PLAIN("rst_count", COLUMN_U32, rst_count, "segments", "segments with RST", "tcpvtab"),
    SHOWN("is_complete", COLUMN_SHORT, syn_count, get_is_complete, "0/1", "a SYN and a FIN were seen", "tcpvtab"),
    SHOWN("is_reset", COLUMN_SHORT, rst_count, get_is_reset, "0/1", "an RST was seen", "tcpvtab"),
    SHOWN("is_open", COLUMN_SHORT, fin_count, get_is_open, "0/1", "no FIN, or payload after the first FIN", "tcpvtab"),
    SHOWN("is_preexisting", COLUMN_SHORT, ends, get_is_preexisting, "0/1", "the first segment is no SYN", "tcpvtab"),
    SHOWN("conn_state", COLUMN_TEXT, ends, get_conn_state, "", "state at the end: SF, S0, REJ, RSTO …", "Zeek conn_state"),
    SHOWN("history", COLUMN_TEXT, ends, get_history, "", "what each side did first, a letter each", "Zeek history, as zeek -C"),
    PLAIN("completeness", COLUMN_U8, completeness, "bits", "SYN 1, SYN+ACK 2, ACK 4, data 8, FIN 16, RST 32", "Wireshark tcp.completeness"),
    PLAIN("start_time", COLUMN_TIME, start_ns, "Unix s", "time of the first segment", "capture"),
    PLAIN("start_ns", COLUMN_I64, start_ns, "Unix ns", "time of the first segment", "capture"),
    PLAIN("start_utc", COLUMN_UTC, start_ns, "UTC", "time of the first segment", "capture"),
    PLAIN("end_time", COLUMN_TIME, end_ns, "Unix s", "time of the last segment", "capture"),
    PLAIN("end_ns", COLUMN_I64, end_ns, "Unix ns", "time of the last segment", "capture"),
    PLAIN("end_utc", COLUMN_UTC, end_ns, "UTC", "time of the last segment", "capture"),
    SHOWN("duration", COLUMN_REAL, start_ns, get_duration, "s", "end less start", "tcpvtab"),
    PLAIN("first_frame", COLUMN_U64, first_frame, "frame", "frame of the first segment, in first_file", "Wireshark frame.number"),
    PLAIN("last_frame", COLUMN_U64, last_frame, "frame", "frame of the last segment, in last_file", "Wireshark frame.number"),
    SHOWN("first_file", COLUMN_TEXT, first_file, get_file, "path", "file of the first segment", "tcpvtab"),
    SHOWN("last_file", COLUMN_TEXT, last_file, get_file, "path", "file of the last segment", "tcpvtab"),
    SHOWN("packets", COLUMN_INTEGER, side, get_packets, "segments", "segments of both sides", "tcpvtab"),
    BOTH_SIDE("packets", COLUMN_INTEGER, get_side_packets, "segments", "segments that this side sent", "tcpvtab"),
    SHOWN("bytes", COLUMN_INTEGER, side, get_bytes, "bytes", "payload of both sides, retransmissions included", "Wireshark tcp.len"),
    BOTH_PLAIN("bytes", COLUMN_U64, bytes, "bytes", "payload that this side sent, retransmissions included", "Wireshark tcp.len"),
    BOTH_SIDE("unique_bytes", COLUMN_INTEGER, get_unique_bytes, "bytes", "payload without what was sent again", "tcptrace unique bytes"),
    BOTH_PLAIN("wire_bytes", COLUMN_U64, wire_bytes, "bytes", "original length of the frames that this side sent", "tshark -z conv,tcp"),
    BOTH_SIDE("data_packets", COLUMN_INTEGER, get_data_packets, "segments", "segments with payload", "tcptrace actual data pkts"),
    SHOWN("initial_rtt", COLUMN_REAL, initial_rtt_ns, get_initial_rtt, "s", "latest SYN to the first ACK without SYN", "Wireshark tcp.analysis.initial_rtt"),
    SHOWN("syn_rtt", COLUMN_REAL, syn_rtt_ns, get_syn_rtt, "s", "latest SYN to the first SYN+ACK", "tcpvtab"),
    BOTH_PLAIN("rtt_samples", COLUMN_U64, round_trips.samples, "samples", "round trips of data that this side sent: exact ACKs, Karn's rule, none past a loss", "tcptrace RTT samples"),
    BOTH_SHOWN("rtt_min", COLUMN_REAL, round_trips, get_rtt_min, "s", "shortest of them", "tcptrace RTT min"),
    BOTH_SHOWN("rtt_mean", COLUMN_REAL, round_trips, get_rtt_mean, "s", "their mean", "tcptrace RTT avg"),
    BOTH_SHOWN("rtt_max", COLUMN_REAL, round_trips, get_rtt_max, "s", "longest of them", "tcptrace RTT max"),
    BOTH_SHOWN("rtt_stddev", COLUMN_REAL, round_trips, get_rtt_stddev, "s", "their standard deviation, divisor n - 1", "tcptrace RTT stdev"),
    BOTH_PLAIN("window_samples", COLUMN_U64, window.samples, "segments", "segments of this side whose effective window is known", "tcpvtab"),
    BOTH_SHOWN("window_min", COLUMN_INTEGER, window, get_window_min, "bytes", "smallest effective receive window", "Wireshark tcp.window_size"),
    BOTH_SHOWN("window_mean", COLUMN_REAL, window, get_window_mean, "bytes", "mean over those segments", "Wireshark tcp.window_size"),
    BOTH_SHOWN("window_max", COLUMN_INTEGER, window, get_window_max, "bytes", "largest effective receive window", "Wireshark tcp.window_size"),
    BOTH_SIDE("window_scale", COLUMN_INTEGER, get_window_scale, "shift", "window scale offered in the SYN", "RFC 7323 section 2"),
    BOTH_SIDE("mss", COLUMN_INTEGER, get_mss, "bytes", "maximum segment size in the SYN", "RFC 9293 section 3.7.1"),
    BOTH_SIDE("sack_permitted", COLUMN_SHORT, get_sack_permitted, "0/1", "SACK permitted in the SYN", "RFC 2018 section 2"),
    BOTH_SIDE("timestamps", COLUMN_SHORT, get_timestamps, "0/1", "timestamps in the SYN", "RFC 7323 section 3"),
    BOTH_COUNT("retransmissions", get_retransmissions, "segments sent again, fast and spurious ones included"),
    BOTH_COUNT("fast_retransmissions", get_fast_retransmissions, "… within 20 ms of the second duplicate ACK or later ones"),
    BOTH_COUNT("spurious_retransmissions", get_spurious_retransmissions, "… though acknowledged already"),
    BOTH_COUNT("out_of_order", get_out_of_order, "segments that arrive late, within the initial round trip"),
    BOTH_COUNT("lost_segments", get_lost_segments, "segments before which something is missing in the capture"),
    BOTH_COUNT("duplicate_acks", get_duplicate_acks, "ACKs that repeat the one before and carry nothing"),
    BOTH_COUNT("keep_alives", get_keep_alives, "segments one byte below the next sequence number"),
    BOTH_COUNT("zero_windows", get_zero_windows, "segments that close this side's receive window"),
    BOTH_COUNT("zero_window_probes", get_zero_window_probes, "one byte sent into a closed window"),
    BOTH_COUNT("window_full", get_window_full, "segments that fill the other side's window"),
    BOTH_SIDE("retransmitted_bytes", COLUMN_INTEGER, get_retransmitted_bytes, "bytes", "payload of the retransmissions", "Wireshark"),
    BOTH_SIDE("bytes_in_flight_max", COLUMN_INTEGER, get_in_flight_max, "bytes", "most bytes sent and not acknowledged", "Wireshark tcp.analysis.bytes_in_flight"),
    BOTH_SIDE("idle_max", COLUMN_REAL, get_idle_max, "s", "longest pause between two segments of this side", "tcptrace idletime max"),
    BOTH_SIDE("ttl", COLUMN_INTEGER, get_ttl, "hops", "TTL or hop limit of this side's first segment", "RFC 791, RFC 8200"),
    BOTH_SIDE("isn", COLUMN_INTEGER, get_isn, "", "initial sequence number, of this side's first SYN", "RFC 9293 section 3.4.1"),
};
/* clang-format on */

const struct column_list connection_columns = {
    .table = "tcp_connections",
    .columns = columns,
    .count = sizeof columns / sizeof *columns,
    .hidden = "capture TEXT HIDDEN, on_damage TEXT HIDDEN",
};
