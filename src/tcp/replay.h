/* The segments of some connections of a finished trace, read again: from the blocks where they are,
 * or, where there is no index or no way back in a file, from the whole.  Of the others, those that
 * have a preview are not decoded.
 *
 * What is judged of them is what the first pass judged: a connection's analysis needs nothing but
 * its own segments. */
#ifndef TCP_REPLAY_H
#define TCP_REPLAY_H

#include "tcp/trace.h"

struct replay;

/* Whether a replay reads only where the segments are; else it reads the whole. */
bool replay_can_jump(const struct trace *trace);

/* connections: `count` indices, none twice; of those that share their end points, all between the
 * first and the last one.  The trace is retained.  hash_key as for grouping_open.  NULL with a
 * fault. */
struct replay *replay_open(struct trace *trace, const uint32_t *connections, size_t count,
                           const struct segment_stream_options *options, const uint64_t hash_key[2],
                           struct memory *memory, struct fault *fault);
void replay_close(struct replay *replay);

/* Fills the batch with the next segments of the connections and verdicts with what is said of them;
 * verdicts is NULL if nobody asks, always or never.  The batch may hold none; at_end tells the end.
 * False with a fault, which comes after the segments before it. */
bool replay_fill(struct replay *replay, struct segment_batch *batch, struct verdict *verdicts,
                 struct fault *fault);

#endif
