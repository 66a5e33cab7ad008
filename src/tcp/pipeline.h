/* Reading and analysis side by side.
 *
 * One thread reads and decodes batches, the caller's takes them; a bounded queue lies between them.
 * Where a second thread would not pay, the caller's thread does both in turn: the result is the
 * same.  No thread outlives the call. */
#ifndef TCP_PIPELINE_H
#define TCP_PIPELINE_H

#include "packet/segment_stream.h"

/* Takes a batch, on the caller's thread, in order.  False with a fault ends the run. */
typedef bool pipeline_take(void *context, const struct segment_batch *batch, struct fault *fault);

/* Hands all batches of the stream to `take`.  False with a fault from the stream or from `take`. */
bool pipeline_run(struct segment_stream *stream, bool two_threads, pipeline_take *take,
                  void *context, struct memory *memory, struct fault *fault);

#endif
