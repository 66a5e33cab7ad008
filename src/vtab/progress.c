#include "vtab/progress.h"

#include "capture/platform.h"

#include <stdio.h>

/* Often enough to be seen moving; and what is done sooner shows nothing. */
enum { REDRAW_NS = 100 * 1000 * 1000 };

static const double MEGABYTE = 1e6;

/* ECMA-48: to the first column, erase to the end of the line. */
static const char WIPE[] = "\r\033[K";

void progress_begin(struct progress_line *line, const char *what)
{
    if (!line->is_on || !stderr_is_terminal())
        return;
    line->work = what;
    line->begun_ns = line->drawn_ns = monotonic_ns();
}

void progress_end(struct progress_line *line)
{
    if (line->is_drawn)
        fputs(WIPE, stderr);
    line->is_drawn = false;
    line->work = NULL;
}

static void draw(const struct progress_line *line, const struct progress *progress, double seconds)
{
    double done = (double)progress->bytes_read, total = (double)progress->bytes_total;
    double rate = done / seconds;
    fprintf(stderr, "%s%s: %.0f", WIPE, line->work, done / MEGABYTE);
    if (total > 0) /* a pipe does not say */
        fprintf(stderr, " of %.0f", total / MEGABYTE);
    fputs(" MB", stderr);
    if (progress->packets > 0)
        fprintf(stderr, ", %llu packets", (unsigned long long)progress->packets);
    fprintf(stderr, ", %.0f MB/s", rate / MEGABYTE);
    if (total > done && rate > 0)
        fprintf(stderr, ", %.0f s left", (total - done) / rate);
    fflush(stderr);
}

void progress_show(struct progress_line *line, const struct progress *progress)
{
    if (!line->work)
        return;
    int64_t now = monotonic_ns();
    if (now - line->drawn_ns < REDRAW_NS)
        return;
    draw(line, progress, (double)(now - line->begun_ns) / 1e9);
    line->drawn_ns = now;
    line->is_drawn = true;
}
