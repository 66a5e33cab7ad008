/* The bytes of one file, in order, uncompressed.
 *
 * A source is a window over a file: `source_peek` shows the next bytes, `source_consume` moves on.
 * Regular files are read in blocks (never mmap: a file that shrinks would kill the host
 * with SIGBUS); gzip, zstd and lz4 are told by their magic number and inflated block by block;
 * pipes are read as they come. */
#ifndef CAPTURE_SOURCE_H
#define CAPTURE_SOURCE_H

#include "capture/cursor.h"
#include "capture/fault.h"
#include "capture/memory.h"
#include "capture/platform.h"

/* What is in memory, in the open so that peeking and consuming cost a few instructions; the rest is
 * private. */
struct source {
    struct cursor ready;      /* bytes that are in memory and not consumed */
    uint64_t ready_end;       /* offset of the byte behind them in the uncompressed data */
    struct source_file *file; /* where more come from */
};

enum source_result {
    SOURCE_OK,     /* the window holds `want` bytes, or fewer at the end of the data */
    SOURCE_HELD,   /* the bytes are not in memory yet and the source is held: see source_hold */
    SOURCE_FAILED, /* the fault says why */
};

/* Opens the file and tells its compression.  NULL with a fault that names the path and the system's
 * reason. */
struct source *source_open(const char *path, struct memory *memory, struct fault *fault);
void source_close(struct source *source);

/* Reads on until `want` bytes are ready: the slow half of source_peek. */
enum source_result source_fill(struct source *source, size_t want, struct fault *fault);

/* Shows the next bytes without consuming them: at least `want`, or fewer only if the data ends.
 * The window may show more than asked for.  Compressed data that ends too early simply ends;
 * source_cut tells. Corrupt compressed data is FAULT_DAMAGE, after everything before it was shown.
 */
static inline enum source_result source_peek(struct source *source, size_t want,
                                             struct cursor *window, struct fault *fault)
{
    enum source_result result = SOURCE_OK;
    if (source->ready.left < want)
        result = source_fill(source, want, fault);
    *window = source->ready;
    return result;
}

/* Moves past n bytes that source_peek has shown. */
static inline void source_consume(struct source *source, size_t n)
{
    cursor_skip(&source->ready, n);
}

/* The same, up to where a window that source_peek has shown was read. */
static inline void source_consume_until(struct source *source, const struct cursor *rest)
{
    source->ready = *rest;
}

/* Moves past n bytes without showing them (n may exceed any buffer); fewer at the end of the data.
 */
enum source_result source_skip(struct source *source, uint64_t n, uint64_t *skipped,
                               struct fault *fault);

/* While held, no call moves or overwrites bytes that were shown: peek and skip answer SOURCE_HELD
 * instead. */
void source_hold(struct source *source, bool held);

/* Offset of the next byte in the uncompressed data. */
static inline uint64_t source_offset(const struct source *source)
{
    return source->ready_end - source->ready.left;
}

/* Whether the bytes can be read again from any offset: an uncompressed regular file. */
bool source_can_seek(const struct source *source);
void source_seek(struct source *source, uint64_t offset);

const struct file_identity *source_identity(const struct source *source);

/* "gzip", "zstd", "lz4", or NULL if the file is not compressed. */
const char *source_compression(const struct source *source);

/* Whether compressed data ended before its own end mark. */
bool source_cut(const struct source *source);

/* Whether something that is not compressed data follows it; it is ignored, as gzip does. */
bool source_has_trailing_garbage(const struct source *source);

/* The path it was opened with. */
const char *source_path(const struct source *source);

/* Bytes of the file itself that were read so far, for progress: compressed ones if it is
 * compressed. */
uint64_t source_bytes_read(const struct source *source);

#endif
