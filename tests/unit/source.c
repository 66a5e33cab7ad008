/* source.h: blocks, seeking, skipping, holding, pipes, and each compression with its ends and its
 * damage. */
#include "capture/source.h"

#include "check.h"
#include "files.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>

enum { LARGE = 1 << 20 };

static struct memory memory = {.limit = 64 << 20};
static struct fault fault;

static struct source *open_source(const char *path)
{
    struct source *source = source_open(path, &memory, &fault);
    CHECK(source != NULL);
    if (!source)
        fprintf(stderr, "%s\n", fault.text);
    return source;
}

static void close_source(struct source *source)
{
    source_close(source);
    CHECK_INT(memory.used, 0);
}

/* The byte that stands at an offset of the large file. */
static uint8_t byte_at(uint64_t offset)
{
    return (uint8_t)(offset * 7 + offset / 251);
}

static const char *write_large(void)
{
    static struct bytes b;
    b.length = 0;
    while (b.length < LARGE) {
        uint8_t byte = byte_at(b.length);
        put_bytes(&b, &byte, 1);
    }
    return write_file("large", &b);
}

static void test_blocks(const char *path)
{
    struct source *source = open_source(path);
    struct cursor window;
    uint64_t offset = 0, wrong = 0;
    /* 1,009 is prime: windows straddle the blocks at every place. */
    while (source_peek(source, 1009, &window, &fault) == SOURCE_OK && window.left > 0) {
        size_t step = window.left < 1009 ? window.left : 1009;
        CHECK_INT(source_offset(source), offset);
        for (size_t i = 0; i < step; i++)
            wrong += u8_at(&window, i) != byte_at(offset + i);
        source_consume(source, step);
        offset += step;
    }
    CHECK_INT(offset, LARGE);
    CHECK_INT(wrong, 0);
    CHECK_INT(source_bytes_read(source), LARGE);
    CHECK(!source_compression(source));
    close_source(source);
}

static void test_seek_and_skip(const char *path)
{
    struct source *source = open_source(path);
    struct cursor window;
    CHECK(source_can_seek(source));
    source_seek(source, 700001);
    CHECK_INT(source_peek(source, 4, &window, &fault), SOURCE_OK);
    CHECK_INT(u8_at(&window, 3), byte_at(700004));
    source_seek(source, 10);
    CHECK_INT(source_peek(source, 1, &window, &fault), SOURCE_OK);
    CHECK_INT(u8_at(&window, 0), byte_at(10));
    uint64_t skipped;
    CHECK_INT(source_skip(source, 500000, &skipped, &fault), SOURCE_OK);
    CHECK_INT(skipped, 500000);
    CHECK_INT(source_offset(source), 500010);
    CHECK_INT(source_skip(source, UINT64_MAX, &skipped, &fault), SOURCE_OK);
    CHECK_INT(skipped, LARGE - 500010);
    CHECK_INT(source_peek(source, 1, &window, &fault), SOURCE_OK);
    CHECK_INT(window.left, 0);
    /* One record larger than a block. */
    source_seek(source, 1);
    CHECK_INT(source_peek(source, LARGE - 1, &window, &fault), SOURCE_OK);
    CHECK_INT(window.left, LARGE - 1);
    CHECK_INT(u8_at(&window, LARGE - 2), byte_at(LARGE - 1));
    close_source(source);
}

static void test_hold(const char *path)
{
    struct source *source = open_source(path);
    struct cursor window, later;
    uint64_t skipped;
    CHECK_INT(source_peek(source, 100, &window, &fault), SOURCE_OK);
    source_consume(source, 60);
    source_hold(source, true);
    CHECK_INT(source_peek(source, window.left, &later, &fault), SOURCE_HELD);
    CHECK_INT(source_skip(source, window.left, &skipped, &fault), SOURCE_HELD);
    CHECK_INT(skipped, 0);
    CHECK_INT(u8_at(&window, 59), byte_at(59));
    CHECK_INT(source_peek(source, 100, &later, &fault), SOURCE_OK);
    source_hold(source, false);
    CHECK_INT(source_peek(source, window.left, &later, &fault), SOURCE_OK);
    CHECK_INT(source_offset(source), 60);
    CHECK_INT(u8_at(&later, 0), byte_at(60));
    close_source(source);
}

static void test_errors(void)
{
    const char *path = path_of("nothing");
    CHECK(!source_open(path, &memory, &fault));
    CHECK_INT(fault.code, FAULT_CANNOT_OPEN);
    CHECK_TEXT(after_path(fault.text, path), "cannot open: No such file or directory");
    CHECK(!source_open(folder, &memory, &fault));
    CHECK_INT(fault.code, FAULT_CANNOT_OPEN);
    CHECK_TEXT(after_path(fault.text, folder), "cannot read: Is a directory");
    struct memory little = {.limit = 1000};
    CHECK(!source_open(write_data("x", "x", 1), &little, &fault));
    CHECK_INT(fault.code, FAULT_MEMORY_LIMIT);
    CHECK_INT(little.used, 0);
    CHECK_INT(memory.used, 0);
}

/* What is written to the file after it was opened is not read; what was cut from it simply ends. */
static void test_changing_file(void)
{
    const char *path = write_data("changing", "0123456789", 10);
    struct source *source = open_source(path);
    FILE *file = fopen(path, "ab");
    fputs("more", file);
    fclose(file);
    struct cursor window;
    CHECK_INT(source_peek(source, 14, &window, &fault), SOURCE_OK);
    CHECK_INT(window.left, 10);
    close_source(source);

    path = write_large();
    source = open_source(path);
    CHECK_INT(truncate(path, 300000), 0);
    CHECK_INT(source_peek(source, LARGE, &window, &fault), SOURCE_OK);
    CHECK_INT(window.left, 300000);
    close_source(source);
}

static void *feed_pipe(void *path)
{
    int pipe = open(path, O_WRONLY);
    for (int i = 0; i < 5; i++) {
        CHECK_INT(write(pipe, "abcdefgh", 8), 8);
        usleep(2000);
    }
    close(pipe);
    return NULL;
}

static void test_pipe(void)
{
    const char *path = path_of("pipe");
    CHECK_INT(mkfifo(path, 0600), 0);
    pthread_t writer;
    CHECK_INT(pthread_create(&writer, NULL, feed_pipe, (void *)path), 0);
    struct source *source = open_source(path);
    struct cursor window;
    CHECK(!source_identity(source)->is_regular);
    CHECK(!source_can_seek(source));
    CHECK_INT(source_peek(source, 20, &window, &fault), SOURCE_OK);
    CHECK(window.left >= 20);
    CHECK_INT(u8_at(&window, 19), 'd');
    uint64_t skipped;
    CHECK_INT(source_skip(source, 1000, &skipped, &fault), SOURCE_OK);
    CHECK_INT(skipped, 40);
    close_source(source);
    pthread_join(writer, NULL);
}

static const uint8_t gzip_bytes[] = {
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x00, 0x03, 0xcb, 0x48,
    0xcd, 0xc9, 0xc9, 0xd7, 0x51, 0x48, 0x4e, 0x2c, 0x28, 0x29, 0x2d, 0x4a,
    0xe5, 0x02, 0x00, 0x43, 0x1b, 0xa9, 0x78, 0x0f, 0x00, 0x00, 0x00,
};
static const uint8_t zstd_bytes[] = {
    0x28, 0xb5, 0x2f, 0xfd, 0x24, 0x0f, 0x79, 0x00, 0x00, 0x68, 0x65, 0x6c, 0x6c, 0x6f,
    0x2c, 0x20, 0x63, 0x61, 0x70, 0x74, 0x75, 0x72, 0x65, 0x0a, 0x54, 0x1b, 0xfd, 0x48,
};
static const uint8_t lz4_bytes[] = {
    0x04, 0x22, 0x4d, 0x18, 0x64, 0x40, 0xa7, 0x0f, 0x00, 0x00, 0x80, 0x68,
    0x65, 0x6c, 0x6c, 0x6f, 0x2c, 0x20, 0x63, 0x61, 0x70, 0x74, 0x75, 0x72,
    0x65, 0x0a, 0x00, 0x00, 0x00, 0x00, 0x26, 0x75, 0xfe, 0xb2,
};
static const uint8_t skippable_frame[] = {0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'a', 'b', 'c'};

/* One of each compression: a member that unpacks to CONTENT and has a checksum of its content near
 * its end. */
#define CONTENT "hello, capture\n"
static const struct sample {
    const char *name;
    const uint8_t *bytes;
    size_t length;
    size_t checksum_at;
    const char *corrupt; /* the library's words for a wrong checksum */
} samples[] = {
    {"gzip", gzip_bytes, sizeof gzip_bytes, sizeof gzip_bytes - 5, "incorrect data check"},
    {"zstd", zstd_bytes, sizeof zstd_bytes, sizeof zstd_bytes - 1,
     "Restored data doesn't match checksum"},
    {"lz4", lz4_bytes, sizeof lz4_bytes, sizeof lz4_bytes - 1, "ERROR_contentChecksum_invalid"},
};

/* Reads all that is in a file, `times` times CONTENT. */
static void check_content(const char *path, const struct sample *sample, int times, bool is_cut,
                          bool has_garbage)
{
    struct source *source = open_source(path);
    if (!source)
        return;
    struct cursor window;
    CHECK_TEXT(source_compression(source), sample->name);
    CHECK(!source_can_seek(source));
    CHECK_INT(source_peek(source, 1000, &window, &fault), SOURCE_OK);
    CHECK_INT(window.left, (size_t)times * strlen(CONTENT));
    for (int i = 0; i < times; i++)
        CHECK(memcmp(cursor_after(&window, (size_t)i * strlen(CONTENT)).at, CONTENT,
                     strlen(CONTENT)) == 0);
    CHECK_INT(source_cut(source), is_cut);
    CHECK_INT(source_has_trailing_garbage(source), has_garbage);
    close_source(source);
}

static void test_corrupt_checksum(const struct sample *sample)
{
    static struct bytes b;
    b.length = 0;
    put_bytes(&b, sample->bytes, sample->length);
    b.data[sample->checksum_at] ^= 1;
    const char *path = write_file("corrupt", &b);
    struct source *source = open_source(path);
    struct cursor window;
    CHECK_INT(source_peek(source, 1000, &window, &fault), SOURCE_FAILED);
    CHECK_INT(fault.code, FAULT_DAMAGE);
    char text[200];
    snprintf(text, sizeof text, "the %s data is corrupt behind offset 15 of its content: %s",
             sample->name, sample->corrupt);
    CHECK_TEXT(after_path(fault.text, path), text);
    CHECK_INT(window.left, strlen(CONTENT));
    close_source(source);
}

static void test_compression(const struct sample *sample)
{
    static struct bytes b;
    b.length = 0;
    put_bytes(&b, sample->bytes, sample->length);
    const char *path = write_file(sample->name, &b);
    struct source *source = source_open(path, &memory, &fault);
    if (!source) { /* left out of this build */
        CHECK_INT(fault.code, FAULT_UNSUPPORTED);
        CHECK(strstr(fault.text, "is compressed with") && strstr(fault.text, "this build has no"));
        return;
    }
    close_source(source);
    check_content(path, sample, 1, false, false);

    put_bytes(&b, sample->bytes, sample->length);
    check_content(write_file("two", &b), sample, 2, false, false);
    put_fill(&b, 0, 512);
    check_content(write_file("padded", &b), sample, 2, false, false);
    b.length -= 512;
    put_bytes(&b, "garbage", 7);
    check_content(write_file("garbage", &b), sample, 2, false, true);

    for (size_t length = 4; length < sample->length; length++) {
        source = open_source(write_data("cut", sample->bytes, length));
        struct cursor window;
        CHECK_INT(source_peek(source, 1000, &window, &fault), SOURCE_OK);
        CHECK(window.left <= strlen(CONTENT));
        CHECK(source_cut(source));
        close_source(source);
    }
    test_corrupt_checksum(sample);
    if (strcmp(sample->name, "gzip") == 0)
        return;
    b.length = 0;
    put_bytes(&b, sample->bytes, sample->length);
    put_bytes(&b, skippable_frame, sizeof skippable_frame);
    put_bytes(&b, sample->bytes, sample->length);
    check_content(write_file("skippable", &b), sample, 2, false, false);
}

int main(void)
{
    make_folder();
    const char *large = write_large();
    test_blocks(large);
    test_seek_and_skip(large);
    test_hold(large);
    test_errors();
    test_changing_file();
    test_pipe();
    for (size_t i = 0; i < sizeof samples / sizeof *samples; i++)
        test_compression(&samples[i]);
    remove_folder();
    return check_done();
}
