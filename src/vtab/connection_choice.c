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

/* Chooses those of the connections first to last that the end points fit, if there is a filter to
 * hold them against; false if they are too many. */
static bool choose(struct connection_choice *choice, const struct trace *trace,
                   const struct packet_filter *ends, int64_t first, int64_t last)
{
    uint64_t packets_left = packets_of(trace) / PACKETS_PART;
    for (int64_t id = first; id <= last; id++) {
        const struct connection *connection = tracker_connection(trace->tracker, (size_t)id - 1);
        uint64_t packets = connection->side[CLIENT].packets + connection->side[SERVER].packets;
        if (ends && !may_have_fitting(ends, connection))
            continue;
        if (choice->count == choice->room || packets > packets_left)
            return false;
        packets_left -= packets;
        choice->numbers[choice->count++] = (uint32_t)(id - 1);
    }
    return true;
}

bool connection_choice_open(struct connection_choice *choice, const struct trace *trace,
                            const struct packet_filter *filter, struct memory *memory)
{
    struct fault ignored; /* the whole capture can be read instead */
    int64_t count = (int64_t)tracker_count(trace->tracker);
    int64_t first = filter->connection_id_min > 1 ? filter->connection_id_min : 1;
    int64_t last = filter->connection_id_max < count ? filter->connection_id_max : count;
    bool is_one = first == last;
    bool ends_tell = filter->has_ends && !trace->has_strays;
    bool is_narrowed = first > 1 || last < count;
    if (first <= last && !is_one && !(replay_can_jump(trace) && (ends_tell || is_narrowed)))
        return false;
    *choice = (struct connection_choice){.memory = memory};
    choice->room = first > last                ? 1
                   : last - first < CHOICE_MAX ? (size_t)(last - first + 1)
                                               : CHOICE_MAX;
    choice->numbers = memory_allocate(memory, choice->room * sizeof *choice->numbers, &ignored);
    if (!choice->numbers)
        return false;
    if (is_one)
        choice->numbers[choice->count++] = (uint32_t)(first - 1);
    else if (!choose(choice, trace, ends_tell ? filter : NULL, first, last)) {
        connection_choice_close(choice);
        return false;
    }
    return true;
}

void connection_choice_close(struct connection_choice *choice)
{
    memory_release(choice->memory, choice->numbers, choice->room * sizeof *choice->numbers);
}
