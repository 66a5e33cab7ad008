/* Asks SQLite, from inside a long xFilter or xNext, whether the query is to stop.
 *
 * SQLite looks for sqlite3_interrupt and calls the progress handler between rows only.  A poll
 * steps a prepared `SELECT 1`, which does both, on every version; sqlite3_is_interrupted (3.41)
 * would miss the progress handler. A poll costs some 50 ns: once every POLL_PACKETS packets, not
 * for each. */
#ifndef VTAB_POLL_H
#define VTAB_POLL_H

#include "capture/memory.h"

#include <sqlite3ext.h>

/* 8,192 packets are read in 1 to 5 ms: well inside the 50 ms in which a query has to stop. */
enum { POLL_PACKETS = 8192 };

/* One in every connected table: opened in xConnect, closed in xDisconnect.  (A statement held
 * anywhere else would make sqlite3_close answer SQLITE_BUSY.) */
struct poll {
    sqlite3_stmt *statement; /* NULL if preparing was refused: then nothing is asked */
};

struct poll poll_open(sqlite3 *db);
void poll_close(struct poll *poll);

/* SQLITE_OK, or SQLITE_INTERRUPT if the query is to stop.  Call it on the query's own thread only.
 */
int poll_stop(struct poll *poll);

/* The same as a question for whoever reads files on that thread.  The poll is borrowed. */
struct stop poll_as_stop(struct poll *poll);

#endif
