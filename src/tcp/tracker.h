/* All connections of a data set: what is learnt of each from its segments. */
#ifndef TCP_TRACKER_H
#define TCP_TRACKER_H

#include "tcp/connection.h"

struct tracker;

/* files: how many the data set has. */
struct tracker *tracker_open(size_t files, struct memory *memory, struct fault *fault);
void tracker_close(struct tracker *tracker);

/* Takes a batch and what grouping said of it.  verdicts[i] receives what is said of segment i; NULL
 * if nobody asks.  False with a fault. */
bool tracker_take(struct tracker *tracker, const struct segment_batch *batch,
                  const struct assignment *assignments, struct verdict *verdicts,
                  struct fault *fault);

size_t tracker_count(const struct tracker *tracker);
const struct connection *tracker_connection(const struct tracker *tracker, size_t index);

/* How many connections have a segment in a file of the data set. */
uint64_t tracker_file_connections(const struct tracker *tracker, size_t file);

#endif
