/* Compressed files as streams of their content.
 *
 * Each compression is one file (gzip.c, zstd.c, lz4.c) that wraps its library as a `struct codec`;
 * this is what is common to them: the magic numbers, concatenated members, early ends and what
 * follows the last member. */
#ifndef CAPTURE_INFLATER_H
#define CAPTURE_INFLATER_H

#include "capture/cursor.h"
#include "capture/fault.h"
#include "capture/memory.h"

enum codec_result {
    CODEC_GOING,      /* give it more input or more room */
    CODEC_MEMBER_END, /* a member (gzip) or frame (zstd, lz4) is complete and its checksum right */
    CODEC_CORRUPT,    /* *reason says why, in the library's words */
    CODEC_NO_MEMORY,
};

/* zstd's longest frame header, the one that has to be seen in one piece. */
enum { MEMBER_HEADER_MAX = 18 };

/* One library.  The state it opens is used for all members of a file. */
struct codec {
    void *(*open)(void); /* NULL if out of memory */
    /* Takes from *input what it can and writes at most `room` bytes to `output`, *made of them.  At
     * the front of a member the input has MEMBER_HEADER_MAX bytes, unless it ends before. */
    enum codec_result (*inflate)(void *state, struct cursor *input, uint8_t *output, size_t room,
                                 size_t *made, const char **reason);
    void (*close)(void *state);
};

extern const struct codec gzip_codec, zstd_codec, lz4_codec;

/* A compression that is known; `codec` is NULL if it was left out of this build. */
struct compression {
    uint32_t magic, mask; /* of the first four bytes, read as little endian */
    const char *name;
    const char *library;
    const struct codec *codec;
};

/* The compression that the first bytes of a file tell, or NULL. */
const struct compression *compression_of(const struct cursor *first_bytes);

/* Reads at most `size` compressed bytes; *got is 0 only at their end. */
typedef bool read_function(void *file, uint8_t *to, size_t size, size_t *got, struct fault *fault);

struct inflater;

/* Compressed bytes that are kept: as many as a source reads before it knows that they are
 * compressed. */
enum { INFLATER_INPUT_SIZE = 256 << 10 };

/* `first_bytes`, at most INFLATER_INPUT_SIZE, were already read from the file and are copied.  The
 * path is borrowed, for error texts. */
struct inflater *inflater_open(const struct compression *compression, const char *path,
                               const struct cursor *first_bytes, read_function *read, void *file,
                               struct memory *memory, struct fault *fault);
void inflater_close(struct inflater *inflater);

/* Writes at most `room` bytes of content; *got is 0 only at its end.  False with FAULT_DAMAGE for
 * corrupt data, after all content before it was given out. */
bool inflater_read(struct inflater *inflater, uint8_t *to, size_t room, size_t *got,
                   struct fault *fault);

const struct compression *inflater_compression(const struct inflater *inflater);

/* How the compressed data ended, once inflater_read gave 0 bytes: inside a member; before other
 * data. */
bool inflater_was_cut(const struct inflater *inflater);
bool inflater_has_trailing_garbage(const struct inflater *inflater);

#endif
