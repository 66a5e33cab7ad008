/* All connections of a data set, and which of them a segment belongs to.
 *
 * Connections are found by their unordered pair of end points (tshark's tcp.stream;
 * docs/analysis.md) and numbered in order of their first segment.  Batches are taken whole: first
 * all hashes, then all look-ups, then the updates, so that the waits for memory overlap. */
#ifndef TCP_TRACKER_H
#define TCP_TRACKER_H

#include "packet/segment_stream.h"
#include "tcp/connection.h"
#include "tcp/flow_table.h"

struct tracker;

/* hash_key: random numbers, so that nobody can aim collisions at the table.  files: how many the
 * data set has. */
struct tracker *tracker_open(const uint64_t hash_key[2], size_t files, struct memory *memory,
                             struct fault *fault);
void tracker_close(struct tracker *tracker);

/* The first connection replaces one that this tracker has not seen. */
void tracker_begin_with_reuse(struct tracker *tracker);

/* Takes a batch.  verdicts[i] receives what is said of segment i; NULL if nobody asks.  False with
 * a fault. */
bool tracker_take(struct tracker *tracker, const struct segment_batch *batch,
                  struct verdict *verdicts, struct fault *fault);

size_t tracker_count(const struct tracker *tracker);
const struct connection *tracker_connection(const struct tracker *tracker, size_t index);

/* How many connections have a segment in a file of the data set. */
uint64_t tracker_file_connections(const struct tracker *tracker, size_t file);

#endif
