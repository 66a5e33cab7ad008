/* The analysed captures of one database connection.
 *
 * The first query over a capture pays for one pass over its files; every later one, from whichever
 * table or view, gets the finished trace, as long as the files are the same (path, device, inode,
 * size, time of modification). */
#ifndef VTAB_CACHE_H
#define VTAB_CACHE_H

#include "tcp/trace.h"
#include "vtab/poll.h"
#include "vtab/shared.h"

void cache_close(struct cache *cache);

/* The trace of what `pattern` names, analysed now if need be.  The caller releases it with
 * trace_release.  NULL with a fault. */
struct trace *cache_trace(struct shared *shared, const char *pattern, struct poll *poll,
                          struct fault *fault);

/* The same without analysing: NULL if it is not there. */
struct trace *cache_find(struct shared *shared, const char *pattern, struct poll *poll);

#endif
