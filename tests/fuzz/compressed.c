/* The use of zlib, libzstd and liblz4: the input is a compressed file.  However its content is
 * asked for, it is the same, and it ends the same way. */
#include "harness.h"

#include "capture/source.h"
#include "memory_file.h"

/* A bomb goes on for long; this much of it shows what the rest would. */
enum { CONTENT_MAX = 512 << 10 };

struct content {
    uint64_t size, digest;
    enum source_result end;
    enum fault_code code;
    bool cut, has_garbage;
};

/* Reads in steps of `step` bytes, asking for `want` each time. */
static struct content read_content(const char *path, size_t want, size_t step,
                                   struct memory *memory)
{
    struct fault fault = {.code = FAULT_NONE};
    struct content content = {0};
    struct source *source = source_open(path, memory, &fault);
    struct cursor window;
    bool goes_on = source && source_compression(source);
    while (goes_on && content.size < CONTENT_MAX) {
        MUST(source_offset(source) == content.size);
        content.end = source_peek(source, want, &window, &fault);
        /* Corrupt data: what comes before it is shown all the same. */
        goes_on = content.end == SOURCE_OK && window.left > 0;
        window = cursor_first(&window, goes_on ? step : window.left);
        window = cursor_first(&window, CONTENT_MAX - content.size);
        content.digest = digest_bytes(content.digest, window.at, window.left);
        content.size += window.left;
        source_consume(source, window.left);
    }
    content.code = fault.code;
    if (source) {
        content.cut = source_cut(source);
        content.has_garbage = source_has_trailing_garbage(source);
    }
    source_close(source);
    return content;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory memory = {.limit = FUZZ_MEMORY_MAX};
    struct memory_file file = memory_file_open(data, size);
    struct content large = read_content(file.path, 65536, 65536, &memory);
    struct content small = read_content(file.path, 1, 997, &memory);
    memory_file_close(&file);
    MUST(large.size == small.size && large.digest == small.digest);
    MUST(large.size == CONTENT_MAX || (large.end == small.end && large.code == small.code));
    MUST(large.size == CONTENT_MAX ||
         (large.cut == small.cut && large.has_garbage == small.has_garbage));
    MUST(memory.used == 0);
    return 0;
}
