/* Zstandard (RFC 8878) through libzstd, skippable frames included.
 *
 * libzstd is given exactly the input it asks for, so that a call decodes one block at most: what it
 * decoded before an error in the same call would be lost.  A frame header it gets in one piece: of
 * one that comes in two and is wrong, libzstd takes the second for the beginning of a frame of one
 * of zstd's formats before 1.0, and reads on with that decoder. */
#include "capture/inflater.h"

#include <stdlib.h>
#include <zstd.h>
#include <zstd_errors.h>

/* A frame says how large a window its reader must keep.  128 MiB is what zstd itself takes without
 * being told more (`zstd -d` needs --long=28 and above), and what an attacker may make us allocate.
 */
enum { WINDOW_LOG_MAX = 27 };

enum {
    MAGIC = 0xfd2fb528,
    SKIPPABLE_HEADER_SIZE = 8, /* magic number and length */
};

struct zstd {
    ZSTD_DCtx *context;
    size_t wanted; /* bytes of input that libzstd asks for next; 0: a frame header */
};

/* The length of the frame header that the input begins with, RFC 8878 section 3.1.1.1. */
static size_t header_size(const struct cursor *input)
{
    static const uint8_t dictionary_id[] = {0, 1, 2, 4}, content_size[] = {0, 2, 4, 8};
    if (le32_at(input, 0) != MAGIC)
        return SKIPPABLE_HEADER_SIZE;
    uint8_t descriptor = u8_at(input, 4);
    bool is_single_segment = descriptor & 0x20;
    size_t size = 5u + dictionary_id[descriptor & 3] + content_size[descriptor >> 6];
    return size + (is_single_segment ? descriptor >> 6 == 0 : 1); /* else the window */
}

static void *zstd_open(void)
{
    struct zstd *zstd = calloc(1, sizeof *zstd);
    if (!zstd)
        return NULL;
    zstd->context = ZSTD_createDCtx();
    if (!zstd->context) {
        free(zstd);
        return NULL;
    }
    ZSTD_DCtx_setParameter(zstd->context, ZSTD_d_windowLogMax, WINDOW_LOG_MAX);
    return zstd;
}

static enum codec_result zstd_inflate(void *state, struct cursor *input, uint8_t *output,
                                      size_t room, size_t *made, const char **reason)
{
    struct zstd *zstd = state;
    struct cursor part = cursor_first(input, zstd->wanted ? zstd->wanted : header_size(input));
    ZSTD_inBuffer in = {part.at, part.left, 0};
    ZSTD_outBuffer out = {output, room, 0};
    size_t result = ZSTD_decompressStream(zstd->context, &out, &in);
    cursor_skip(input, in.pos);
    *made = ZSTD_isError(result) ? 0 : out.pos;
    switch (ZSTD_getErrorCode(result)) {
    case ZSTD_error_no_error:
        zstd->wanted = result;
        return result == 0 ? CODEC_MEMBER_END : CODEC_GOING;
    case ZSTD_error_memory_allocation:
        return CODEC_NO_MEMORY;
    case ZSTD_error_frameParameter_windowTooLarge:
        *reason = "a frame needs a window larger than the 128 MiB allowed";
        return CODEC_CORRUPT;
    default:
        *reason = ZSTD_getErrorName(result);
        return CODEC_CORRUPT;
    }
}

static void zstd_close(void *state)
{
    struct zstd *zstd = state;
    ZSTD_freeDCtx(zstd->context);
    free(zstd);
}

const struct codec zstd_codec = {zstd_open, zstd_inflate, zstd_close};
