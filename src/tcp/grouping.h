/* Which connection a segment belongs to, and where its relative numbers begin.
 *
 * A connection is a pair of end points, and a new one begins with a SYN that has another sequence
 * number than the one before (tshark's tcp.stream; docs/analysis.md).  Connections are numbered in
 * order of their first segment.
 *
 * This needs nothing of what the analysis learns of connections, so that it can run ahead in
 * another thread. */
#ifndef TCP_GROUPING_H
#define TCP_GROUPING_H

#include "packet/segment_stream.h"
#include "tcp/flow_table.h"

/* The two sides of a connection, as indices.  Its first segment decides who the client is, once and
 * for all. */
enum side { CLIENT, SERVER };

/* What is special about a segment among those of its connection. */
enum grouping_event {
    GROUPING_FIRST = 1,   /* it is the first one */
    GROUPING_REUSE = 2,   /* … and the connection replaces another one of the same end points */
    GROUPING_SYN = 4,     /* a SYN of a side whose initial sequence number was known */
    GROUPING_REBASED = 8, /* a SYN+ACK that gives its sender another initial sequence number */
};

/* What grouping says of a segment. */
struct assignment {
    uint32_t connection; /* index; the connection_id less 1 */
    uint32_t base[2]; /* initial sequence numbers, 0 while not known: the sender's, the other's */
    bool has_connection; /* false if too little of the header was captured: then all else is 0 */
    uint8_t side;        /* enum side: who sent it */
    uint8_t events;      /* enum grouping_event */
};

/* For the index of assignment.base. */
enum { SENDER, RECEIVER };

struct grouping;

/* hash_key: as for flow_table_open. */
struct grouping *grouping_open(const uint64_t hash_key[2], struct memory *memory,
                               struct fault *fault);
void grouping_close(struct grouping *grouping);

/* Takes a batch; assignments[i] receives what is said of segment i.  Batches are taken whole: first
 * all hashes, then the look-ups, so that the waits for memory overlap.  False with a fault. */
bool grouping_take(struct grouping *grouping, const struct segment_batch *batch,
                   struct assignment *assignments, struct fault *fault);

/* Whether the end points of some segment do not tell its connection: too little of its header was
 * captured, or it is routed. */
bool grouping_had_strays(const struct grouping *grouping);

#endif
