/* What all tables and functions of one database connection have in common.
 *
 * It is counted: every module, every function and every connected table holds its own reference,
 * because SQLite 3.40 destroys a module before it disconnects the module's last table.  A
 * connection is used by one thread at a time, so a plain counter does. */
#ifndef VTAB_SHARED_H
#define VTAB_SHARED_H

#include <stddef.h>
#include <stdint.h>

#include "vtab/progress.h"

struct cache; /* analysed captures, vtab/cache.h */

struct shared {
    int references;
    size_t memory_limit;  /* bytes that one analysis may take; tcp_memory_limit reads and sets it */
    uint64_t hash_key[2]; /* random: nobody can aim collisions at the table of connections */
    struct progress_line progress;
    bool is_importing;   /* tcp_import is under way: its scans show progress too */
    struct cache *cache; /* NULL until the first query makes one */
};

/* With one reference, half of the memory that is free now as limit, and no cache; NULL without
 * memory. */
struct shared *shared_new(void);

/* One reference more; returns its argument. */
struct shared *shared_retain(struct shared *shared);

/* One reference less; the last one closes the cache.  A destructor for sqlite3_create_module_v2 and
 * sqlite3_create_function_v2, hence the type. */
void shared_release(void *shared);

#endif
