#include "vtab/shared.h"

#include "capture/platform.h"
#include "vtab/cache.h"

#include <sqlite3ext.h>

SQLITE_EXTENSION_INIT3

struct shared *shared_new(void)
{
    struct shared *shared = sqlite3_malloc64(sizeof *shared);
    if (!shared)
        return NULL;
    *shared = (struct shared){.references = 1, .memory_limit = available_memory() / 2};
    sqlite3_randomness((int)sizeof shared->hash_key, shared->hash_key);
    return shared;
}

struct shared *shared_retain(struct shared *shared)
{
    shared->references++;
    return shared;
}

void shared_release(void *client_data)
{
    struct shared *shared = client_data;
    if (--shared->references > 0)
        return;
    if (shared->cache)
        cache_close(shared->cache);
    sqlite3_free(shared);
}
