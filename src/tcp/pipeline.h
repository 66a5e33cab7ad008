/* Batch after batch of a stream, read ahead by a second thread.
 *
 *     struct pipeline *pipeline = pipeline_open(stream, work, two_threads, memory, fault);
 *     const struct grouped_batch *batch;
 *     do {
 *         batch = pipeline_next(pipeline, fault);
 *         …
 *     } while (batch && !batch->read.at_end);
 *     pipeline_close(pipeline);
 *
 * The first packets are read on the caller's thread: who wants no more never starts another.  After
 * PIPELINE_ALONE packets a thread reads and decodes batches into a bounded queue, from which the
 * caller's takes them.  The reading thread groups them, too, unless the caller waits for it; the
 * work aside does whichever of the two would wait otherwise.  The thread is joined at the end, at a
 * fault, and at the latest in pipeline_close.  Where it would not pay or cannot start, the caller's
 * thread goes on alone: the result is the same.
 */
#ifndef TCP_PIPELINE_H
#define TCP_PIPELINE_H

#include "tcp/grouping.h"

/* A quarter of a millisecond of reading: as long as it takes to start a thread. */
enum { PIPELINE_ALONE = 4096 };

struct grouped_batch {
    struct segment_batch read;
    struct assignment assignments[SEGMENT_BATCH_MAX]; /* if there is a grouping */
};

/* What is done with batches before they are handed out. */
struct pipeline_work {
    struct grouping *grouping; /* NULL: nobody asks for connections */
    /* Takes every batch, in order, and needs nothing of what the caller does with the batches
     * before: the thread that would wait otherwise does it.  NULL: there is no such work. */
    bool (*aside)(void *context, const struct grouped_batch *batch, struct fault *fault);
    void *context;
};

struct pipeline;

/* Stream, memory and what the work names are borrowed.  two_threads: there is a second processor to
 * read with, and no payload is to be kept.  While the thread runs, memory->stop is the pipeline's
 * own; its former value is asked on the caller's thread, while that waits.  NULL with a fault. */
struct pipeline *pipeline_open(struct segment_stream *stream, const struct pipeline_work *work,
                               bool two_threads, struct memory *memory, struct fault *fault);
void pipeline_close(struct pipeline *pipeline);

/* The next batch, which stays until the next call; nothing may be asked after one that is at_end.
 * NULL with a fault: it comes after the segments before it, and again for who asks again. */
const struct grouped_batch *pipeline_next(struct pipeline *pipeline, struct fault *fault);

#endif
