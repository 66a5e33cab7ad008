/* tcp_packets(capture [, on_damage]): every TCP segment is a row.
 *
 *     SELECT frame, flags_text, rel_seq, payload_length FROM tcp_packets('f.cap') WHERE connection_id = 2;
 *
 * The table streams: a row is handed out as its packet is read, and nothing is kept but the state of connections, and
 * that only if a column or a constraint asks for it. */
#include "tcp/replay.h"
#include "vtab/cache.h"
#include "vtab/capture_table.h"
#include "vtab/errors.h"
#include "vtab/packet_filter.h"
#include "vtab/tables.h"

SQLITE_EXTENSION_INIT3

/* The plan, idxNum: the bits of parameters_plan, and above them enum packet_needs; idxStr: packet_filter_plan. */
enum { PLAN_NEEDS_SHIFT = PARAMETERS_MAX };

/* Packets are guessed: a capture is opened only when the query runs. */
static const double SCAN_COST = 1e7;
enum { SCAN_ROWS = 1000 * 1000, TESTED_PART = 10 };

/* A rowid is the file's index above these bits and the frame below. */
enum { FRAME_BITS = 40 };

struct packets_cursor {
    sqlite3_vtab_cursor base;
    struct arguments arguments;
    struct packet_filter filter;
    struct memory memory;
    struct dataset *dataset;
    struct segment_stream *stream;
    struct tracker *tracker; /* NULL if nothing asks for connections */
    struct replay *replay;   /* instead of stream and tracker: one connection of an analysed capture */
    struct progress_line *line; /* NULL unless the scan is to show how far it is */
    struct progress progress;
    struct segment_batch *batch;
    struct verdict *verdicts; /* of the batch; NULL without tracker */
    struct packet_row row;
    size_t index;       /* of the row's segment in the batch */
    bool has_fault;     /* the rows of the batch are the last ones before the fault */
    struct fault fault;
    bool at_end;
};

static int connect_table(sqlite3 *db, void *shared, int argc, const char *const *argv,
                         sqlite3_vtab **table, char **error)
{
    return capture_table_connect(db, shared, &packet_columns, 2, sizeof(struct capture_table),
                                 argc, argv, table, error);
}

/* What the columns that the query uses need.  Bit 63 stands for all columns from the 64th on. */
static unsigned needs_of_columns(sqlite3_uint64 used)
{
    unsigned needs = 0;
    for (int i = 0; i < packet_columns.count; i++)
        if (used >> (i < 63 ? i : 63) & 1)
            needs |= packet_columns.columns[i].needs;
    return needs;
}

static int best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    const struct parameters *parameters = &((struct capture_table *)table)->parameters;
    int next_argv, given;
    int code = parameters_plan(parameters, info, &given, &next_argv);
    if (code != SQLITE_OK)
        return code;
    unsigned needs = needs_of_columns(info->colUsed);
    code = packet_filter_plan(info, next_argv, &needs);
    if (code != SQLITE_OK)
        return code;
    info->idxNum = given | (int)(needs << PLAN_NEEDS_SHIFT);
    if (!parameters_have_capture(parameters, given))
        return SQLITE_OK;
    bool is_tested = info->idxStr[0];
    info->estimatedCost = is_tested ? SCAN_COST / TESTED_PART : SCAN_COST;
    info->estimatedRows = is_tested ? SCAN_ROWS / TESTED_PART : SCAN_ROWS;
    return SQLITE_OK;
}

static int open_cursor(sqlite3_vtab *table, sqlite3_vtab_cursor **cursor)
{
    (void)table;
    struct packets_cursor *self = sqlite3_malloc64(sizeof *self);
    if (!self)
        return SQLITE_NOMEM;
    *self = (struct packets_cursor){.at_end = true};
    *cursor = &self->base;
    return SQLITE_OK;
}

/* Ends the scan and gives back what it took. */
static void end_scan(struct packets_cursor *self)
{
    struct memory *memory = &self->memory;
    if (self->line)
        progress_end(self->line);
    self->line = NULL;
    memory_release(memory, self->verdicts, SEGMENT_BATCH_MAX * sizeof *self->verdicts);
    memory_release(memory, self->batch, sizeof *self->batch);
    replay_close(self->replay);
    tracker_close(self->tracker);
    segment_stream_close(self->stream);
    dataset_close(self->dataset);
    self->verdicts = NULL;
    self->batch = NULL;
    self->replay = NULL;
    self->tracker = NULL;
    self->stream = NULL;
    self->dataset = NULL;
    self->has_fault = false;
    self->at_end = true;
}

static int close_cursor(sqlite3_vtab_cursor *cursor)
{
    struct packets_cursor *self = (struct packets_cursor *)cursor;
    end_scan(self);
    arguments_release(&self->arguments);
    sqlite3_free(self);
    return SQLITE_OK;
}

/* The trace of the capture, if the query wants one connection and that can be read alone; retained, or NULL. */
static struct trace *find_replayable(const struct packets_cursor *self, struct shared *shared)
{
    int64_t id = self->filter.connection_id;
    struct trace *trace =
        id > 0 ? cache_find(shared, self->arguments.text[PARAMETER_CAPTURE]) : NULL;
    if (!trace || ((uint64_t)id <= tracker_count(trace->tracker) &&
                   replay_is_possible(trace, (uint32_t)(id - 1))))
        return trace;
    trace_release(trace);
    return NULL;
}

static bool start_replay(struct packets_cursor *self, struct trace *trace,
                         const struct segment_stream_options *options,
                         const struct shared *shared, struct fault *fault)
{
    self->row = (struct packet_row){.dataset = trace->dataset, .start_ns = trace->start_ns};
    self->replay = replay_open(trace, (uint32_t)(self->filter.connection_id - 1), options,
                               shared->hash_key, &self->memory, fault);
    return self->replay != NULL;
}

static bool start_stream(struct packets_cursor *self, const struct segment_stream_options *options,
                         struct fault *fault)
{
    self->dataset = dataset_open(self->arguments.text[PARAMETER_CAPTURE], &self->memory, fault);
    if (!self->dataset)
        return false;
    self->row.dataset = self->dataset;
    self->stream = segment_stream_open(self->dataset, options, &self->memory, fault);
    return self->stream != NULL;
}

/* Opens what a scan needs; false with a fault. */
static bool start_scan(struct packets_cursor *self, struct shared *shared, unsigned needs,
                       bool keep_damaged, struct fault *fault)
{
    const struct segment_stream_options options = {
        .wants = needs & NEEDS_CHECKSUM ? DECODE_CHECKSUM : 0,
        .keep_payload = needs & NEEDS_PAYLOAD,
        .keep_damaged = keep_damaged,
    };
    struct poll *poll = &((struct capture_table *)self->base.pVtab)->poll;
    self->memory = (struct memory){.limit = shared->memory_limit, .stop = poll_as_stop(poll)};
    struct memory *memory = &self->memory;
    struct trace *trace = find_replayable(self, shared);
    bool is_started = trace ? start_replay(self, trace, &options, shared, fault)
                            : start_stream(self, &options, fault);
    trace_release(trace);
    if (!is_started)
        return false;
    self->batch = memory_allocate(memory, sizeof *self->batch, fault);
    if (!self->batch || !(needs & NEEDS_TRACKER))
        return self->batch;
    if (!self->replay)
        self->tracker = tracker_open(shared->hash_key, self->dataset->count, memory, fault);
    if (!self->replay && !self->tracker)
        return false;
    self->verdicts = memory_allocate(memory, SEGMENT_BATCH_MAX * sizeof *self->verdicts, fault);
    return self->verdicts;
}

static void show_progress(struct packets_cursor *self)
{
    self->progress.bytes_read = self->batch->bytes_read;
    self->progress.packets += self->batch->packets;
    progress_show(self->line, &self->progress);
}

/* Only for tcp_import: on a terminal the line would lie across the rows of a query. */
static void begin_progress(struct packets_cursor *self, struct shared *shared)
{
    if (!shared->is_importing || !self->dataset)
        return;
    self->line = &shared->progress;
    self->progress = (struct progress){.bytes_total = dataset_size(self->dataset)};
    progress_begin(self->line, "copying packets");
}

/* Reads the next segments.  A fault of reading is kept until the segments before it are shown. */
static int read_batch(struct packets_cursor *self)
{
    struct capture_table *table = (struct capture_table *)self->base.pVtab;
    struct fault fault;
    if (self->has_fault)
        return table_fault(&table->base, &self->fault);
    if (poll_stop(&table->poll) != SQLITE_OK)
        return SQLITE_INTERRUPT;
    self->has_fault =
        self->replay
            ? !replay_fill(self->replay, self->batch, self->verdicts, &self->fault)
            : !segment_stream_fill(self->stream, self->batch, &self->fault);
    if (self->has_fault && self->batch->count == 0)
        return table_fault(&table->base, &self->fault);
    if (self->line)
        show_progress(self);
    if (self->stream)
        self->row.start_ns = segment_stream_start_ns(self->stream);
    self->index = 0;
    if (self->tracker && !tracker_take(self->tracker, self->batch, self->verdicts, &fault))
        return table_fault(&table->base, &fault);
    return SQLITE_OK;
}

static void point_at_row(const struct packets_cursor *self, const void **objects)
{
    objects[0] = &self->batch->segments[self->index];
    objects[1] = self->verdicts ? &self->verdicts[self->index] : NULL;
    objects[2] = &self->row;
}

/* Whether no later segment can fit; frames of several files begin again and again. */
static bool is_past_frames(const struct packets_cursor *self)
{
    return self->row.dataset->count == 1 &&
           self->batch->segments[self->index].frame > self->filter.frame_max;
}

/* Moves to the first segment at or after the index that fits. */
static int find_row(struct packets_cursor *self)
{
    const void *objects[COLUMN_OBJECTS];
    for (;;) {
        for (; self->index < self->batch->count; self->index++) {
            point_at_row(self, objects);
            if (packet_filter_fits(&self->filter, objects))
                return SQLITE_OK;
            if (is_past_frames(self)) {
                self->at_end = true;
                return SQLITE_OK;
            }
        }
        if (self->batch->at_end && !self->has_fault) {
            self->at_end = true;
            return SQLITE_OK;
        }
        int code = read_batch(self);
        if (code != SQLITE_OK)
            return code;
    }
}

/* Whether the capture is a pipe that was analysed: opening it again would wait for another writer. */
static bool is_spent(struct shared *shared, const char *capture)
{
    struct trace *trace = cache_find(shared, capture);
    bool is_pipe =
        trace && trace->dataset->count == 1 && !trace->dataset->identities[0].is_regular;
    trace_release(trace);
    return is_pipe;
}

static int filter(sqlite3_vtab_cursor *cursor, int plan, const char *tests, int argc,
                  sqlite3_value **argv)
{
    (void)argc;
    struct packets_cursor *self = (struct packets_cursor *)cursor;
    struct capture_table *table = (struct capture_table *)cursor->pVtab;
    end_scan(self);
    int given = plan & GIVEN_BITS;
    int code = arguments_read(&self->arguments, &table->base, &table->parameters, given, argv);
    if (code != SQLITE_OK || self->arguments.is_null)
        return code;
    bool keep;
    code = on_damage_read(&table->base, &self->arguments, &keep);
    if (code != SQLITE_OK)
        return code;
    const char *capture = self->arguments.text[PARAMETER_CAPTURE];
    if (is_spent(table->shared, capture))
        return table_error(&table->base, SQLITE_CANTOPEN,
                           "%s: was read to its end by another table; a pipe can be read only once",
                           capture);
    packet_filter_read(&self->filter, tests, argv + __builtin_popcount((unsigned)given));
    struct fault fault;
    unsigned needs = (unsigned)plan >> PLAN_NEEDS_SHIFT;
    if (!start_scan(self, table->shared, needs, keep, &fault))
        return table_fault(&table->base, &fault);
    begin_progress(self, table->shared);
    self->at_end = false;
    return find_row(self);
}

static int next(sqlite3_vtab_cursor *cursor)
{
    struct packets_cursor *self = (struct packets_cursor *)cursor;
    self->index++;
    return find_row(self);
}

static int at_end(sqlite3_vtab_cursor *cursor)
{
    return ((const struct packets_cursor *)cursor)->at_end;
}

static int show_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
    const struct packets_cursor *self = (const struct packets_cursor *)cursor;
    const void *objects[COLUMN_OBJECTS];
    if (column >= packet_columns.count) {
        const struct parameters *parameters = &((struct capture_table *)cursor->pVtab)->parameters;
        arguments_result(&self->arguments, parameters, column, context);
        return SQLITE_OK;
    }
    point_at_row(self, objects);
    column_result(context, &packet_columns.columns[column], objects);
    return SQLITE_OK;
}

static int get_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
    const struct packets_cursor *self = (const struct packets_cursor *)cursor;
    const struct segment *segment = &self->batch->segments[self->index];
    *rowid = (sqlite3_int64)segment->file << FRAME_BITS | (sqlite3_int64)segment->frame;
    return SQLITE_OK;
}

const sqlite3_module packets_module = {
    .xCreate = connect_table,
    .xConnect = connect_table,
    .xBestIndex = best_index,
    .xDisconnect = capture_table_disconnect,
    .xDestroy = capture_table_disconnect,
    .xOpen = open_cursor,
    .xClose = close_cursor,
    .xFilter = filter,
    .xNext = next,
    .xEof = at_end,
    .xColumn = show_column,
    .xRowid = get_rowid,
};
