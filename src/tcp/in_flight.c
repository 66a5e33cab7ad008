#include "tcp/in_flight.h"

#include "tcp/sequence_number.h"

/* More in one list than this and the full lists take over, which know their bounds. */
enum { SHARED_MAX = BYTE_RANGES_MAX - 2 };

static struct unacknowledged_segment *later_at(const struct in_flight *flight, unsigned i)
{
    return ring_at(&flight->later, i, sizeof(struct unacknowledged_segment));
}

/* The i-th segment in flight, the oldest being the 0th. */
static struct unacknowledged_segment *segment_at(struct in_flight *flight, unsigned i)
{
    return i == 0 ? &flight->oldest : later_at(flight, i - 1);
}

static unsigned segment_count(const struct in_flight *flight)
{
    return flight->has_oldest ? 1u + ring_count(&flight->later) : 0;
}

/* ---- splitting and joining ---- */

static struct split_lists *take_lists(struct tcp_memory *memory, struct fault *fault)
{
    struct split_lists *lists = memory->unused_splits;
    if (!lists)
        return arena_allocate(&memory->arena, sizeof *lists, fault);
    memory->unused_splits = lists->next_unused;
    *lists = (struct split_lists){0};
    return lists;
}

static void give_lists(struct tcp_memory *memory, struct split_lists *lists)
{
    lists->next_unused = memory->unused_splits;
    memory->unused_splits = lists;
}

static bool split_segments(struct in_flight *flight, uint32_t base, struct split_lists *lists,
                           struct tcp_memory *memory, struct fault *fault)
{
    bool listed;
    uint32_t repeated;
    for (unsigned i = 0; i < segment_count(flight); i++) {
        const struct unacknowledged_segment *segment = segment_at(flight, i);
        if (!unacknowledged_add(&lists->list, segment->seq, segment->end, segment->time_ns, base,
                                &listed, &memory->unacknowledged, fault) ||
            !byte_ranges_add(&lists->ranges, segment->seq, segment->end - segment->seq,
                             segment->time_ns, &repeated, &memory->byte_ranges, fault))
            return false;
    }
    return true;
}

/* Makes the two full lists of the shared one. */
static bool split(struct in_flight *flight, uint32_t base, struct tcp_memory *memory,
                  struct fault *fault)
{
    struct split_lists *lists = take_lists(memory, fault);
    if (!lists)
        return false;
    if (flight->has_below &&
        !byte_ranges_start(&lists->ranges, flight->below_first, flight->below_last,
                           flight->below_time_ns, &memory->byte_ranges, fault))
        return false;
    if (!split_segments(flight, base, lists, memory, fault))
        return false;
    if (flight->has_oldest)
        ring_truncate(&flight->later, 0, &memory->unacknowledged);
    flight->split = lists;
    flight->has_below = flight->has_oldest = false;
    flight->is_split = true;
    return true;
}

/* Joins the lists if they say the same: nothing in flight, and one acknowledged range. */
static void join(struct in_flight *flight, struct tcp_memory *memory)
{
    struct split_lists *lists = flight->split;
    struct byte_range below;
    if (ring_count(&lists->list.ring) ||
        !byte_ranges_finish(&lists->ranges, &below, &memory->byte_ranges))
        return;
    give_lists(memory, lists);
    *flight = (struct in_flight){
        .below_first = below.first,
        .below_last = below.last,
        .below_time_ns = below.time_ns,
        .has_below = true,
        .bytes_max = flight->bytes_max,
    };
}

/* ---- sending ---- */

static bool same_quadrant(uint32_t a, uint32_t b)
{
    return (a ^ b) >> BYTE_RANGES_QUADRANT_SHIFT == 0;
}

/* Whether both rules put the transmission at the end of the list, as something new. */
static bool is_next(struct in_flight *flight, const struct transmission *sent)
{
    uint32_t last = sent->end - 1;
    unsigned count = segment_count(flight);
    if (sent->length != sent->end - sent->seq || !same_quadrant(sent->seq, last) ||
        sent->end - sent->base < sent->seq - sent->base || count >= SHARED_MAX)
        return false;
    if (count == 0)
        return !flight->has_below ||
               (sent->seq > flight->below_last && same_quadrant(sent->seq, flight->below_last));
    uint32_t end = segment_at(flight, count - 1)->end;
    return sent->seq >= end && same_quadrant(sent->seq, end - 1) &&
           sent->seq - sent->base >= end - sent->base;
}

static bool append(struct in_flight *flight, const struct transmission *sent,
                   struct tcp_memory *memory, struct fault *fault)
{
    const struct unacknowledged_segment segment = {sent->seq, sent->end, sent->time_ns};
    if (!flight->has_oldest) {
        flight->is_contiguous = !flight->has_below || sent->seq == flight->below_last + 1;
        flight->oldest = segment;
        flight->later = (struct ring){0};
        flight->has_oldest = true;
        return true;
    }
    if (segment_at(flight, segment_count(flight) - 1)->end != sent->seq)
        flight->is_contiguous = false;
    struct unacknowledged_segment *place =
        ring_push(&flight->later, &memory->unacknowledged, fault);
    if (!place)
        return false;
    *place = segment;
    return true;
}

bool in_flight_send(struct in_flight *flight, const struct transmission *sent, bool *listed,
                    uint32_t *repeated, struct tcp_memory *memory, struct fault *fault)
{
    *listed = true;
    *repeated = 0;
    if (!flight->is_split) {
        if (is_next(flight, sent))
            return append(flight, sent, memory, fault);
        if (!split(flight, sent->base, memory, fault))
            return false;
    }
    struct split_lists *lists = flight->split;
    if (sent->end != sent->seq &&
        !unacknowledged_add(&lists->list, sent->seq, sent->end, sent->time_ns, sent->base, listed,
                            &memory->unacknowledged, fault))
        return false;
    return sent->length == 0 ||
           byte_ranges_add(&lists->ranges, sent->seq, sent->length, sent->time_ns, repeated,
                           &memory->byte_ranges, fault);
}

/* ---- acknowledging ---- */

/* How many segments the ACK covers.  False if the rules differ on it: tcptrace takes no ACK from
 * it, it lies in another quadrant or inside a segment, or covers something with a hole before it.
 */
static bool count_covered(struct in_flight *flight, uint32_t ack, bool is_traced, unsigned *covered)
{
    unsigned count = segment_count(flight);
    *covered = 0;
    if (count == 0)
        return !is_traced || !flight->has_below || same_quadrant(ack, flight->below_last);
    if (!same_quadrant(ack, flight->oldest.seq))
        return false;
    while (*covered < count && segment_at(flight, *covered)->end - 1 < ack) /* the end may be 0 */
        ++*covered;
    if (*covered < count && segment_at(flight, *covered)->seq < ack)
        return false;
    return *covered == 0 || (is_traced && flight->is_contiguous);
}

/* Moves the segments that the ACK covers to what is below. */
static void cover(struct in_flight *flight, unsigned covered, uint32_t ack,
                  struct acknowledged *acknowledged, struct tcp_memory *memory)
{
    const struct unacknowledged_segment last = *segment_at(flight, covered - 1);
    int64_t newest = flight->has_below ? flight->below_time_ns : INT64_MIN;
    for (unsigned i = 0; i < covered; i++)
        if (segment_at(flight, i)->time_ns > newest)
            newest = segment_at(flight, i)->time_ns;
    if (last.end == ack) {
        acknowledged->is_exact = true;
        acknowledged->is_sample = newest == last.time_ns;
        acknowledged->exact_sent_ns = acknowledged->sample_sent_ns = last.time_ns;
    }
    if (!flight->has_below)
        flight->below_first = flight->oldest.seq;
    flight->has_below = true;
    flight->below_last = last.end - 1;
    flight->below_time_ns = newest;
    flight->has_oldest = covered <= ring_count(&flight->later);
    if (flight->has_oldest)
        flight->oldest = *later_at(flight, covered - 1);
    if (ring_count(&flight->later))
        ring_drop(&flight->later, flight->has_oldest ? covered : ring_count(&flight->later),
                  &memory->unacknowledged);
}

bool in_flight_acknowledge(struct in_flight *flight, uint32_t ack, unsigned by, uint32_t base,
                           struct acknowledged *acknowledged, struct tcp_memory *memory,
                           struct fault *fault)
{
    *acknowledged = (struct acknowledged){0};
    if (!flight->is_split) {
        unsigned covered;
        if (by & BY_WIRESHARK && count_covered(flight, ack, by & BY_TCPTRACE, &covered)) {
            if (covered)
                cover(flight, covered, ack, acknowledged, memory);
            return true;
        }
        if (!split(flight, base, memory, fault))
            return false;
    }
    struct split_lists *lists = flight->split;
    if (by & BY_WIRESHARK)
        acknowledged->is_exact = unacknowledged_acknowledge(
            &lists->list, ack, base, &acknowledged->exact_sent_ns, &memory->unacknowledged);
    if (by & BY_TCPTRACE)
        acknowledged->is_sample = byte_ranges_acknowledge(
            &lists->ranges, ack, &acknowledged->sample_sent_ns, &memory->byte_ranges);
    join(flight, memory);
    return true;
}

uint32_t in_flight_span(const struct in_flight *flight)
{
    if (flight->is_split)
        return unacknowledged_span(&flight->split->list);
    if (!flight->has_oldest)
        return 0;
    uint32_t end = ring_count(&flight->later)
                       ? later_at(flight, ring_count(&flight->later) - 1u)->end
                       : flight->oldest.end;
    return end - flight->oldest.seq;
}

bool in_flight_rebase(struct in_flight *flight, uint32_t base, struct tcp_memory *memory,
                      struct fault *fault)
{
    if (!flight->is_split) {
        if (!flight->has_oldest)
            return true;
        if (!split(flight, base, memory, fault))
            return false;
    }
    unacknowledged_rebase(&flight->split->list, base);
    return true;
}
