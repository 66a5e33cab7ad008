/* LZ4 frames (lz4_Frame_format.md) through liblz4, skippable frames included; not the legacy
 * format.
 *
 * liblz4 is given exactly the input it asks for, so that a call decodes one block at most: what it
 * decoded before an error in the same call would be lost. */
#include "capture/inflater.h"

#include <lz4frame.h>
#include <stdlib.h>

/* Enough to begin a frame: magic number, FLG, BD and header checksum. */
enum { FRAME_BEGIN_SIZE = 7 };

struct lz4 {
    LZ4F_dctx *context;
    size_t wanted; /* bytes of input that liblz4 asks for next */
};

static void *lz4_open(void)
{
    struct lz4 *lz4 = calloc(1, sizeof *lz4);
    if (!lz4)
        return NULL;
    lz4->wanted = FRAME_BEGIN_SIZE;
    if (LZ4F_isError(LZ4F_createDecompressionContext(&lz4->context, LZ4F_VERSION))) {
        free(lz4);
        return NULL;
    }
    return lz4;
}

static enum codec_result lz4_inflate(void *state, struct cursor *input, uint8_t *output,
                                     size_t room, size_t *made, const char **reason)
{
    struct lz4 *lz4 = state;
    size_t taken = cursor_first(input, lz4->wanted).left;
    *made = room;
    size_t result = LZ4F_decompress(lz4->context, output, made, input->at, &taken, NULL);
    if (LZ4F_isError(result)) {
        *made = 0;
        *reason = LZ4F_getErrorName(result);
        return strstr(*reason, "allocation") ? CODEC_NO_MEMORY : CODEC_CORRUPT;
    }
    cursor_skip(input, taken);
    lz4->wanted = result == 0 ? FRAME_BEGIN_SIZE : result;
    return result == 0 ? CODEC_MEMBER_END : CODEC_GOING;
}

static void lz4_close(void *state)
{
    struct lz4 *lz4 = state;
    LZ4F_freeDecompressionContext(lz4->context);
    free(lz4);
}

const struct codec lz4_codec = {lz4_open, lz4_inflate, lz4_close};
