/* tcp_packets(capture [, on_damage]): every TCP segment is a row.
 *
 *     SELECT frame, flags_text, rel_seq, payload_length FROM tcp_packets('f.cap') WHERE
 * connection_id = 2;
 *
 * The table streams: a row is handed out as its packet is read, and nothing is kept but the state
 * of connections, and that only if a column or a constraint asks for it.  A scan that goes on is
 * read ahead by a second thread, which ends with it: see tcp/pipeline.h. */
#include "vtab/packet_filter.h"
#include "vtab/packet_scan.h"
#include "vtab/tables.h"

SQLITE_EXTENSION_INIT3

/* The plan, idxNum: the bits of parameters_plan, and above them enum packet_needs; idxStr:
 * packet_filter_plan. */
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
    struct packet_scan scan;
    size_t index;                        /* of the row's segment in the scan's batch */
    const void *objects[COLUMN_OBJECTS]; /* what the row is shown from */
    bool at_end;
};

static int connect_table(sqlite3 *db, void *shared, int argc, const char *const *argv,
                         sqlite3_vtab **table, char **error)
{
    return capture_table_connect(db, shared, &packet_columns, 2, sizeof(struct capture_table), argc,
                                 argv, table, error);
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

static int close_cursor(sqlite3_vtab_cursor *cursor)
{
    struct packets_cursor *self = (struct packets_cursor *)cursor;
    packet_scan_end(&self->scan);
    packet_filter_release(&self->filter);
    arguments_release(&self->arguments);
    sqlite3_free(self);
    return SQLITE_OK;
}

static const struct segment *row_segment(const struct packets_cursor *self)
{
    return self->objects[0];
}

static void point_at_row(struct packets_cursor *self)
{
    self->objects[0] = &self->scan.batch->segments[self->index];
    self->objects[1] = self->scan.verdicts ? &self->scan.verdicts[self->index] : NULL;
    self->objects[2] = &self->scan.row;
}

/* Whether no later segment can fit. */
static bool is_past_frames(const struct packets_cursor *self)
{
    return (int64_t)row_segment(self)->frame > self->scan.frame_max;
}

/* Moves to the first segment of the batch, at or after the index, that fits or after which none
 * can; false if there is none. */
static bool find_in_batch(struct packets_cursor *self)
{
    for (; self->index < self->scan.batch->count; self->index++) {
        point_at_row(self);
        if (packet_filter_fits(&self->filter, self->objects))
            return true;
        self->at_end = is_past_frames(self);
        if (self->at_end)
            return true;
    }
    return false;
}

/* Moves to the first segment at or after the index that fits. */
static int find_row(struct packets_cursor *self)
{
    while (!find_in_batch(self)) {
        self->at_end = self->scan.batch->at_end;
        if (self->at_end)
            return SQLITE_OK;
        int code = packet_scan_read(&self->scan);
        if (code != SQLITE_OK)
            return code;
        self->index = 0;
    }
    return SQLITE_OK;
}

static int filter(sqlite3_vtab_cursor *cursor, int plan, const char *tests, int argc,
                  sqlite3_value **argv)
{
    (void)argc;
    struct packets_cursor *self = (struct packets_cursor *)cursor;
    struct capture_table *table = (struct capture_table *)cursor->pVtab;
    packet_scan_end(&self->scan);
    packet_filter_release(&self->filter);
    self->index = 0;
    self->at_end = true;
    int given = plan & GIVEN_BITS;
    int code = arguments_read(&self->arguments, &table->base, &table->parameters, given, argv);
    if (code != SQLITE_OK || self->arguments.is_null)
        return code;
    packet_filter_read(&self->filter, tests, argv + __builtin_popcount((unsigned)given));
    struct packet_scan_request request = {
        .capture = self->arguments.text[PARAMETER_CAPTURE],
        .needs = (unsigned)plan >> PLAN_NEEDS_SHIFT,
        .filter = &self->filter,
    };
    code = on_damage_read(&table->base, &self->arguments, &request.keep_damaged);
    if (code == SQLITE_OK)
        code = packet_scan_start(&self->scan, table, &request);
    if (code != SQLITE_OK)
        return code;
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
    if (column >= packet_columns.count) {
        const struct parameters *parameters = &((struct capture_table *)cursor->pVtab)->parameters;
        arguments_result(&self->arguments, parameters, column, context);
        return SQLITE_OK;
    }
    column_result(context, &packet_columns.columns[column], self->objects);
    return SQLITE_OK;
}

static int get_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
    const struct packets_cursor *self = (const struct packets_cursor *)cursor;
    const struct segment *segment = row_segment(self);
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
