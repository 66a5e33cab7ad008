/* Asks SQLite, from inside a long xFilter or xNext, whether the query is to stop.
 *
 * SQLite looks for sqlite3_interrupt and calls the progress handler only while it runs a statement
 * itself, the handler every so many of its instructions.  A poll steps a prepared statement of some
 * thousand instructions, which does both, on every version; sqlite3_is_interrupted (3.41) would
 * miss the progress handler.  That takes some 50 µs, so it is done every POLL_MS only; between them
 * a call is a look at the clock. */
#ifndef VTAB_POLL_H
#define VTAB_POLL_H

#include "capture/memory.h"

#include <sqlite3ext.h>

#include <stdint.h>

/* One in every connected table: opened in xConnect, closed in xDisconnect.  (A statement held
 * anywhere else would make sqlite3_close answer SQLITE_BUSY.) */
struct poll {
    sqlite3_stmt *statement; /* NULL if preparing was refused: then nothing is asked */
    int64_t asked_ns;        /* when it was stepped last */
};

struct poll poll_open(sqlite3 *db);
void poll_close(struct poll *poll);

/* SQLITE_OK, or SQLITE_INTERRUPT if the query is to stop.  Call it on the query's own thread only.
 */
int poll_stop(struct poll *poll);

/* The same as a question for whoever reads files on that thread.  The poll is borrowed. */
struct stop poll_as_stop(struct poll *poll);

#endif
