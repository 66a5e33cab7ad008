/* IP fragments: a hash table of datagrams that wait, each with its pieces in order of offset.
 *
 * Limits are counted in what is kept, bookkeeping included; over a limit the oldest datagram goes.
 * Every insertion costs at most FRAGMENTS_PIECES_MAX steps, however the fragments were made. */
#include "packet/fragments.h"

enum { BUCKETS = 256 };

struct piece {
    struct piece *next;
    uint32_t offset, length;
    uint8_t bytes[];
};

struct waiting {
    struct fragment_key key;
    struct waiting *next_in_bucket;
    struct waiting *older, *newer;
    struct piece *pieces; /* by offset, then by arrival */
    unsigned piece_count;
    size_t bytes;    /* of its pieces */
    uint32_t length; /* of the datagram, once its last fragment came */
    bool has_length;
    int64_t start_ns; /* of its first fragment to arrive */
};

/* A datagram that was handed out. */
struct complete {
    struct complete *next;
    size_t length;
    uint8_t bytes[];
};

struct fragments {
    struct memory *memory;
    struct waiting *buckets[BUCKETS];
    struct waiting *oldest, *newest;
    struct complete *complete;
    size_t datagrams, bytes;
    uint64_t added; /* fragments */
};

struct fragments *fragments_open(struct memory *memory, struct fault *fault)
{
    struct fragments *fragments = memory_allocate(memory, sizeof *fragments, fault);
    if (fragments)
        fragments->memory = memory;
    return fragments;
}

/* Blocks that count for the limit. */
static void *keep(struct fragments *fragments, size_t size, struct fault *fault)
{
    void *block = memory_allocate(fragments->memory, size, fault);
    if (block)
        fragments->bytes += size;
    return block;
}

static void let_go(struct fragments *fragments, void *block, size_t size)
{
    memory_release(fragments->memory, block, size);
    fragments->bytes -= size;
}

/* FNV-1a over what differs between datagrams. */
static struct waiting **bucket_of(struct fragments *fragments, const struct fragment_key *key)
{
    const struct cursor bytes = cursor_over(key, sizeof *key);
    uint32_t hash = 2166136261u;
    for (size_t i = 0; i < bytes.left; i++)
        hash = (hash ^ u8_at(&bytes, i)) * 16777619u;
    return &fragments->buckets[hash % BUCKETS];
}

static struct waiting *find(struct fragments *fragments, const struct fragment_key *key)
{
    struct waiting *waiting = *bucket_of(fragments, key);
    while (waiting && memcmp(&waiting->key, key, sizeof *key) != 0)
        waiting = waiting->next_in_bucket;
    return waiting;
}

static void unlink_waiting(struct fragments *fragments, struct waiting *waiting)
{
    struct waiting **link = bucket_of(fragments, &waiting->key);
    while (*link != waiting)
        link = &(*link)->next_in_bucket;
    *link = waiting->next_in_bucket;
    *(waiting->older ? &waiting->older->newer : &fragments->oldest) = waiting->newer;
    *(waiting->newer ? &waiting->newer->older : &fragments->newest) = waiting->older;
    fragments->datagrams--;
}

static void drop(struct fragments *fragments, struct waiting *waiting)
{
    unlink_waiting(fragments, waiting);
    for (struct piece *piece = waiting->pieces, *next; piece; piece = next) {
        next = piece->next;
        let_go(fragments, piece, sizeof *piece + piece->length);
    }
    let_go(fragments, waiting, sizeof *waiting);
}

static struct waiting *start(struct fragments *fragments, const struct fragment *fragment,
                             struct fault *fault)
{
    struct waiting *waiting = keep(fragments, sizeof *waiting, fault);
    if (!waiting)
        return NULL;
    struct waiting **bucket = bucket_of(fragments, &fragment->key);
    waiting->key = fragment->key;
    waiting->start_ns = fragment->time_ns;
    waiting->next_in_bucket = *bucket;
    *bucket = waiting;
    waiting->older = fragments->newest;
    *(waiting->older ? &waiting->older->newer : &fragments->oldest) = waiting;
    fragments->newest = waiting;
    fragments->datagrams++;
    return waiting;
}

static bool add_piece(struct fragments *fragments, struct waiting *waiting,
                      const struct fragment *fragment, struct fault *fault)
{
    size_t length = fragment->bytes.left;
    struct piece *piece = keep(fragments, sizeof *piece + length, fault);
    if (!piece)
        return false;
    piece->offset = fragment->offset;
    piece->length = (uint32_t)length;
    copy_at(&fragment->bytes, 0, piece->bytes, length);
    struct piece **link = &waiting->pieces;
    while (*link && (*link)->offset <= piece->offset)
        link = &(*link)->next;
    piece->next = *link;
    *link = piece;
    waiting->piece_count++;
    waiting->bytes += sizeof *piece + length;
    return true;
}

/* Whether the pieces reach the known length without a hole. */
static bool is_whole(const struct waiting *waiting)
{
    uint32_t end = 0;
    for (const struct piece *piece = waiting->pieces; piece && piece->offset <= end;
         piece = piece->next)
        if (piece->offset + piece->length > end)
            end = piece->offset + piece->length;
    return end >= waiting->length;
}

/* Puts the pieces of a whole datagram together. */
static bool assemble(struct fragments *fragments, const struct waiting *waiting,
                     struct cursor *datagram, struct fault *fault)
{
    struct complete *complete =
        memory_allocate(fragments->memory, sizeof *complete + waiting->length, fault);
    if (!complete)
        return false;
    complete->length = waiting->length;
    complete->next = fragments->complete;
    fragments->complete = complete;
    uint32_t end = 0;
    for (const struct piece *piece = waiting->pieces; piece && end < waiting->length;
         piece = piece->next) {
        uint32_t known = end - piece->offset;
        if (piece->length <= known)
            continue;
        uint32_t count = piece->length - known;
        if (count > waiting->length - end)
            count = waiting->length - end;
        memcpy(complete->bytes + end, piece->bytes + known, count);
        end += count;
    }
    *datagram = cursor_over(complete->bytes, complete->length);
    return true;
}

/* Gives up datagrams that are too old.  Times that an attacker wrote may overflow any difference.
 */
static void drop_old(struct fragments *fragments, int64_t now_ns)
{
    const int64_t age_max_ns = FRAGMENTS_AGE_MAX_SECONDS * 1000000000ll;
    int64_t limit_ns;
    if (__builtin_sub_overflow(now_ns, age_max_ns, &limit_ns))
        return;
    while (fragments->oldest && fragments->oldest->start_ns < limit_ns)
        drop(fragments, fragments->oldest);
}

/* Gives up what is too much, the oldest first, but never `current`. */
static void drop_surplus(struct fragments *fragments, const struct waiting *current)
{
    while (fragments->oldest != current && (fragments->bytes > FRAGMENTS_BYTES_MAX ||
                                            fragments->datagrams > FRAGMENTS_DATAGRAMS_MAX))
        drop(fragments, fragments->oldest);
}

/* The datagram that a fragment belongs to: one that waits, or a new one. */
static struct waiting *find_or_start(struct fragments *fragments, const struct fragment *fragment,
                                     struct fault *fault)
{
    struct waiting *waiting = find(fragments, &fragment->key);
    if (waiting && (waiting->piece_count >= FRAGMENTS_PIECES_MAX ||
                    waiting->bytes + fragment->bytes.left > FRAGMENTS_BYTES_MAX)) {
        drop(fragments, waiting);
        waiting = NULL;
    }
    return waiting ? waiting : start(fragments, fragment, fault);
}

/* One packet may hold millions of fragments, each with a search: who waits is asked now and then.
 */
static bool may_go_on(struct fragments *fragments, struct fault *fault)
{
    enum { UNASKED = 2048 };
    bool is_time = ++fragments->added % UNASKED == 0;
    return !(is_time && stop_is_wanted(&fragments->memory->stop)) || fault_stopped(fault);
}

enum fragments_result fragments_add(struct fragments *fragments, const struct fragment *fragment,
                                    struct cursor *datagram, struct fault *fault)
{
    if (!may_go_on(fragments, fault))
        return FRAGMENTS_FAILED;
    drop_old(fragments, fragment->time_ns);
    struct waiting *waiting = find_or_start(fragments, fragment, fault);
    if (!waiting || !add_piece(fragments, waiting, fragment, fault))
        return FRAGMENTS_FAILED;
    drop_surplus(fragments, waiting);
    if (!fragment->more && !waiting->has_length) {
        waiting->has_length = true;
        waiting->length = fragment->offset + (uint32_t)fragment->bytes.left;
    }
    if (!waiting->has_length || !is_whole(waiting))
        return FRAGMENTS_WAIT;
    bool assembled = assemble(fragments, waiting, datagram, fault);
    drop(fragments, waiting);
    return assembled ? FRAGMENTS_COMPLETE : FRAGMENTS_FAILED;
}

void fragments_forget(struct fragments *fragments)
{
    for (struct complete *complete = fragments->complete, *next; complete; complete = next) {
        next = complete->next;
        memory_release(fragments->memory, complete, sizeof *complete + complete->length);
    }
    fragments->complete = NULL;
}

void fragments_clear(struct fragments *fragments)
{
    while (fragments->oldest)
        drop(fragments, fragments->oldest);
    fragments_forget(fragments);
}

void fragments_close(struct fragments *fragments)
{
    if (!fragments)
        return;
    fragments_clear(fragments);
    memory_release(fragments->memory, fragments, sizeof *fragments);
}
