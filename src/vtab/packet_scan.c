#include "vtab/packet_scan.h"

#include "capture/platform.h"
#include "vtab/cache.h"
#include "vtab/connection_choice.h"
#include "vtab/errors.h"

SQLITE_EXTENSION_INIT3

void packet_scan_end(struct packet_scan *scan)
{
    struct memory *memory = &scan->memory;
    if (scan->line)
        progress_end(scan->line);
    memory_release(memory, scan->verdicts, SEGMENT_BATCH_MAX * sizeof *scan->verdicts);
    memory_release(memory, scan->replayed, sizeof *scan->replayed);
    replay_close(scan->replay);
    pipeline_close(scan->pipeline);
    tracker_close(scan->tracker);
    grouping_close(scan->grouping);
    segment_stream_close(scan->stream);
    dataset_close(scan->dataset);
    *scan = (struct packet_scan){.table = NULL};
}

/* Whether it is enough to read some connections of an analysed capture again; those are chosen
 * then. Not if a file is corrupt, which a scan has to report. */
static bool may_replay(struct packet_scan *scan, const struct trace *trace,
                       const struct packet_scan_request *request, struct connection_choice *choice)
{
    return trace->damage.code == FAULT_NONE && packet_filter_tells_connections(request->filter) &&
           connection_choice_open(choice, trace, request->filter, request->needs & NEEDS_TRACKER,
                                  &scan->memory);
}

static bool open_replay(struct packet_scan *scan, struct trace *trace,
                        const struct connection_choice *choice,
                        const struct segment_stream_options *options)
{
    scan->row = (struct packet_row){.dataset = trace->dataset, .start_ns = trace->start_ns};
    scan->replay = replay_open(trace, choice->numbers, choice->count, options,
                               scan->table->shared->hash_key, &scan->memory, &scan->fault);
    if (scan->replay)
        scan->replayed = memory_allocate(&scan->memory, sizeof *scan->replayed, &scan->fault);
    return scan->replayed != NULL;
}

static bool open_tracker(struct packet_scan *scan)
{
    scan->grouping = grouping_open(scan->table->shared->hash_key, &scan->memory, &scan->fault);
    if (scan->grouping)
        scan->tracker = tracker_open(scan->dataset->count, &scan->memory, &scan->fault);
    return scan->tracker != NULL;
}

static bool open_stream(struct packet_scan *scan, const struct packet_scan_request *request,
                        const struct segment_stream_options *options)
{
    scan->dataset = dataset_open(request->capture, &scan->memory, &scan->fault);
    if (!scan->dataset)
        return false;
    scan->row.dataset = scan->dataset;
    scan->stream = segment_stream_open(scan->dataset, options, &scan->memory, &scan->fault);
    if (!scan->stream)
        return false;
    if (request->needs & NEEDS_TRACKER && !open_tracker(scan))
        return false;
    bool two_threads = !options->keep_payload && available_processors() > 1;
    const struct pipeline_work work = {.grouping = scan->grouping};
    scan->pipeline = pipeline_open(scan->stream, &work, two_threads, &scan->memory, &scan->fault);
    return scan->pipeline != NULL;
}

/* What the scan wants of a segment, by its preview; asked on the thread that reads. */
static enum wish judge(const void *context, const struct segment *preview)
{
    const struct packet_scan *scan = context;
    if ((int64_t)preview->frame > scan->frame_max)
        return WISH_IT_LAST;
    return packet_filter_may_fit(scan->filter, preview) ? WISH_IT : WISH_NONE;
}

/* trace: of the capture, if it was analysed, or NULL. */
static bool open_source(struct packet_scan *scan, const struct packet_scan_request *request,
                        struct trace *trace)
{
    /* The state of connections depends on all segments. */
    bool may_leave_out = request->filter->previewed > 0 && !(request->needs & NEEDS_TRACKER);
    const struct segment_stream_options options = {
        .wants = request->needs & NEEDS_CHECKSUM ? DECODE_CHECKSUM : 0,
        .keep_payload = request->needs & NEEDS_PAYLOAD,
        .keep_damaged = request->keep_damaged,
        .judge = may_leave_out ? judge : NULL,
        .context = scan,
    };
    struct connection_choice choice;
    if (!trace || !may_replay(scan, trace, request, &choice))
        return open_stream(scan, request, &options);
    bool is_open = open_replay(scan, trace, &choice, &options);
    connection_choice_close(&choice);
    return is_open;
}

static bool open_verdicts(struct packet_scan *scan, unsigned needs)
{
    if (!(needs & NEEDS_TRACKER))
        return true;
    scan->verdicts =
        memory_allocate(&scan->memory, SEGMENT_BATCH_MAX * sizeof *scan->verdicts, &scan->fault);
    return scan->verdicts != NULL;
}

/* Whether what was analysed is a pipe: opening it again would wait for another writer. */
static bool is_spent(const struct trace *trace)
{
    return trace->dataset->count == 1 && !trace->dataset->identities[0].is_regular;
}

/* Only for tcp_import: on a terminal the line would lie across the rows of a query. */
static void begin_progress(struct packet_scan *scan)
{
    struct shared *shared = scan->table->shared;
    if (!shared->is_importing || !scan->dataset)
        return;
    scan->line = &shared->progress;
    scan->progress = (struct progress){.bytes_total = dataset_size(scan->dataset)};
    progress_begin(scan->line, "copying packets");
}

static int open_scan(struct packet_scan *scan, const struct packet_scan_request *request,
                     struct trace *trace)
{
    struct capture_table *table = scan->table;
    if (trace && is_spent(trace))
        return table_error(&table->base, SQLITE_CANTOPEN,
                           "%s: was read to its end by another table; a pipe can be read only once",
                           request->capture);
    if (!open_source(scan, request, trace) || !open_verdicts(scan, request->needs))
        return table_fault(&table->base, &scan->fault);
    return SQLITE_OK;
}

int packet_scan_start(struct packet_scan *scan, struct capture_table *table,
                      const struct packet_scan_request *request)
{
    scan->table = table;
    scan->filter = request->filter;
    scan->memory = (struct memory){
        .limit = table->shared->memory_limit,
        .stop = poll_as_stop(&table->poll),
    };
    struct trace *trace = cache_find(table->shared, request->capture, &table->poll);
    int code = open_scan(scan, request, trace);
    trace_release(trace);
    if (code != SQLITE_OK)
        return code;
    bool has_one_file = scan->row.dataset->count == 1; /* in each of several, frames begin again */
    scan->frame_max = has_one_file ? scan->filter->frame_max : INT64_MAX;
    begin_progress(scan);
    return packet_scan_read(scan);
}

static void show_progress(struct packet_scan *scan)
{
    scan->progress.bytes_read = scan->batch->bytes_read;
    scan->progress.packets += scan->batch->packets;
    progress_show(scan->line, &scan->progress);
}

/* Reads the next batch from where its segments come from. */
static bool next_batch(struct packet_scan *scan)
{
    if (scan->replay) {
        scan->batch = scan->replayed;
        return replay_fill(scan->replay, scan->replayed, scan->verdicts, &scan->fault);
    }
    const struct grouped_batch *batch = pipeline_next(scan->pipeline, &scan->fault);
    if (!batch)
        return false;
    scan->batch = &batch->read;
    return !scan->tracker || tracker_take(scan->tracker, &batch->read, batch->assignments,
                                          scan->verdicts, &scan->fault);
}

int packet_scan_read(struct packet_scan *scan)
{
    sqlite3_vtab *table = &scan->table->base;
    if (poll_stop(&scan->table->poll) != SQLITE_OK)
        return SQLITE_INTERRUPT;
    if (!next_batch(scan))
        return table_fault(table, &scan->fault);
    if (scan->line)
        show_progress(scan);
    if (scan->stream)
        scan->row.start_ns = segment_stream_start_ns(scan->stream);
    return SQLITE_OK;
}
