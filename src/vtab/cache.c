#include "vtab/cache.h"

#include "capture/platform.h"
#include "vtab/capture_table.h"

#include <string.h>

SQLITE_EXTENSION_INIT3

/* A comparison of captures needs a few at once; what they take together is bounded by the memory
 * limit. */
enum { CACHE_ENTRIES = 8 };

struct cache_entry {
    char *pattern; /* NULL: free */
    struct trace *trace;
};

struct cache {
    struct cache_entry entries[CACHE_ENTRIES]; /* latest used first */
};

static void drop_entry(struct cache *cache, int i)
{
    sqlite3_free(cache->entries[i].pattern);
    trace_release(cache->entries[i].trace);
    memmove(&cache->entries[i], &cache->entries[i + 1],
            (size_t)(CACHE_ENTRIES - 1 - i) * sizeof *cache->entries);
    cache->entries[CACHE_ENTRIES - 1] = (struct cache_entry){0};
}

void cache_close(struct cache *cache)
{
    while (cache->entries[0].pattern)
        drop_entry(cache, 0);
    sqlite3_free(cache);
}

static struct cache *cache_of(struct shared *shared)
{
    if (!shared->cache) {
        shared->cache = sqlite3_malloc64(sizeof *shared->cache);
        if (shared->cache)
            *shared->cache = (struct cache){0};
    }
    return shared->cache;
}

/* Moves an entry to the front. */
static struct trace *use_entry(struct cache *cache, int i)
{
    struct cache_entry entry = cache->entries[i];
    memmove(&cache->entries[1], &cache->entries[0], (size_t)i * sizeof entry);
    cache->entries[0] = entry;
    return trace_retain(entry.trace);
}

struct trace *cache_find(struct shared *shared, const char *pattern, struct poll *poll)
{
    const struct stop stop = poll_as_stop(poll);
    struct cache *cache = shared->cache;
    for (int i = 0; cache && i < CACHE_ENTRIES && cache->entries[i].pattern; i++) {
        if (strcmp(cache->entries[i].pattern, pattern) != 0)
            continue;
        if (dataset_is_current(cache->entries[i].trace->dataset, pattern, &stop))
            return use_entry(cache, i);
        drop_entry(cache, i);
        break;
    }
    return NULL;
}

/* Drops the entries that were used longest ago until all together keep within the limit. */
static void keep_within(struct cache *cache, size_t limit)
{
    size_t used = 0;
    for (int i = 0; i < CACHE_ENTRIES && cache->entries[i].pattern; i++) {
        used += cache->entries[i].trace->memory.used;
        if (i > 0 && used > limit) {
            while (cache->entries[i].pattern)
                drop_entry(cache, i);
            return;
        }
    }
}

/* Puts a trace in front; without memory it is simply not kept. */
static void add_entry(struct shared *shared, const char *pattern, struct trace *trace)
{
    struct cache *cache = cache_of(shared);
    char *copy = cache ? sqlite3_mprintf("%s", pattern) : NULL;
    if (!copy)
        return;
    if (cache->entries[CACHE_ENTRIES - 1].pattern)
        drop_entry(cache, CACHE_ENTRIES - 1);
    memmove(&cache->entries[1], &cache->entries[0], (CACHE_ENTRIES - 1) * sizeof *cache->entries);
    cache->entries[0] = (struct cache_entry){copy, trace_retain(trace)};
    keep_within(cache, shared->memory_limit);
}

/* Whom an analysis tells how far it is. */
struct listener {
    struct progress_line *line;
    struct poll *poll;
};

static bool note_progress(void *context, const struct progress *progress)
{
    const struct listener *listener = context;
    progress_show(listener->line, progress);
    return poll_stop(listener->poll) != SQLITE_OK;
}

struct trace *cache_trace(struct shared *shared, const char *pattern, struct poll *poll,
                          struct fault *fault)
{
    struct trace *trace = cache_find(shared, pattern, poll);
    if (trace)
        return trace;
    struct listener listener = {&shared->progress, poll};
    const struct trace_options options = {
        .hash_key = {shared->hash_key[0], shared->hash_key[1]},
        .memory_limit = shared->memory_limit,
        .two_threads = available_processors() > 1,
        .progress = note_progress,
        .progress_context = &listener,
    };
    progress_begin(&shared->progress, "analysing");
    trace = trace_run(pattern, &options, fault);
    progress_end(&shared->progress);
    if (trace)
        add_entry(shared, pattern, trace);
    return trace;
}
