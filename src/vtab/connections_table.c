/* tcp_connections(capture [, on_damage]): every TCP connection is a row.
 *
 *     SELECT client_ip, server_ip, status, duration FROM tcp_connections('f.cap') WHERE
 * is_complete;
 *
 * A corrupt record ends the query with an error; with on_damage = 'keep' the connections up to
 * there are shown. */
#include "vtab/tables.h"
#include "vtab/trace_table.h"

SQLITE_EXTENSION_INIT3

static size_t count_connections(const struct trace *trace)
{
    return tracker_count(trace->tracker);
}

/* Rows are read faster than memory answers: asks for what rows some rows ahead are shown from, and
 * nearer to the row, once that is there, for what it points at. */
PREFETCH_FUNCTION void prefetch_rows(const struct tracker *tracker, size_t index)
{
    enum { AHEAD = 8 };
    size_t count = tracker_count(tracker);
    if (index + AHEAD < count)
        prefetch(tracker_connection(tracker, index + AHEAD), sizeof(struct connection));
    const struct trouble *trouble =
        index + AHEAD / 2 < count ? tracker_connection(tracker, index + AHEAD / 2)->trouble : NULL;
    if (trouble)
        prefetch(trouble, 2 * sizeof *trouble);
}

static void show_connection(const struct trace *trace, size_t index, const void **objects,
                            void *row)
{
    struct connection_row *shown = row;
    *shown = (struct connection_row){.connection_id = index + 1, .trace = trace};
    objects[0] = tracker_connection(trace->tracker, index);
    objects[1] = shown;
    prefetch_rows(trace->tracker, index);
}

_Static_assert(sizeof(struct connection_row) <= TRACE_ROW_SIZE, "a row fits");

static const struct trace_table_kind kind = {
    .list = &connection_columns,
    .parameter_count = 2,
    .fails_on_damage = true,
    .has_id = true,
    .count = count_connections,
    .show = show_connection,
};

static int connect_table(sqlite3 *db, void *shared, int argc, const char *const *argv,
                         sqlite3_vtab **table, char **error)
{
    return trace_table_connect(&kind, db, shared, argc, argv, table, error);
}

const sqlite3_module connections_module = TRACE_TABLE_MODULE(connect_table);
