/* The two end points of a connection, in a fixed order, so that both directions have the same. */
#ifndef TCP_END_POINTS_H
#define TCP_END_POINTS_H

#include "packet/segment.h"
#include "tcp/arena.h"

/* For what is known of each, as an index. */
enum end_point { LOW, HIGH };

/* In full, to compare and to show.  IPv4 uses the first four bytes of an address, the rest is 0. */
struct flow_key {
    uint8_t low[16], high[16];
    uint16_t low_port, high_port;
    uint8_t ip_version;
};

/* The key of a segment's end points; *sender_is_low says which of them sent it. */
void flow_key_of(const struct segment *segment, struct flow_key *key, bool *sender_is_low);

/* Below 0, 0 or above 0: some order of all keys. */
int flow_key_compare(const struct flow_key *a, const struct flow_key *b);

/* The same in little space, for there are many: IPv6 addresses lie elsewhere. */
struct end_points {
    union {
        uint8_t ipv4[2][4];
        const uint8_t (*ipv6)[16];
    };
    uint16_t port[2];
    uint8_t ip_version; /* 0: none are set */
};

/* Sets them; IPv6 addresses are copied into the arena.  False with a fault. */
bool end_points_set(struct end_points *ends, const struct flow_key *key, struct arena *arena,
                    struct fault *fault);

bool end_points_are(const struct end_points *ends, const struct flow_key *key);

struct flow_key end_points_key(const struct end_points *ends);

#endif
