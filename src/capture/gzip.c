/* gzip (RFC 1952) through zlib.  A member's CRC and length are checked by zlib at its end. */
#include "capture/inflater.h"

#include <limits.h>
#include <stdlib.h>
#include <zlib.h>

/* windowBits of inflateInit2: the largest window, and 16 for a gzip header instead of a zlib one.
 */
enum { GZIP_WINDOW_BITS = 15 + 16 };

static void *gzip_open(void)
{
    z_stream *stream = calloc(1, sizeof *stream);
    if (stream && inflateInit2(stream, GZIP_WINDOW_BITS) != Z_OK) {
        free(stream);
        return NULL;
    }
    return stream;
}

static enum codec_result gzip_inflate(void *state, struct cursor *input, uint8_t *output,
                                      size_t room, size_t *made, const char **reason)
{
    z_stream *stream = state;
    uInt offered = input->left < UINT_MAX ? (uInt)input->left : UINT_MAX;
    uInt wanted = room < UINT_MAX ? (uInt)room : UINT_MAX;
    stream->next_in = (z_const Bytef *)input->at;
    stream->avail_in = offered;
    stream->next_out = output;
    stream->avail_out = wanted;
    int result = inflate(stream, Z_NO_FLUSH);
    cursor_skip(input, offered - stream->avail_in);
    *made = wanted - stream->avail_out;
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR: /* no input or no room: not an error for a stream */
        return CODEC_GOING;
    case Z_STREAM_END:
        inflateReset(stream);
        return CODEC_MEMBER_END;
    case Z_MEM_ERROR:
        return CODEC_NO_MEMORY;
    default:
        *reason = stream->msg ? stream->msg : "invalid data";
        return CODEC_CORRUPT;
    }
}

static void gzip_close(void *state)
{
    inflateEnd(state);
    free(state);
}

const struct codec gzip_codec = {gzip_open, gzip_inflate, gzip_close};
