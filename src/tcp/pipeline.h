/* Batch after batch of a stream, read ahead by a second thread.
 *
 *     struct pipeline *pipeline = pipeline_open(stream, two_threads, memory, fault);
 *     const struct segment_batch *batch;
 *     do {
 *         batch = pipeline_next(pipeline, fault);
 *         …
 *     } while (batch && !batch->at_end);
 *     pipeline_close(pipeline);
 *
 * The first packets are read on the caller's thread: who wants no more never starts another.  After
 * PIPELINE_ALONE packets a thread reads and decodes batches into a bounded queue, from which the
 * caller's takes them.  It is joined at the end, at a fault, and at the latest in pipeline_close.
 * Where it would not pay or cannot start, the caller's thread goes on alone: the result is the
 * same. */
#ifndef TCP_PIPELINE_H
#define TCP_PIPELINE_H

#include "packet/segment_stream.h"

/* A quarter of a millisecond of reading: as long as it takes to start a thread. */
enum { PIPELINE_ALONE = 4096 };

struct pipeline;

/* The stream and the memory are borrowed.  two_threads: there is a second processor to read with,
 * and no payload is to be kept.  While the thread runs, memory->stop is the pipeline's own; its
 * former value is asked on the caller's thread, while that waits.  NULL with a fault. */
struct pipeline *pipeline_open(struct segment_stream *stream, bool two_threads,
                               struct memory *memory, struct fault *fault);
void pipeline_close(struct pipeline *pipeline);

/* The next batch, which stays until the next call; nothing may be asked after one that is at_end.
 * NULL with a fault: it comes after the segments before it, and again for who asks again. */
const struct segment_batch *pipeline_next(struct pipeline *pipeline, struct fault *fault);

#endif
