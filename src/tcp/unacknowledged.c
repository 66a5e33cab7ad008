/* Nearly always the entries are in order and an ACK takes some from the front: that is the fast
 * way.  After a retransmission or with wild numbers tshark's own walk, newest first, decides. */
#include "tcp/unacknowledged.h"

#include "tcp/sequence_number.h"

/* Within a quarter of the number space serial comparison is an order, so that the fast way equals
 * the walk. */
enum { ORDERED_SPAN_MAX = 1 << 30 };

static struct unacknowledged_segment *entry_at(const struct unacknowledged *list, unsigned i)
{
    return ring_at(&list->ring, i, sizeof(struct unacknowledged_segment));
}

static void include(struct unacknowledged *list, uint32_t seq, uint32_t end)
{
    if (seq < list->lowest)
        list->lowest = seq;
    if (end > list->highest)
        list->highest = end;
}

void unacknowledged_rebase(struct unacknowledged *list, uint32_t base)
{
    list->lowest = UINT32_MAX;
    list->highest = 0;
    list->ordered = true;
    uint32_t previous_end = 0;
    for (unsigned i = 0; i < ring_count(&list->ring); i++) {
        const struct unacknowledged_segment *entry = entry_at(list, i);
        uint32_t seq = entry->seq - base, end = entry->end - base;
        list->ordered = list->ordered && seq >= previous_end && end >= seq;
        previous_end = end;
        include(list, seq, end);
    }
    if (ring_count(&list->ring) && list->highest - list->lowest >= ORDERED_SPAN_MAX)
        list->ordered = false;
}

bool unacknowledged_add(struct unacknowledged *list, uint32_t seq, uint32_t end, int64_t time_ns,
                        uint32_t base, bool *added, struct ring_pool *pool, struct fault *fault)
{
    *added = ring_count(&list->ring) < UNACKNOWLEDGED_MAX;
    if (!*added)
        return true;
    struct unacknowledged_segment *entry = ring_push(&list->ring, pool, fault);
    if (!entry)
        return false;
    *entry = (struct unacknowledged_segment){seq, end, time_ns};
    uint32_t relative_seq = seq - base, relative_end = end - base;
    if (ring_count(&list->ring) == 1) {
        list->lowest = relative_seq;
        list->highest = relative_end;
        list->ordered = relative_end >= relative_seq;
        return true;
    }
    list->ordered = list->ordered && relative_seq >= list->highest && relative_end >= relative_seq;
    include(list, relative_seq, relative_end);
    if (list->highest - list->lowest >= ORDERED_SPAN_MAX)
        list->ordered = false;
    return true;
}

static bool acknowledge_ordered(struct unacknowledged *list, uint32_t ack, uint32_t base,
                                int64_t *sent_ns, struct ring_pool *pool)
{
    bool exact = false;
    unsigned covered = 0;
    while (covered < ring_count(&list->ring)) {
        struct unacknowledged_segment *entry = entry_at(list, covered);
        if (seq_after(entry->end, ack)) {
            if (seq_before(entry->seq, ack))
                entry->seq = ack;
            list->lowest = entry->seq - base;
            break;
        }
        if (entry->end == ack) {
            exact = true;
            *sent_ns = entry->time_ns;
        }
        covered++;
    }
    if (covered)
        ring_drop(&list->ring, covered, pool);
    return exact;
}

/* tshark's walk, newest first; what stays is moved together at the front in its old order. */
static bool acknowledge_any(struct unacknowledged *list, uint32_t ack, uint32_t base,
                            int64_t *sent_ns, struct ring_pool *pool)
{
    bool exact = false;
    unsigned count = ring_count(&list->ring), kept = count;
    for (unsigned i = count; i-- > 0;) {
        struct unacknowledged_segment entry = *entry_at(list, i);
        if (ack == entry.end) {
            exact = true;
            *sent_ns = entry.time_ns;
            continue;
        }
        if (seq_before(entry.seq, ack) && seq_at_or_before(ack, entry.end))
            entry.seq = ack;
        else if (!seq_after(entry.end, ack))
            continue;
        *entry_at(list, --kept) = entry;
    }
    if (kept)
        ring_drop(&list->ring, kept, pool);
    unacknowledged_rebase(list, base);
    return exact;
}

bool unacknowledged_acknowledge(struct unacknowledged *list, uint32_t ack, uint32_t base,
                                int64_t *sent_ns, struct ring_pool *pool)
{
    if (ring_count(&list->ring) == 0)
        return false;
    int32_t distance = seq_distance(ack, entry_at(list, 0)->seq);
    if (list->ordered && distance > -ORDERED_SPAN_MAX && distance < ORDERED_SPAN_MAX)
        return acknowledge_ordered(list, ack, base, sent_ns, pool);
    return acknowledge_any(list, ack, base, sent_ns, pool);
}
