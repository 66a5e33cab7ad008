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
    tracker_close(trace->tracker);
    segment_stream_close(trace->stream);
    dataset_close(trace->dataset);
    free(trace);
}

static struct trace *open_trace(const char *pattern, const struct trace_options *options,
                                struct fault *fault)
{
    struct trace *trace = calloc(1, sizeof *trace);
    if (!trace) {
        fault_out_of_memory(fault);
        return NULL;
    }
    trace->references = 1;
    trace->memory.limit = options->memory_limit;
    trace->dataset = dataset_open(pattern, &trace->memory, fault);
    if (!trace->dataset)
        goto failed;
    const struct segment_stream_options reading = {.keep_damaged = true};
    trace->stream = segment_stream_open(trace->dataset, &reading, &trace->memory, fault);
    if (!trace->stream)
        goto failed;
    trace->tracker =
        tracker_open(options->hash_key, trace->dataset->count, &trace->memory, fault);
    if (trace->tracker)
        return trace;
failed:
    trace_release(trace);
    return NULL;
}

/* A small capture is read before a second thread has started. */
enum { TWO_THREADS_FROM = 1 << 20 };

static bool pays_for_thread(const struct dataset *dataset)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i < dataset->count; i++)
        bytes += dataset->identities[i].size;
    return bytes >= TWO_THREADS_FROM;
}

struct taking {
    struct trace *trace;
    const struct trace_options *options;
};

static bool take_batch(void *context, const struct segment_batch *batch, struct fault *fault)
{
    const struct taking *taking = context;
    const struct trace_options *options = taking->options;
    if (options->stop && options->stop(options->stop_context))
        return fault_set(fault, FAULT_STOPPED, "interrupted");
    return tracker_take(taking->trace->tracker, batch, NULL, fault);
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
    struct trace *trace = open_trace(pattern, options, fault);
    if (!trace)
        return NULL;
    struct taking taking = {trace, options};
    bool two_threads = options->two_threads && pays_for_thread(trace->dataset);
    if (!pipeline_run(trace->stream, two_threads, take_batch, &taking, &trace->memory, fault)) {
        trace_release(trace);
        return NULL;
    }
    trace->start_ns = segment_stream_start_ns(trace->stream);
    note_damage(trace);
    return trace;
}
