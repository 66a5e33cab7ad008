/* The finished analysis of a data set: every connection, and an account of every file.
 *
 * One pass over the files makes it; afterwards it does not change and needs no file. */
#ifndef TCP_TRACE_H
#define TCP_TRACE_H

#include "tcp/packet_index.h"
#include "tcp/tracker.h"
#include "tcp/zeek_states.h"

/* How far the reading of a data set is. */
struct progress {
    uint64_t bytes_read;  /* of all files, compressed ones as they are */
    uint64_t bytes_total; /* 0: unknown */
    uint64_t packets;
};

struct trace_options {
    uint64_t hash_key[2];
    size_t memory_limit; /* bytes */
    bool two_threads;    /* there is a second processor to read with */
    /* Told now and then, on the thread that runs the trace.  Like SQLite's progress handler, true
     * ends it, with FAULT_STOPPED.  NULL: nobody is told. */
    bool (*progress)(void *context, const struct progress *progress);
    void *progress_context;
};

struct trace {
    int references; /* used by one thread at a time */
    struct memory memory;
    struct dataset *dataset;
    struct segment_stream *stream; /* keeps the accounts */
    struct grouping *grouping;     /* until all is read */
    struct tracker *tracker;
    struct zeek_states *zeek;
    struct packet_index *index; /* NULL if it would have become too large */
    int64_t start_ns;           /* of the first packet */
    bool has_strays;            /* grouping_had_strays */
    struct fault
        damage; /* FAULT_DAMAGE if a corrupt record ended the reading of a file, the first such */
};

/* Analyses what a path, glob or directory names.  Damage does not end it: it is in `damage`.  NULL
 * with a fault. The result has one reference. */
struct trace *trace_run(const char *pattern, const struct trace_options *options,
                        struct fault *fault);

struct trace *trace_retain(struct trace *trace);
void trace_release(struct trace *trace);

#endif
