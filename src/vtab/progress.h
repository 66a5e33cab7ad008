/* The progress line: what long work shows on stderr, if it was asked to and stderr is a terminal.
 *
 *     SELECT tcp_progress(1);
 *     copying packets: 412 of 1211 MB, 450312 packets, 97 MB/s, 9 s left
 *
 * Each database connection has one; it is off until tcp_progress turns it on. */
#ifndef VTAB_PROGRESS_H
#define VTAB_PROGRESS_H

#include "tcp/trace.h"

struct progress_line {
    bool is_on;       /* tcp_progress(1) */
    bool is_drawn;    /* there is something to wipe */
    const char *work; /* NULL: none is under way */
    int64_t begun_ns, drawn_ns;
};

/* Begins work that `what` names; progress_end ends it and wipes the line. */
void progress_begin(struct progress_line *line, const char *what);
void progress_end(struct progress_line *line);

/* Draws the line anew if it is time to. */
void progress_show(struct progress_line *line, const struct progress *progress);

#endif
