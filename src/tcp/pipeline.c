#include "tcp/pipeline.h"

#include <pthread.h>
#include <time.h>
#include <unistd.h>

/* Batches in flight: enough to ride out the unevenness of reading, few enough to stay in the cache.
 * Who finds the queue full, or empty, sleeps until it is half full: to be woken costs as much as to
 * read a batch. */
enum { QUEUE_LENGTH = 16, QUEUE_RESUME = QUEUE_LENGTH / 2 };

/* A wait in between two questions whether to stop: unnoticed by people, rare for a processor. */
enum { WAIT_NS = 10 * 1000 * 1000, NS_PER_SECOND = 1000 * 1000 * 1000 };

/* Between the two threads. */
struct queue {
    const struct pipeline *pipeline; /* whose stream is read, and whose work is done */
    pthread_t reader;
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied;
    unsigned first, count; /* batches that wait to be taken, and the one that is in use */
    unsigned worked;       /* how many of them have seen the work aside */
    bool is_working;       /* one of the threads is at the work aside of the next one */
    bool has_ended;        /* the reader puts no more */
    bool is_cancelled;     /* nobody takes any more */
    bool has_failed;       /* what waits is followed by the fault */
    bool has_work_failed;  /* the work aside ended with the fault */
    struct fault fault;
    struct grouped_batch batches[QUEUE_LENGTH];
};

struct pipeline {
    struct segment_stream *stream;
    struct pipeline_work work;
    struct memory *memory;
    struct stop stop; /* whom the caller's thread asks while it waits */
    bool may_start_reader;
    bool has_reader;
    pid_t process;       /* that the reader is in: a forked child has none to wait for */
    bool has_failed;     /* the fault comes next */
    bool is_in_use;      /* the first batch of the queue has been handed out */
    uint64_t packets;    /* read on the caller's thread */
    struct queue *queue; /* NULL until there is a reader */
    struct fault fault;
    struct grouped_batch batch; /* what the caller's thread reads */
};

/* ---- the work ---- */

/* Reads a batch and groups it.  False with a fault: what came before it is in the batch. */
static bool read_batch(const struct pipeline *pipeline, struct grouped_batch *batch,
                       struct fault *fault)
{
    struct grouping *grouping = pipeline->work.grouping;
    bool is_read = segment_stream_fill(pipeline->stream, &batch->read, fault);
    if (!grouping)
        return is_read;
    struct fault grouping_fault;
    if (grouping_take(grouping, &batch->read, batch->assignments, &grouping_fault))
        return is_read;
    *fault = grouping_fault;
    batch->read.count = 0;
    batch->read.at_end = false;
    return false;
}

static bool work_aside(const struct pipeline_work *work, const struct grouped_batch *batch,
                       struct fault *fault)
{
    return !work->aside || work->aside(work->context, batch, fault);
}

/* Works aside on the first batch that has not seen it; false if there is none, or if the other
 * thread is at it.  The lock is held, but not meanwhile. */
static bool work_on_next(struct queue *queue)
{
    if (queue->worked == queue->count || queue->is_working || queue->has_work_failed)
        return false;
    const struct grouped_batch *batch =
        &queue->batches[(queue->first + queue->worked) % QUEUE_LENGTH];
    struct fault fault;
    queue->is_working = true;
    pthread_mutex_unlock(&queue->lock);
    bool is_fine = work_aside(&queue->pipeline->work, batch, &fault);
    pthread_mutex_lock(&queue->lock);
    queue->is_working = false;
    queue->worked++;
    if (!is_fine) {
        queue->has_work_failed = true;
        queue->fault = fault;
    }
    pthread_cond_signal(&queue->filled);
    return true;
}

/* ---- the reading thread ---- */

/* Waits for a free place, or works meanwhile; NULL if nobody takes any more. */
static struct grouped_batch *wait_for_place(struct queue *queue)
{
    pthread_mutex_lock(&queue->lock);
    while (queue->count == QUEUE_LENGTH && !queue->is_cancelled && work_on_next(queue))
        continue;
    if (queue->count == QUEUE_LENGTH)
        while (queue->count > QUEUE_RESUME && !queue->is_cancelled)
            pthread_cond_wait(&queue->emptied, &queue->lock);
    unsigned place = (queue->first + queue->count) % QUEUE_LENGTH;
    bool is_cancelled = queue->is_cancelled;
    pthread_mutex_unlock(&queue->lock);
    return is_cancelled ? NULL : &queue->batches[place];
}

/* Puts the batch that was filled; of one that failed, what came before the fault. */
static void put(struct queue *queue, const struct fault *fault, bool has_ended)
{
    pthread_mutex_lock(&queue->lock);
    queue->count++;
    queue->has_ended = has_ended;
    if (fault && !queue->has_work_failed) {
        queue->has_failed = true;
        queue->fault = *fault;
    }
    if (queue->count == QUEUE_RESUME || has_ended)
        pthread_cond_signal(&queue->filled);
    pthread_mutex_unlock(&queue->lock);
}

static void *read_batches(void *context)
{
    struct queue *queue = context;
    bool has_ended = false;
    while (!has_ended) {
        struct grouped_batch *batch = wait_for_place(queue);
        if (!batch)
            break;
        struct fault fault;
        bool has_failed = !read_batch(queue->pipeline, batch, &fault);
        has_ended = has_failed || batch->read.at_end;
        put(queue, has_failed ? &fault : NULL, has_ended);
    }
    return NULL;
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

/* ---- the caller's thread ---- */

static void close_queue(struct pipeline *pipeline)
{
    struct queue *queue = pipeline->queue;
    if (!queue)
        return;
    pthread_cond_destroy(&queue->emptied);
    pthread_cond_destroy(&queue->filled);
    pthread_mutex_destroy(&queue->lock);
    memory_release(pipeline->memory, queue, sizeof *queue);
    pipeline->queue = NULL;
}

/* Tries once. */
static void start_reader(struct pipeline *pipeline)
{
    struct fault no_queue; /* it is a convenience */
    pipeline->may_start_reader = false;
    struct queue *queue = memory_allocate(pipeline->memory, sizeof *queue, &no_queue);
    if (!queue)
        return;
    pipeline->queue = queue;
    queue->pipeline = pipeline;
    pthread_mutex_init(&queue->lock, NULL);
    pthread_cond_init(&queue->filled, NULL);
    pthread_cond_init(&queue->emptied, NULL);
    pipeline->stop = pipeline->memory->stop;
    pipeline->memory->stop = (struct stop){is_cancelled, queue};
    pipeline->process = getpid();
    pipeline->has_reader = pthread_create(&queue->reader, NULL, read_batches, queue) == 0;
    if (pipeline->has_reader)
        return;
    pipeline->memory->stop = pipeline->stop;
    close_queue(pipeline);
}

static void join_reader(struct pipeline *pipeline)
{
    struct queue *queue = pipeline->queue;
    if (!pipeline->has_reader || pipeline->process != getpid())
        return;
    pthread_mutex_lock(&queue->lock);
    queue->is_cancelled = true;
    pthread_cond_signal(&queue->emptied);
    pthread_mutex_unlock(&queue->lock);
    pthread_join(queue->reader, NULL);
    pipeline->memory->stop = pipeline->stop;
    pipeline->has_reader = false;
}

/* Gives back the batch that is in use.  The lock is held. */
static void drop_first(struct queue *queue)
{
    queue->first = (queue->first + 1) % QUEUE_LENGTH;
    queue->count--;
    queue->worked--;
    if (queue->count == QUEUE_RESUME)
        pthread_cond_signal(&queue->emptied);
}

/* Waits until the queue is worth waking up for, or for WAIT_NS.  The lock is held. */
static void wait_for_batches(struct queue *queue)
{
    struct timespec end;
    clock_gettime(CLOCK_REALTIME, &end); /* the clock of pthread_cond_timedwait */
    end.tv_nsec += WAIT_NS;
    end.tv_sec += end.tv_nsec / NS_PER_SECOND;
    end.tv_nsec %= NS_PER_SECOND;
    int error = 0;
    while (error == 0 && queue->count < QUEUE_RESUME && !queue->has_ended)
        error = pthread_cond_timedwait(&queue->filled, &queue->lock, &end);
}

/* Waits until a batch is there; false if the caller is to stop. */
static bool wait_for_first(struct pipeline *pipeline)
{
    struct queue *queue = pipeline->queue;
    bool is_stopped = false;
    while (queue->count == 0 && !is_stopped) {
        wait_for_batches(queue);
        if (queue->count == 0) {
            pthread_mutex_unlock(&queue->lock);
            is_stopped = stop_is_wanted(&pipeline->stop);
            pthread_mutex_lock(&queue->lock);
        }
    }
    return !is_stopped;
}

/* Sees to it that the first batch has seen the work aside; false if that failed. */
static bool finish_first(struct queue *queue)
{
    while (queue->worked == 0 && !queue->has_work_failed)
        if (!work_on_next(queue))
            pthread_cond_wait(&queue->filled, &queue->lock);
    return !queue->has_work_failed;
}

/* The first batch of the queue; NULL if the caller is to stop, or if the work aside failed. */
static const struct grouped_batch *take_first(struct pipeline *pipeline)
{
    struct queue *queue = pipeline->queue;
    pthread_mutex_lock(&queue->lock);
    if (pipeline->is_in_use)
        drop_first(queue);
    bool is_stopped = !wait_for_first(pipeline);
    pipeline->is_in_use = !is_stopped && finish_first(queue);
    bool is_last = queue->count == 1 && queue->has_ended;
    if (!pipeline->is_in_use || (is_last && queue->has_failed)) {
        pipeline->has_failed = true;
        pipeline->fault = queue->fault;
    }
    pthread_mutex_unlock(&queue->lock);
    if (is_stopped)
        fault_stopped(&pipeline->fault);
    if (is_last)
        join_reader(pipeline);
    return pipeline->is_in_use ? &queue->batches[queue->first] : NULL;
}

static const struct grouped_batch *read_alone(struct pipeline *pipeline)
{
    struct grouped_batch *batch = &pipeline->batch;
    struct fault *fault = &pipeline->fault;
    pipeline->has_failed = !read_batch(pipeline, batch, fault);
    pipeline->packets += batch->read.packets;
    if (work_aside(&pipeline->work, batch, fault))
        return batch;
    pipeline->has_failed = true;
    return NULL;
}

const struct grouped_batch *pipeline_next(struct pipeline *pipeline, struct fault *fault)
{
    const struct grouped_batch *batch = NULL;
    if (pipeline->may_start_reader && pipeline->packets >= PIPELINE_ALONE)
        start_reader(pipeline);
    if (!pipeline->has_failed)
        batch = pipeline->queue ? take_first(pipeline) : read_alone(pipeline);
    if (batch && (batch->read.count > 0 || !pipeline->has_failed))
        return batch;
    *fault = pipeline->fault;
    return NULL;
}

struct pipeline *pipeline_open(struct segment_stream *stream, const struct pipeline_work *work,
                               bool two_threads, struct memory *memory, struct fault *fault)
{
    struct pipeline *pipeline = memory_allocate(memory, sizeof *pipeline, fault);
    if (!pipeline)
        return NULL;
    pipeline->stream = stream;
    pipeline->work = *work;
    pipeline->memory = memory;
    pipeline->may_start_reader = two_threads;
    return pipeline;
}

void pipeline_close(struct pipeline *pipeline)
{
    if (!pipeline)
        return;
    join_reader(pipeline);
    if (!pipeline->has_reader)
        close_queue(pipeline);
    memory_release(pipeline->memory, pipeline, sizeof *pipeline);
}
