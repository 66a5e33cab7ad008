/* One pass over the segments that tcp_packets shows: batch after batch, with what is said of each
 * segment.
 *
 * Three ways lead to the same segments: a plain scan of the files, which leaves out what its
 * preview says does not fit; a scan that follows the connections, if a column or a constraint asks
 * for them; and, for a few connections of a capture that was analysed, a replay. */
#ifndef VTAB_PACKET_SCAN_H
#define VTAB_PACKET_SCAN_H

#include "tcp/pipeline.h"
#include "tcp/replay.h"
#include "tcp/tracker.h"
#include "vtab/capture_table.h"
#include "vtab/packet_filter.h"
#include "vtab/progress.h"

/* What a scan is to give. */
struct packet_scan_request {
    const char *capture;
    unsigned needs;    /* enum packet_needs */
    bool keep_damaged; /* a corrupt record ends its file and not the scan */
    const struct packet_filter
        *filter; /* what does not fit may be left out; borrowed until the end */
};

struct packet_scan {
    struct capture_table *table; /* for messages and the poll */
    const struct packet_filter *filter;
    int64_t frame_max; /* later frames cannot fit: the first one may be the last segment */
    struct memory memory;
    struct dataset *dataset;
    struct segment_stream *stream;
    struct pipeline *pipeline;
    struct grouping *grouping; /* NULL if nothing asks for connections */
    struct tracker *tracker;
    struct replay *replay; /* instead of stream, pipeline, grouping and tracker */
    struct segment_batch *replayed;
    struct progress_line *line; /* NULL unless the scan is to show how far it is */
    struct progress progress;
    const struct segment_batch *batch;
    struct verdict *verdicts; /* of the batch; NULL if nothing asks for connections */
    struct packet_row row;    /* what all segments share */
    struct fault fault;
};

/* Opens what the scan needs and reads the first batch, which may be empty.  An SQLite code, with
 * the table's message.  The scan is zeroed or was ended. */
int packet_scan_start(struct packet_scan *scan, struct capture_table *table,
                      const struct packet_scan_request *request);

/* Reads the next batch, which may be empty; not after one that is at_end.  A fault of reading comes
 * after the segments before it. */
int packet_scan_read(struct packet_scan *scan);

/* Gives back what the scan took; may be called twice. */
void packet_scan_end(struct packet_scan *scan);

#endif
