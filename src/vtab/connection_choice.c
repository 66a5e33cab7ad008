#include "vtab/connection_choice.h"

#include "tcp/replay.h"

#include <string.h>

/* More connections, or more than this part of all packets, are read as fast by two threads that
 * read everything. */
enum { CHOICE_MAX = 1 << 14, PACKETS_PART = 8 };

static bool may_send(const struct packet_filter *filter, const struct flow_key *key, bool low)
{
    struct segment segment = {
        .src_port = low ? key->low_port : key->high_port,
        .dst_port = low ? key->high_port : key->low_port,
        .ip_version = key->ip_version,
    };
    memcpy(segment.src, low ? key->low : key->high, sizeof segment.src);
    memcpy(segment.dst, low ? key->high : key->low, sizeof segment.dst);
    return packet_filter_may_fit_ends(filter, &segment);
}

static bool may_have_fitting(const struct packet_filter *filter,
                             const struct connection *connection)
{
    struct flow_key key = end_points_key(&connection->ends);
    return may_send(filter, &key, true) || may_send(filter, &key, false);
}

static uint64_t packets_of(const struct trace *trace)
{
    const struct file_account *accounts = segment_stream_accounts(trace->stream);
    uint64_t packets = 0;
    for (size_t i = 0; i < trace->dataset->count; i++)
        packets += accounts[i].packets;
    return packets;
}

/* What is being chosen from. */
struct choosing {
    struct connection_choice *choice;
    const struct trace *trace;
    const struct packet_filter *ends; /* what end points are held against, or NULL */
    uint64_t packets_left;            /* so many more may be chosen */
};

/* Chooses a connection if its end points fit; false if there are too many. */
static bool consider(struct choosing *choosing, int64_t id)
{
    struct connection_choice *choice = choosing->choice;
    const struct connection *connection =
        tracker_connection(choosing->trace->tracker, (size_t)id - 1);
    uint64_t packets = connection->side[CLIENT].packets + connection->side[SERVER].packets;
    if (choosing->ends && !may_have_fitting(choosing->ends, connection))
        return true;
    if (choice->count == choice->room || packets > choosing->packets_left)
        return false;
    choosing->packets_left -= packets;
    choice->numbers[choice->count++] = (uint32_t)(id - 1);
    return true;
}

static bool consider_range(struct choosing *choosing, int64_t first, int64_t last)
{
    bool is_fine = true;
    for (int64_t id = first; is_fine && id <= last; id++)
        is_fine = consider(choosing, id);
    return is_fine;
}

/* The same of a set, which may leave out what lies between two connections of the same end points:
 * a replay could not tell those apart. */
static bool consider_set(struct choosing *choosing, const struct number_set *set, int64_t first,
                         int64_t last)
{
    const struct tracker *tracker = choosing->trace->tracker;
    bool is_fine = true;
    for (size_t i = 0; is_fine && i < set->count; i++) {
        int64_t id = set->numbers[i];
        if (id >= first && id <= last)
            is_fine =
                !tracker_connection(tracker, (size_t)id - 1)->is_reuse && consider(choosing, id);
    }
    return is_fine;
}

bool connection_choice_open(struct connection_choice *choice, const struct trace *trace,
                            const struct packet_filter *filter, bool is_tracked,
                            struct memory *memory)
{
    struct fault ignored; /* the whole capture can be read instead */
    int64_t count = (int64_t)tracker_count(trace->tracker);
    int64_t first = filter->connection_id_min > 1 ? filter->connection_id_min : 1;
    int64_t last = filter->connection_id_max < count ? filter->connection_id_max : count;
    bool is_one = first == last && filter->connection_id_min == filter->connection_id_max;
    bool ends_tell = filter->has_ends && !trace->has_strays;
    const struct number_set *set = packet_filter_connection_ids(filter);
    bool is_narrowed = ends_tell || set || first > 1 || last < count;
    bool may_be_quicker = is_tracked || replay_can_jump(trace);
    if (!is_one && !(is_narrowed && may_be_quicker))
        return false;
    *choice = (struct connection_choice){.room = CHOICE_MAX, .memory = memory};
    if (last - first < CHOICE_MAX)
        choice->room = first <= last ? (size_t)(last - first + 1) : 1;
    choice->numbers = memory_allocate(memory, choice->room * sizeof *choice->numbers, &ignored);
    if (!choice->numbers)
        return false;
    struct choosing choosing = {
        .choice = choice,
        .trace = trace,
        .ends = ends_tell ? filter : NULL,
        .packets_left = is_one ? UINT64_MAX : packets_of(trace) / PACKETS_PART,
    };
    if (set && !is_one ? consider_set(&choosing, set, first, last)
                       : consider_range(&choosing, first, last))
        return true;
    connection_choice_close(choice);
    return false;
}

void connection_choice_close(struct connection_choice *choice)
{
    memory_release(choice->memory, choice->numbers, choice->room * sizeof *choice->numbers);
}
