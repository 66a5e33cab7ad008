#include "tcp/pipeline.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>
#include <unistd.h>

/* Batches in flight: enough to ride out the unevenness of reading, few enough to stay in the cache.
 * Who finds the queue full, or empty, sleeps until it is half full: to be woken costs as much as to
 * read a batch. */
enum { QUEUE_LENGTH = 16, QUEUE_RESUME = QUEUE_LENGTH / 2 };

/* How often who waits looks whether that is over before it sleeps: most waits are shorter than it
 * takes to be woken. */
enum { LOOKS = 100 };

/* A wait in between two questions whether to stop: unnoticed by people, rare for a processor. */
enum { WAIT_NS = 10 * 1000 * 1000, NS_PER_SECOND = 1000 * 1000 * 1000 };

/* What is done with every batch before it is handed out, one batch after the other, by either
 * thread. */
enum stage { GROUPING, WORK_ASIDE, STAGES };

struct stage_state {
    unsigned done;   /* how many batches of the queue have it behind them */
    bool is_busy;    /* one of the threads is at the next one */
    bool has_failed; /* the next one could not be done: stage_fault */
};

/* Between the two threads.  Memory that the other thread has read is slow to write, and slowest
 * piece by piece: the reading thread decodes into a batch of its own and copies it into its place.
 */
struct queue {
    const struct pipeline *pipeline; /* whose stream is read, and whose work is done */
    pthread_t reader;
    pthread_mutex_t lock;
    pthread_cond_t filled, emptied;
    unsigned first, count; /* batches that wait to be taken, and the one that is in use */
    struct stage_state stages[STAGES];
    bool reader_is_late; /* the caller has waited since the queue was full: it groups, too */
    bool has_ended;      /* the reader puts no more */
    bool is_cancelled;   /* nobody takes any more */
    bool has_failed;     /* what waits is followed by the fault */
    struct fault fault;
    struct fault stage_fault;
    struct grouped_batch own; /* the reading thread's, until it is put */
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

/* The i-th place of the queue. */
static struct grouped_batch *place_in(struct queue *queue, unsigned i)
{
    return &queue->batches[(queue->first + i) % QUEUE_LENGTH];
}

/* ---- the work ---- */

static bool do_stage(const struct pipeline_work *work, enum stage stage,
                     struct grouped_batch *batch, struct fault *fault)
{
    if (stage == GROUPING)
        return !work->grouping ||
               grouping_take(work->grouping, &batch->read, batch->assignments, fault);
    return !work->aside || work->aside(work->context, batch, fault);
}

static bool stage_is_free(const struct stage_state *state)
{
    return !state->is_busy && !state->has_failed;
}

/* Does the stage with its next batch; false if it failed.  The lock is held, but not meanwhile. */
static bool do_next(struct queue *queue, enum stage stage, struct grouped_batch *batch)
{
    struct stage_state *state = &queue->stages[stage];
    struct fault fault;
    state->is_busy = true;
    pthread_mutex_unlock(&queue->lock);
    bool is_done = do_stage(&queue->pipeline->work, stage, batch, &fault);
    pthread_mutex_lock(&queue->lock);
    state->is_busy = false;
    if (!is_done) {
        state->has_failed = true;
        queue->stage_fault = fault;
    }
    return is_done;
}

/* Does the stage with the next batch of the queue that is ready for it; false if there is none, or
 * if the other thread is at it.  The lock is held, but not meanwhile. */
static bool advance(struct queue *queue, enum stage stage)
{
    struct stage_state *state = &queue->stages[stage];
    unsigned ready = stage == GROUPING ? queue->count : queue->stages[stage - 1].done;
    if (state->done == ready || !stage_is_free(state))
        return false;
    bool is_done = do_next(queue, stage, place_in(queue, state->done));
    state->done += is_done; /* only now: meanwhile the caller may have dropped a batch */
    pthread_cond_signal(&queue->filled);
    return true;
}

static bool advance_any(struct queue *queue)
{
    return advance(queue, WORK_ASIDE) || advance(queue, GROUPING);
}

/* Lets the other thread go on for a moment, without the lock; false if there were enough of those,
 * and it is better to sleep. */
static bool may_look_again(struct queue *queue, int *looks)
{
    if (*looks == LOOKS)
        return false;
    ++*looks;
    pthread_mutex_unlock(&queue->lock);
    sched_yield();
    pthread_mutex_lock(&queue->lock);
    return true;
}

/* ---- the reading thread ---- */

static bool is_full(const struct queue *queue)
{
    return queue->count == QUEUE_LENGTH && !queue->is_cancelled;
}

/* Waits for a free place, or works meanwhile; false if nobody takes any more. */
static bool wait_for_place(struct queue *queue)
{
    int looks = 0;
    pthread_mutex_lock(&queue->lock);
    while (is_full(queue) && (advance_any(queue) || may_look_again(queue, &looks)))
        continue;
    if (is_full(queue))
        while (queue->count > QUEUE_RESUME && !queue->is_cancelled)
            pthread_cond_wait(&queue->emptied, &queue->lock);
    bool is_cancelled = queue->is_cancelled;
    pthread_mutex_unlock(&queue->lock);
    return !is_cancelled;
}

/* Groups the reading thread's batch, unless one before it is not grouped yet or the caller has the
 * time for it; whether it did.  The lock is held, but not meanwhile. */
static bool group_own(struct queue *queue)
{
    const struct stage_state *state = &queue->stages[GROUPING];
    return !queue->reader_is_late && state->done == queue->count && stage_is_free(state) &&
           do_next(queue, GROUPING, &queue->own);
}

static void copy_batch(struct grouped_batch *to, const struct grouped_batch *from, bool is_grouped)
{
    size_t count = from->read.count;
    memcpy(&to->read, &from->read,
           offsetof(struct segment_batch, segments) + count * sizeof *from->read.segments);
    if (is_grouped)
        memcpy(to->assignments, from->assignments, count * sizeof *from->assignments);
}

/* Puts the batch that was filled, and groups it unless the caller is faster; of one that failed,
 * what came before the fault.  There is a place for it. */
static void put(struct queue *queue, const struct fault *fault, bool has_ended)
{
    pthread_mutex_lock(&queue->lock);
    bool is_grouped = group_own(queue);
    struct grouped_batch *place = place_in(queue, queue->count);
    pthread_mutex_unlock(&queue->lock);
    copy_batch(place, &queue->own, is_grouped);
    pthread_mutex_lock(&queue->lock);
    queue->count++;
    queue->stages[GROUPING].done += is_grouped;
    queue->has_ended = has_ended;
    if (queue->count == QUEUE_LENGTH)
        queue->reader_is_late = false;
    if (fault) {
        queue->has_failed = true;
        queue->fault = *fault;
    }
    if (queue->count == QUEUE_RESUME || has_ended)
        pthread_cond_signal(&queue->filled);
    while (!queue->reader_is_late && !queue->is_cancelled && advance(queue, GROUPING))
        continue;
    pthread_mutex_unlock(&queue->lock);
}

static void *read_batches(void *context)
{
    struct queue *queue = context;
    struct segment_batch *batch = &queue->own.read;
    bool has_ended = false;
    while (!has_ended && wait_for_place(queue)) {
        struct fault fault;
        bool has_failed = !segment_stream_fill(queue->pipeline->stream, batch, &fault);
        has_ended = has_failed || batch->at_end;
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
    for (int i = 0; i < STAGES; i++)
        queue->stages[i].done--;
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
        queue->reader_is_late = true;
        wait_for_batches(queue);
        if (queue->count == 0) {
            pthread_mutex_unlock(&queue->lock);
            is_stopped = stop_is_wanted(&pipeline->stop);
            pthread_mutex_lock(&queue->lock);
        }
    }
    return !is_stopped;
}

/* Sees to it that the first batch has all stages behind it; false if one failed. */
static bool finish_first(struct queue *queue)
{
    const struct stage_state *stages = queue->stages;
    bool may_be_done = true;
    int looks = 0;
    while (stages[WORK_ASIDE].done == 0 && may_be_done) {
        bool is_advanced = advance_any(queue);
        may_be_done = is_advanced || stages[GROUPING].is_busy || stages[WORK_ASIDE].is_busy;
        if (!is_advanced && may_be_done && !may_look_again(queue, &looks))
            pthread_cond_wait(&queue->filled, &queue->lock);
    }
    return stages[WORK_ASIDE].done > 0;
}

/* The first batch of the queue; NULL if the caller is to stop, or if a stage failed. */
static const struct grouped_batch *take_first(struct pipeline *pipeline)
{
    struct queue *queue = pipeline->queue;
    pthread_mutex_lock(&queue->lock);
    if (pipeline->is_in_use)
        drop_first(queue);
    bool is_stopped = !wait_for_first(pipeline);
    pipeline->is_in_use = !is_stopped && finish_first(queue);
    bool is_last = queue->count == 1 && queue->has_ended;
    pipeline->has_failed = !pipeline->is_in_use || (is_last && queue->has_failed);
    if (pipeline->has_failed)
        pipeline->fault = pipeline->is_in_use ? queue->fault : queue->stage_fault;
    pthread_mutex_unlock(&queue->lock);
    if (is_stopped)
        fault_stopped(&pipeline->fault);
    if (is_last)
        join_reader(pipeline);
    return pipeline->is_in_use ? place_in(queue, 0) : NULL;
}

static const struct grouped_batch *read_alone(struct pipeline *pipeline)
{
    struct grouped_batch *batch = &pipeline->batch;
    struct fault *fault = &pipeline->fault;
    pipeline->has_failed = !segment_stream_fill(pipeline->stream, &batch->read, fault);
    pipeline->packets += batch->read.packets;
    if (do_stage(&pipeline->work, GROUPING, batch, fault) &&
        do_stage(&pipeline->work, WORK_ASIDE, batch, fault))
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
