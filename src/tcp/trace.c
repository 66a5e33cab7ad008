#include "tcp/trace.h"

#include "tcp/pipeline.h"

#include <stdlib.h>

struct trace *trace_retain(struct trace *trace)
{
    trace->references++;
    return trace;
}

void trace_release(struct trace *trace)
{
    if (!trace || --trace->references > 0)
        return;
    packet_index_close(trace->index);
    zeek_states_close(trace->zeek);
    tracker_close(trace->tracker);
    grouping_close(trace->grouping);
    segment_stream_close(trace->stream);
    dataset_close(trace->dataset);
    free(trace);
}

static struct trace *open_trace(const char *pattern, const struct trace_options *options,
                                const struct stop *stop, struct fault *fault)
{
    struct trace *trace = calloc(1, sizeof *trace);
    if (!trace) {
        fault_out_of_memory(fault);
        return NULL;
    }
    trace->references = 1;
    trace->memory.limit = options->memory_limit;
    trace->memory.stop = *stop;
    trace->dataset = dataset_open(pattern, &trace->memory, fault);
    if (!trace->dataset)
        goto failed;
    const struct segment_stream_options reading = {.keep_damaged = true};
    trace->stream = segment_stream_open(trace->dataset, &reading, &trace->memory, fault);
    if (!trace->stream)
        goto failed;
    trace->grouping = grouping_open(options->hash_key, &trace->memory, fault);
    if (!trace->grouping)
        goto failed;
    trace->tracker = tracker_open(trace->dataset->count, &trace->memory, fault);
    if (!trace->tracker)
        goto failed;
    trace->zeek = zeek_states_open(&trace->memory, fault);
    struct fault no_index; /* it is a convenience */
    trace->index = packet_index_open(&trace->memory, &no_index);
    if (trace->zeek)
        return trace;
failed:
    trace_release(trace);
    return NULL;
}

struct taking {
    struct trace *trace; /* NULL until it is open */
    const struct trace_options *options;
    struct progress progress;
};

static bool index_segment(struct trace *trace, const struct grouped_batch *batch, size_t i)
{
    enum { AHEAD = 8 };
    const struct assignment *assignment = &batch->assignments[i];
    if (i + 2 * AHEAD < batch->read.count)
        packet_index_prefetch(trace->index, assignment[2 * AHEAD].connection);
    if (i + AHEAD < batch->read.count)
        packet_index_prefetch_end(trace->index, assignment[AHEAD].connection);
    return !assignment->has_connection ||
           packet_index_add(trace->index, &batch->read.segments[i], assignment->connection);
}

/* Notes where the segments are, as long as that takes little memory. */
static void index_batch(struct trace *trace, const struct grouped_batch *batch)
{
    for (size_t i = 0; trace->index && i < batch->read.count; i++) {
        if (index_segment(trace, batch, i))
            continue;
        packet_index_close(trace->index);
        trace->index = NULL;
    }
}

/* What can be done with a batch beside the tracker. */
static bool work_aside(void *context, const struct grouped_batch *batch, struct fault *fault)
{
    struct trace *trace = context;
    index_batch(trace, batch);
    return zeek_states_take(trace->zeek, &batch->read, batch->assignments, fault);
}

static bool tell_progress(void *context)
{
    const struct taking *taking = context;
    const struct trace_options *options = taking->options;
    return options->progress && options->progress(options->progress_context, &taking->progress);
}

static bool take_batch(struct taking *taking, const struct grouped_batch *batch,
                       struct fault *fault)
{
    taking->progress.bytes_read = batch->read.bytes_read;
    taking->progress.packets += batch->read.packets;
    if (tell_progress(taking))
        return fault_stopped(fault);
    return tracker_take(taking->trace->tracker, &batch->read, batch->assignments, NULL, fault);
}

static bool take_all(struct taking *taking, struct fault *fault)
{
    struct trace *trace = taking->trace;
    const struct pipeline_work work = {trace->grouping, work_aside, trace};
    struct pipeline *pipeline =
        pipeline_open(trace->stream, &work, taking->options->two_threads, &trace->memory, fault);
    if (!pipeline)
        return false;
    const struct grouped_batch *batch;
    bool is_fine;
    do {
        batch = pipeline_next(pipeline, fault);
        is_fine = batch && take_batch(taking, batch, fault);
    } while (is_fine && !batch->read.at_end);
    pipeline_close(pipeline);
    return is_fine;
}

static void note_damage(struct trace *trace)
{
    const struct file_account *accounts = segment_stream_accounts(trace->stream);
    for (size_t i = 0; i < trace->dataset->count; i++) {
        if (accounts[i].is_corrupt) {
            fault_set(&trace->damage, FAULT_DAMAGE, "%s: %s", accounts[i].path,
                      accounts[i].info.damage);
            return;
        }
    }
}

struct trace *trace_run(const char *pattern, const struct trace_options *options,
                        struct fault *fault)
{
    struct taking taking = {.options = options};
    const struct stop stop = {tell_progress, &taking};
    struct trace *trace = open_trace(pattern, options, &stop, fault);
    if (!trace)
        return NULL;
    taking.trace = trace;
    taking.progress.bytes_total = dataset_size(trace->dataset);
    if (!take_all(&taking, fault)) {
        trace_release(trace);
        return NULL;
    }
    trace->memory.stop = (struct stop){0}; /* its reading is over */
    trace->has_strays = grouping_had_strays(trace->grouping);
    grouping_close(trace->grouping);
    trace->grouping = NULL;
    trace->start_ns = segment_stream_start_ns(trace->stream);
    note_damage(trace);
    return trace;
}
