#include "tcp/byte_ranges.h"

static unsigned quadrant_of(uint32_t seq)
{
    return seq >> BYTE_RANGES_QUADRANT_SHIFT;
}

static uint32_t last_of_quadrant(unsigned quadrant)
{
    return (uint32_t)(((uint64_t)quadrant + 1) << BYTE_RANGES_QUADRANT_SHIFT) - 1;
}

static struct byte_range *range_at(const struct byte_ranges *ranges, unsigned i)
{
    return ring_at(&ranges->ring, i, sizeof(struct byte_range));
}

/* Place of a number among the three quadrants kept, from the first of the one before that in use.
 */
static uint32_t place_of(const struct byte_ranges *ranges, uint32_t seq)
{
    return seq - ((ranges->quadrant + 3u) << BYTE_RANGES_QUADRANT_SHIFT);
}

static bool is_kept(const struct byte_ranges *ranges, uint32_t seq)
{
    return quadrant_of(seq) != ((ranges->quadrant + 2u) & 3u);
}

/* Drops the ranges of the opposite quadrant and turns the others so that they are sorted by place
 * again.  They were sorted round the circle, so one turn of the ring does both. */
static void enter_quadrant(struct byte_ranges *ranges, unsigned quadrant, struct ring_pool *pool)
{
    if (ranges->in_use && ranges->quadrant == quadrant)
        return;
    ranges->in_use = true;
    ranges->quadrant = (uint8_t)quadrant;
    for (unsigned i = ring_count(&ranges->ring); i-- > 0;)
        if (!is_kept(ranges, range_at(ranges, i)->first))
            ring_remove(&ranges->ring, i, pool);
    unsigned count = ring_count(&ranges->ring), lowest = 0;
    for (unsigned i = 1; i < count; i++)
        if (place_of(ranges, range_at(ranges, i)->first) <
            place_of(ranges, range_at(ranges, lowest)->first))
            lowest = i;
    for (; lowest > 0; lowest--) {
        struct fault none; /* the place of the front is free */
        struct byte_range front = *range_at(ranges, 0);
        ring_drop(&ranges->ring, 1, pool);
        *(struct byte_range *)ring_push(&ranges->ring, pool, &none) = front;
    }
}

/* The two lowest ranges become one, a hole between them counting as sent. */
static void merge_lowest(struct byte_ranges *ranges, struct ring_pool *pool)
{
    struct byte_range *low = range_at(ranges, 0), *high = range_at(ranges, 1);
    if (quadrant_of(low->first) == quadrant_of(high->first)) {
        high->first = low->first;
        if (low->time_ns > high->time_ns)
            high->time_ns = low->time_ns;
        high->retransmitted |= low->retransmitted;
        high->acknowledged &= low->acknowledged;
    }
    ring_drop(&ranges->ring, 1, pool);
}

static bool insert_range(struct byte_ranges *ranges, unsigned i, uint32_t first, uint32_t last,
                         int64_t now_ns, struct ring_pool *pool, struct fault *fault)
{
    struct byte_range *range = ring_insert(&ranges->ring, i, pool, fault);
    if (!range)
        return false;
    *range = (struct byte_range){.first = first, .last = last, .time_ns = now_ns};
    return true;
}

/* Index of the first range that ends at or after the place. */
static unsigned first_ending_at(const struct byte_ranges *ranges, uint32_t place)
{
    unsigned low = 0, high = ring_count(&ranges->ring);
    if (high && place_of(ranges, range_at(ranges, high - 1)->last) < place)
        return high;
    while (low < high) {
        unsigned middle = (low + high) / 2;
        if (place_of(ranges, range_at(ranges, middle)->last) < place)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

/* Records [first, last], which lies in one quadrant.  The parts that are new become ranges of their
 * own; the first range that is met again counts as retransmitted now. */
static bool add_in_quadrant(struct byte_ranges *ranges, uint32_t first, uint32_t last,
                            int64_t now_ns, uint32_t *repeated, struct ring_pool *pool,
                            struct fault *fault)
{
    bool met = false;
    unsigned i = first_ending_at(ranges, place_of(ranges, first));
    for (; i < ring_count(&ranges->ring); i++) {
        struct byte_range *range = range_at(ranges, i);
        if (place_of(ranges, last) < place_of(ranges, range->first))
            break;
        if (place_of(ranges, first) < place_of(ranges, range->first)) {
            if (!insert_range(ranges, i++, first, range->first - 1, now_ns, pool, fault))
                return false;
            range = range_at(ranges, i);
            first = range->first;
        }
        range->retransmitted = true;
        if (!met)
            range->time_ns = now_ns;
        met = true;
        bool ends_here = place_of(ranges, last) <= place_of(ranges, range->last);
        *repeated += (ends_here ? last : range->last) - first + 1;
        if (ends_here)
            return true;
        first = range->last + 1;
    }
    return insert_range(ranges, i, first, last, now_ns, pool, fault);
}

bool byte_ranges_add(struct byte_ranges *ranges, uint32_t seq, uint32_t length, int64_t now_ns,
                     uint32_t *repeated, struct ring_pool *pool, struct fault *fault)
{
    *repeated = 0;
    uint32_t last = seq + length - 1;
    uint32_t border = last_of_quadrant(quadrant_of(seq));
    bool crosses = quadrant_of(last) != quadrant_of(seq);
    enter_quadrant(ranges, quadrant_of(seq), pool);
    if (!add_in_quadrant(ranges, seq, crosses ? border : last, now_ns, repeated, pool, fault))
        return false;
    if (crosses && !add_in_quadrant(ranges, border + 1, last, now_ns, repeated, pool, fault))
        return false;
    while (ring_count(&ranges->ring) > BYTE_RANGES_MAX)
        merge_lowest(ranges, pool);
    return true;
}

/* Joins a range with the one before it if both are acknowledged and touch; true if they were
 * joined. */
static bool join_with_previous(struct byte_ranges *ranges, unsigned i, struct ring_pool *pool)
{
    if (i == 0 || i == ring_count(&ranges->ring))
        return false;
    struct byte_range *previous = range_at(ranges, i - 1), *range = range_at(ranges, i);
    if (!previous->acknowledged || !range->acknowledged || previous->last + 1 != range->first ||
        quadrant_of(previous->first) != quadrant_of(range->first))
        return false;
    range->first = previous->first;
    if (previous->time_ns > range->time_ns)
        range->time_ns = previous->time_ns;
    ring_remove(&ranges->ring, i - 1, pool);
    return true;
}

bool byte_ranges_acknowledge(struct byte_ranges *ranges, uint32_t ack, int64_t *sent_ns,
                             struct ring_pool *pool)
{
    enter_quadrant(ranges, quadrant_of(ack), pool);
    bool sampled = false;
    int64_t newest = INT64_MIN; /* latest transmission of anything lower */
    unsigned i = 0;
    for (; i < ring_count(&ranges->ring); i++) {
        struct byte_range *range = range_at(ranges, i);
        bool in_quadrant = quadrant_of(range->first) == quadrant_of(ack);
        if (place_of(ranges, ack) <= place_of(ranges, range->first))
            break;
        bool is_new = !range->acknowledged;
        if (is_new && in_quadrant && ack == range->last + 1 && !range->retransmitted &&
            newest <= range->time_ns) {
            sampled = true;
            *sent_ns = range->time_ns;
        }
        if ((is_new || in_quadrant) && range->time_ns > newest)
            newest = range->time_ns;
        range->acknowledged = true;
        if (join_with_previous(ranges, i, pool))
            i--;
    }
    join_with_previous(ranges, i, pool);
    return sampled;
}

bool byte_ranges_start(struct byte_ranges *ranges, uint32_t first, uint32_t last, int64_t time_ns,
                       struct ring_pool *pool, struct fault *fault)
{
    enter_quadrant(ranges, quadrant_of(first), pool);
    if (!insert_range(ranges, 0, first, last, time_ns, pool, fault))
        return false;
    range_at(ranges, 0)->acknowledged = true;
    return true;
}

bool byte_ranges_finish(struct byte_ranges *ranges, struct byte_range *below,
                        struct ring_pool *pool)
{
    if (ring_count(&ranges->ring) != 1 || !range_at(ranges, 0)->acknowledged)
        return false;
    *below = *range_at(ranges, 0);
    ring_drop(&ranges->ring, 1, pool);
    return true;
}
