/* The finished analysis of a data set: every connection, and an account of every file.
 *
 * One pass over the files makes it; afterwards it does not change and needs no file. */
#ifndef TCP_TRACE_H
#define TCP_TRACE_H

#include "tcp/tracker.h"

struct trace_options {
    uint64_t hash_key[2];
    size_t memory_limit; /* bytes */
    bool two_threads;    /* there is a second processor to read with */
    /* Asked now and then, on the thread that runs the trace: true ends it with FAULT_STOPPED. */
    bool (*stop)(void *context);
    void *stop_context;
};

struct trace {
    int references; /* used by one thread at a time */
    struct memory memory;
    struct dataset *dataset;
    struct segment_stream *stream; /* keeps the accounts */
    struct tracker *tracker;
    int64_t start_ns; /* of the first packet */
    struct fault damage; /* FAULT_DAMAGE if a corrupt record ended the reading of a file, the first such */
};

/* Analyses what a path, glob or directory names.  Damage does not end it: it is in `damage`.  NULL with a fault.
 * The result has one reference. */
struct trace *trace_run(const char *pattern, const struct trace_options *options,
                        struct fault *fault);

struct trace *trace_retain(struct trace *trace);
void trace_release(struct trace *trace);

#endif
