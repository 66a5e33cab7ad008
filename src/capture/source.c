/* The bytes of one file: see source.h.
 *
 * One block of memory holds what was read and not yet consumed.  When more is wanted than is ready,
 * the unconsumed tail moves to the front of the block and the rest of it is filled, so that whoever
 * peeks sees a record in one piece even if it straddled two reads.  The block grows only when one
 * record alone is larger, and only as its bytes arrive: a length field that lies costs no memory.
 *
 * A regular file is read up to the size it had when it was opened.
 *
 * Before every block the caller is asked whether to stop; whoever waits for a pipe's writer, to
 * open it or to write, asks every WAIT_MS. */
#include "capture/source.h"

#include "capture/inflater.h"

#include <errno.h>
#include <stdlib.h>

/* Large enough that system calls vanish beside the copying, small enough to stay in the
 * second-level cache. */
enum { BLOCK_SIZE = 256 << 10 };

_Static_assert((int)BLOCK_SIZE <= (int)INFLATER_INPUT_SIZE,
               "the first block is handed to an inflater");

/* Enough of a file to tell its compression. */
enum { MAGIC_SIZE = 4 };

/* A wait for a pipe in between two questions whether to stop: unnoticed by people, rare for a
 * processor. */
enum { WAIT_MS = 10 };

struct source_file {
    struct memory *memory;
    char *path;
    file_handle handle;
    struct file_identity identity;
    uint64_t read_offset;      /* in the file itself, of the next byte to read */
    struct inflater *inflater; /* NULL if the file is not compressed */
    uint8_t *block;
    size_t block_size;
    bool held;
    bool ended;           /* everything there is has been read */
    struct fault failure; /* of reading; the same again for who asks again */
};

/* False with a fault if the caller wants to stop. */
static bool may_go_on(const struct source_file *file, struct fault *fault)
{
    return !stop_is_wanted(&file->memory->stop) || fault_stopped(fault);
}

/* Waits until a pipe has bytes or has ended. */
static bool wait_for_writer(const struct source_file *file, struct fault *fault)
{
    while (!file_wait(file->handle, WAIT_MS))
        if (!may_go_on(file, fault))
            return false;
    return true;
}

/* Whether a read is to be tried again: a signal came, or somebody else took the pipe's bytes. */
static bool is_passing(int error)
{
    return error == EINTR || error == EAGAIN;
}

/* Reads once; *got is 0 at the end of the file, or where it ended when it was opened. */
static bool read_file(void *context, uint8_t *to, size_t size, size_t *got, struct fault *fault)
{
    struct source_file *file = context;
    bool is_regular = file->identity.is_regular;
    if (is_regular) {
        uint64_t rest = file->identity.size - file->read_offset;
        size = size < rest ? size : (size_t)rest;
    }
    int64_t count;
    do {
        if (!may_go_on(file, fault) || (!is_regular && !wait_for_writer(file, fault)))
            return false;
        count = file_read(file->handle, to, size, file->read_offset, is_regular);
    } while (count < 0 && is_passing(errno));
    if (count < 0)
        return fault_system(fault, FAULT_READ, file->path, "cannot read");
    *got = (size_t)count;
    file->read_offset += *got;
    return true;
}

static bool read_content(struct source_file *file, uint8_t *to, size_t size, size_t *got,
                         struct fault *fault)
{
    if (!file->inflater)
        return read_file(file, to, size, got, fault);
    return may_go_on(file, fault) && inflater_read(file->inflater, to, size, got, fault);
}

/* Makes room behind the ready bytes: moves them to the front of the block, and doubles it if they
 * fill it. */
static bool make_room(struct source *source, struct fault *fault)
{
    struct source_file *file = source->file;
    struct cursor *ready = &source->ready;
    if (ready->at != file->block)
        memmove(file->block, ready->at, ready->left);
    if (ready->left == file->block_size) {
        uint8_t *larger =
            memory_resize(file->memory, file->block, file->block_size, 2 * file->block_size, fault);
        if (!larger)
            return false;
        file->block = larger;
        file->block_size *= 2;
    }
    *ready = cursor_over(file->block, ready->left);
    return true;
}

enum source_result source_fill(struct source *source, size_t want, struct fault *fault)
{
    struct source_file *file = source->file;
    struct cursor *ready = &source->ready;
    if (ready->left >= want || file->ended)
        return SOURCE_OK;
    if (file->held)
        return SOURCE_HELD;
    while (ready->left < want && !file->ended && !file->failure.code) {
        size_t got = 0;
        if (!make_room(source, &file->failure) ||
            !read_content(file, file->block + ready->left, file->block_size - ready->left, &got,
                          &file->failure))
            break;
        ready->left += got;
        source->ready_end += got;
        file->ended = got == 0;
    }
    if (ready->left >= want || file->ended)
        return SOURCE_OK;
    *fault = file->failure;
    return SOURCE_FAILED;
}

enum source_result source_skip(struct source *source, uint64_t n, uint64_t *skipped,
                               struct fault *fault)
{
    *skipped = 0;
    if (n > source->ready.left && source->file->held && !source->file->ended)
        return SOURCE_HELD;
    if (n > source->ready.left && source_can_seek(source)) {
        uint64_t start = source_offset(source), size = source->file->identity.size;
        *skipped = n < size - start ? n : size - start;
        source_seek(source, start + *skipped);
        return SOURCE_OK;
    }
    while (*skipped < n) {
        struct cursor window;
        enum source_result result = source_peek(source, 1, &window, fault);
        if (result != SOURCE_OK)
            return result;
        if (window.left == 0)
            break;
        uint64_t rest = n - *skipped;
        size_t step = rest < window.left ? (size_t)rest : window.left;
        source_consume(source, step);
        *skipped += step;
    }
    return SOURCE_OK;
}

void source_hold(struct source *source, bool held)
{
    source->file->held = held;
}

bool source_can_seek(const struct source *source)
{
    return source->file->identity.is_regular && !source->file->inflater;
}

void source_seek(struct source *source, uint64_t offset)
{
    struct source_file *file = source->file;
    uint64_t start = source_offset(source);
    if (offset >= start && offset - start <= source->ready.left) {
        source_consume(source, (size_t)(offset - start));
        return;
    }
    offset = offset < file->identity.size ? offset : file->identity.size;
    source->ready.left = 0;
    source->ready_end = file->read_offset = offset;
    file->ended = false;
}

static bool open_file(struct source_file *file, struct fault *fault)
{
    file->handle = file_open(file->path, &file->identity);
    return file->handle != NO_FILE || fault_system(fault, FAULT_CANNOT_OPEN, file->path,
                                                   errno == EISDIR ? "cannot read" : "cannot open");
}

/* If the bytes at the front of the file are compressed, hands them to an inflater. */
static bool open_inflater(struct source *source, struct fault *fault)
{
    struct source_file *file = source->file;
    if (source_fill(source, MAGIC_SIZE, fault) != SOURCE_OK)
        return false;
    const struct compression *compression = compression_of(&source->ready);
    if (!compression)
        return true;
    struct inflater *inflater = inflater_open(compression, file->path, &source->ready, read_file,
                                              file, file->memory, fault);
    if (!inflater)
        return false;
    file->inflater = inflater;
    source->ready.left = 0;
    source->ready_end = 0;
    file->ended = false;
    return true;
}

struct source *source_open(const char *path, struct memory *memory, struct fault *fault)
{
    struct source *source = memory_allocate(memory, sizeof *source, fault);
    if (!source)
        return NULL;
    struct source_file *file = memory_allocate(memory, sizeof *file, fault);
    if (!file) {
        memory_release(memory, source, sizeof *source);
        return NULL;
    }
    source->file = file;
    file->memory = memory;
    file->handle = NO_FILE;
    file->block_size = BLOCK_SIZE;
    file->block = memory_allocate(memory, file->block_size, fault);
    file->path = strdup(path);
    source->ready = cursor_over(file->block, 0);
    if (file->path && file->block && open_file(file, fault) && open_inflater(source, fault))
        return source;
    if (!file->path)
        fault_out_of_memory(fault);
    source_close(source);
    return NULL;
}

void source_close(struct source *source)
{
    if (!source)
        return;
    struct source_file *file = source->file;
    struct memory *memory = file->memory;
    inflater_close(file->inflater);
    if (file->handle != NO_FILE)
        file_close(file->handle);
    memory_release(memory, file->block, file->block_size);
    free(file->path);
    memory_release(memory, file, sizeof *file);
    memory_release(memory, source, sizeof *source);
}

const struct file_identity *source_identity(const struct source *source)
{
    return &source->file->identity;
}

const char *source_path(const struct source *source)
{
    return source->file->path;
}

const char *source_compression(const struct source *source)
{
    struct inflater *inflater = source->file->inflater;
    return inflater ? inflater_compression(inflater)->name : NULL;
}

bool source_cut(const struct source *source)
{
    struct inflater *inflater = source->file->inflater;
    return inflater && inflater_was_cut(inflater);
}

bool source_has_trailing_garbage(const struct source *source)
{
    struct inflater *inflater = source->file->inflater;
    return inflater && inflater_has_trailing_garbage(inflater);
}

uint64_t source_bytes_read(const struct source *source)
{
    return source->file->read_offset;
}
