/* tcp_captures(capture): every capture file of a data set is a row: what was read, what was skipped
 * and why.
 *
 *     SELECT file, packets, tcp_packets, damage FROM tcp_captures('ring/2026-11-*.pcap');
 *
 * Damage is reported here and never an error. */
#include "vtab/tables.h"
#include "vtab/trace_table.h"

SQLITE_EXTENSION_INIT3

static size_t count_files(const struct trace *trace)
{
    return trace->dataset->count;
}

static void show_file(const struct trace *trace, size_t index, const void **objects, void *row)
{
    struct capture_row *shown = row;
    shown->connections = tracker_file_connections(trace->tracker, index);
    objects[0] = &segment_stream_accounts(trace->stream)[index];
    objects[1] = shown;
}

_Static_assert(sizeof(struct capture_row) <= TRACE_ROW_SIZE, "a row fits");

static const struct trace_table_kind kind = {
    .list = &capture_columns,
    .parameter_count = 1,
    .count = count_files,
    .show = show_file,
};

static int connect_table(sqlite3 *db, void *shared, int argc, const char *const *argv,
                         sqlite3_vtab **table, char **error)
{
    return trace_table_connect(&kind, db, shared, argc, argv, table, error);
}

const sqlite3_module captures_module = TRACE_TABLE_MODULE(connect_table);
