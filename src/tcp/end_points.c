#include "tcp/end_points.h"

#include <string.h>

/* Eight bytes of an address as a number. */
static uint64_t big_endian(const uint8_t *bytes)
{
    uint64_t number;
    memcpy(&number, bytes, sizeof number);
    return __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__ ? __builtin_bswap64(number) : number;
}

/* End points are ordered by address, then by port, both as numbers: the order of the Community ID.
 */
void flow_key_of(const struct segment *segment, struct flow_key *key, bool *sender_is_low)
{
    const uint8_t *from = segment->src, *to = segment_destination(segment);
    uint64_t src = big_endian(from), dst = big_endian(to);
    if (src == dst) {
        src = big_endian(from + 8);
        dst = big_endian(to + 8);
    }
    bool low = src != dst ? src < dst : segment->src_port <= segment->dst_port;
    memset(key, 0, sizeof *key);
    memcpy(key->low, low ? from : to, sizeof key->low);
    memcpy(key->high, low ? to : from, sizeof key->high);
    key->low_port = low ? segment->src_port : segment->dst_port;
    key->high_port = low ? segment->dst_port : segment->src_port;
    key->ip_version = segment->ip_version;
    *sender_is_low = low;
}

int flow_key_compare(const struct flow_key *a, const struct flow_key *b)
{
    int difference = memcmp(a->low, b->low, sizeof a->low);
    if (difference == 0)
        difference = memcmp(a->high, b->high, sizeof a->high);
    if (difference == 0)
        difference = a->low_port - b->low_port;
    if (difference == 0)
        difference = a->high_port - b->high_port;
    return difference ? difference : a->ip_version - b->ip_version;
}

bool end_points_set(struct end_points *ends, const struct flow_key *key, struct arena *arena,
                    struct fault *fault)
{
    ends->port[LOW] = key->low_port;
    ends->port[HIGH] = key->high_port;
    ends->ip_version = key->ip_version;
    if (key->ip_version == 4) {
        memcpy(ends->ipv4[LOW], key->low, sizeof ends->ipv4[LOW]);
        memcpy(ends->ipv4[HIGH], key->high, sizeof ends->ipv4[HIGH]);
        return true;
    }
    uint8_t(*addresses)[16] = arena_allocate(arena, 2 * sizeof *addresses, fault);
    if (!addresses)
        return false;
    memcpy(addresses[LOW], key->low, sizeof key->low);
    memcpy(addresses[HIGH], key->high, sizeof key->high);
    ends->ipv6 = (const uint8_t(*)[16])addresses;
    return true;
}

bool end_points_are(const struct end_points *ends, const struct flow_key *key)
{
    if (ends->port[LOW] != key->low_port || ends->port[HIGH] != key->high_port ||
        ends->ip_version != key->ip_version)
        return false;
    if (key->ip_version == 4)
        return memcmp(ends->ipv4[LOW], key->low, sizeof ends->ipv4[LOW]) == 0 &&
               memcmp(ends->ipv4[HIGH], key->high, sizeof ends->ipv4[HIGH]) == 0;
    return memcmp(ends->ipv6[LOW], key->low, sizeof key->low) == 0 &&
           memcmp(ends->ipv6[HIGH], key->high, sizeof key->high) == 0;
}

struct flow_key end_points_key(const struct end_points *ends)
{
    struct flow_key key = {
        .low_port = ends->port[LOW],
        .high_port = ends->port[HIGH],
        .ip_version = ends->ip_version,
    };
    bool is_ipv4 = ends->ip_version == 4;
    size_t size = is_ipv4 ? sizeof ends->ipv4[0] : sizeof ends->ipv6[0];
    memcpy(key.low, is_ipv4 ? ends->ipv4[LOW] : ends->ipv6[LOW], size);
    memcpy(key.high, is_ipv4 ? ends->ipv4[HIGH] : ends->ipv6[HIGH], size);
    return key;
}
