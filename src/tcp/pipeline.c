#include "tcp/pipeline.h"

#include <pthread.h>
#include <time.h>

/* Batches in flight: enough to ride out the unevenness of reading, few enough to stay in the cache.
 * A reader that finds the queue full sleeps until half of it is taken: to be woken costs as much as
 * to read a batch. */
enum { QUEUE_LENGTH = 16, QUEUE_RESUME = QUEUE_LENGTH / 2 };

/* A wait in between two questions whether to stop: unnoticed by people, rare for a processor. */
enum { WAIT_NS = 10 * 1000 * 1000, NS_PER_SECOND = 1000 * 1000 * 1000 };

struct queue {
    struct segment_stream *stream;
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied;
    unsigned first, count; /* batches that wait to be taken */
    bool is_cancelled;     /* nobody takes any more */
    struct stop stop;      /* whom the caller's thread asks while it waits */
    bool has_failed;       /* the last batch that waits is followed by the fault */
    struct fault fault;
    struct segment_batch batches[QUEUE_LENGTH];
};

static bool run_alone(struct segment_stream *stream, pipeline_take *take, void *context,
                      struct memory *memory, struct fault *fault)
{
    struct segment_batch *batch = memory_allocate(memory, sizeof *batch, fault);
    if (!batch)
        return false;
    bool is_fine;
    do
        is_fine = segment_stream_fill(stream, batch, fault) && take(context, batch, fault);
    while (is_fine && !batch->at_end);
    memory_release(memory, batch, sizeof *batch);
    return is_fine;
}

/* Waits for a free place; NULL if nobody takes any more. */
static struct segment_batch *wait_for_place(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    if (queue->count == QUEUE_LENGTH)
        while (queue->count > QUEUE_RESUME && !queue->is_cancelled)
            pthread_cond_wait(&queue->emptied, &queue->lock);
    unsigned place = (queue->first + queue->count) % QUEUE_LENGTH;
    bool is_cancelled = queue->is_cancelled;
    pthread_mutex_unlock(&queue->lock);
    return is_cancelled ? NULL : &queue->batches[place];
}

/* What the reading thread asks in the caller's stead, whom only the caller's own thread may ask. */
static bool is_cancelled(void *context)
{
    struct queue *queue = context;
    pthread_mutex_lock(&queue->lock);
    bool is_cancelled = queue->is_cancelled;
    pthread_mutex_unlock(&queue->lock);
    return is_cancelled;
}

/* The reading thread. */
static void *read_batches(void *context)
{
    struct queue *queue = context;
    bool goes_on = true;
    while (goes_on) {
        struct segment_batch *batch = wait_for_place(queue);
        if (!batch)
            break;
        bool is_fine = segment_stream_fill(queue->stream, batch, &queue->fault);
        goes_on = is_fine && !batch->at_end;
        pthread_mutex_lock(&queue->lock);
        queue->has_failed = !is_fine;
        if (queue->count++ == 0)
            pthread_cond_signal(&queue->filled);
        pthread_mutex_unlock(&queue->lock);
    }
    return NULL;
}

/* Waits for a batch or the end of `wait`.  The lock is held. */
static void wait_for_batch(struct queue *queue)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end); /* the clock of pthread_cond_timedwait */
    end.tv_nsec += WAIT_NS;
    end.tv_sec += end.tv_nsec / NS_PER_SECOND;
    end.tv_nsec %= NS_PER_SECOND;
    pthread_cond_timedwait(&queue->filled, &queue->lock, &end);
}

/* Waits until a batch is there; false with a fault if instead of it comes a fault of reading, or
 * the wish to stop. */
static bool wait_for_next(struct queue *queue, struct fault *fault)
{
    bool is_stopped = false, has_failed;
    pthread_mutex_lock(&queue->lock);
    while (queue->count == 0 && !is_stopped) {
        wait_for_batch(queue);
        if (queue->count == 0) {
            pthread_mutex_unlock(&queue->lock);
            is_stopped = stop_is_wanted(&queue->stop);
            pthread_mutex_lock(&queue->lock);
        }
    }
    has_failed = queue->has_failed && queue->count == 1;
    queue->is_cancelled = is_stopped;
    pthread_mutex_unlock(&queue->lock);
    if (has_failed)
        *fault = queue->fault;
    return !has_failed && (!is_stopped || fault_stopped(fault));
}

/* Waits for the next batch and takes it; *at_end tells that it was the last. */
static bool take_next(struct queue *queue, pipeline_take *take, void *context, bool *at_end,
                      struct fault *fault)
{
    if (!wait_for_next(queue, fault))
        return false;
    const struct segment_batch *batch = &queue->batches[queue->first];
    *at_end = batch->at_end;
    bool is_fine = take(context, batch, fault);
    pthread_mutex_lock(&queue->lock);
    queue->first = (queue->first + 1) % QUEUE_LENGTH;
    queue->count--;
    queue->is_cancelled = !is_fine;
    if (queue->count == QUEUE_RESUME || !is_fine)
        pthread_cond_signal(&queue->emptied);
    pthread_mutex_unlock(&queue->lock);
    return is_fine;
}

static bool run_pair(struct queue *queue, pipeline_take *take, void *context, struct memory *memory,
                     struct fault *fault)
{
    pthread_t reader;
    queue->stop = memory->stop;
    memory->stop = (struct stop){is_cancelled, queue};
    bool is_pair = pthread_create(&reader, NULL, read_batches, queue) == 0;
    bool at_end = false, is_fine = true;
    while (is_pair && is_fine && !at_end)
        is_fine = take_next(queue, take, context, &at_end, fault);
    if (is_pair)
        pthread_join(reader, NULL);
    memory->stop = queue->stop;
    return is_pair ? is_fine : run_alone(queue->stream, take, context, memory, fault);
}

bool pipeline_run(struct segment_stream *stream, bool two_threads, pipeline_take *take,
                  void *context, struct memory *memory, struct fault *fault)
{
    if (!two_threads)
        return run_alone(stream, take, context, memory, fault);
    struct queue *queue = memory_allocate(memory, sizeof *queue, fault);
    if (!queue)
        return false;
    queue->stream = stream;
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->filled, NULL);
    pthread_cond_init(&queue->emptied, NULL);
    bool is_fine = run_pair(queue, take, context, memory, fault);
    pthread_cond_destroy(&queue->emptied);
    pthread_cond_destroy(&queue->filled);
    pthread_mutex_destroy(&queue->lock);
    memory_release(memory, queue, sizeof *queue);
    return is_fine;
}
