/* The stream of a compressed file's content: see inflater.h.
 *
 * Compressed bytes are read into a buffer of INFLATER_INPUT_SIZE and handed to the codec piece by
 * piece; its output goes straight to the caller's block.  Nothing is inflated to disk or whole into
 * memory. */
#include "capture/inflater.h"

#ifdef TCPVTAB_GZIP
#define GZIP_CODEC &gzip_codec
#else
#define GZIP_CODEC NULL
#endif
#ifdef TCPVTAB_ZSTD
#define ZSTD_CODEC &zstd_codec
#else
#define ZSTD_CODEC NULL
#endif
#ifdef TCPVTAB_LZ4
#define LZ4_CODEC &lz4_codec
#else
#define LZ4_CODEC NULL
#endif

/* A file that starts with a skippable frame could be either; pzstd writes such files, so it is
 * zstd's. */
static const struct compression compressions[] = {
    {0x00088b1f, 0x00ffffff, "gzip", "zlib", GZIP_CODEC}, /* RFC 1952: ID1, ID2, CM = deflate */
    {0xfd2fb528, 0xffffffff, "zstd", "libzstd", ZSTD_CODEC},
    {0x184d2a50, 0xfffffff0, "zstd", "libzstd", ZSTD_CODEC}, /* RFC 8878 section 3.1.2 */
    {0x184d2204, 0xffffffff, "lz4", "liblz4", LZ4_CODEC},
    {0x184d2a50, 0xfffffff0, "lz4", "liblz4", LZ4_CODEC},
};

struct inflater {
    const struct compression *compression;
    const char *path;
    read_function *read;
    void *file;
    struct memory *memory;
    void *state;
    uint8_t *buffer;     /* INFLATER_INPUT_SIZE bytes */
    struct cursor input; /* the part of it that the codec has not taken */
    bool input_ended;
    bool between_members; /* no member has begun, or the last one was complete */
    bool ended, cut, trailing_garbage;
    uint64_t offset; /* of the content given out */
};

static bool has_magic(const struct compression *compression, const struct cursor *bytes)
{
    return bytes->left >= 4 && (le32_at(bytes, 0) & compression->mask) == compression->magic;
}

const struct compression *compression_of(const struct cursor *first_bytes)
{
    for (size_t i = 0; i < sizeof compressions / sizeof *compressions; i++)
        if (has_magic(&compressions[i], first_bytes))
            return &compressions[i];
    return NULL;
}

struct inflater *inflater_open(const struct compression *compression, const char *path,
                               const struct cursor *first_bytes, read_function *read, void *file,
                               struct memory *memory, struct fault *fault)
{
    if (!compression->codec) {
        fault_set(fault, FAULT_UNSUPPORTED,
                  "%s: is compressed with %s, and this build has no %s support (%s)", path,
                  compression->name, compression->name, compression->library);
        return NULL;
    }
    struct inflater *inflater = memory_allocate(memory, sizeof *inflater, fault);
    if (!inflater)
        return NULL;
    *inflater = (struct inflater){.compression = compression,
                                  .path = path,
                                  .read = read,
                                  .file = file,
                                  .memory = memory,
                                  .between_members = true};
    inflater->buffer = memory_allocate(memory, INFLATER_INPUT_SIZE, fault);
    if (!inflater->buffer)
        goto failed;
    inflater->state = compression->codec->open();
    if (!inflater->state) {
        fault_out_of_memory(fault);
        goto failed;
    }
    copy_at(first_bytes, 0, inflater->buffer, first_bytes->left);
    inflater->input = cursor_over(inflater->buffer, first_bytes->left);
    return inflater;
failed:
    inflater_close(inflater);
    return NULL;
}

void inflater_close(struct inflater *inflater)
{
    if (!inflater)
        return;
    if (inflater->state)
        inflater->compression->codec->close(inflater->state);
    memory_release(inflater->memory, inflater->buffer, INFLATER_INPUT_SIZE);
    memory_release(inflater->memory, inflater, sizeof *inflater);
}

/* Reads compressed bytes until there are at least `want`, or fewer at their end. */
static bool want_input(struct inflater *inflater, size_t want, struct fault *fault)
{
    struct cursor *input = &inflater->input;
    while (input->left < want && !inflater->input_ended) {
        memmove(inflater->buffer, input->at, input->left);
        *input = cursor_over(inflater->buffer, input->left);
        size_t got;
        if (!inflater->read(inflater->file, inflater->buffer + input->left,
                            INFLATER_INPUT_SIZE - input->left, &got, fault))
            return false;
        input->left += got;
        inflater->input_ended = got == 0;
    }
    return true;
}

/* Zero bytes after the last member are padding to a tape's or disk's block, which gzip ignores
 * silently. */
static bool is_padding(const struct cursor *bytes)
{
    size_t at = 0;
    while (at < bytes->left && u8_at(bytes, at) == 0)
        at++;
    return at == bytes->left;
}

/* Before a member: whether it is of the same compression. */
static bool begin_member(struct inflater *inflater, struct fault *fault)
{
    if (!want_input(inflater, MEMBER_HEADER_MAX, fault))
        return false;
    for (size_t i = 0; i < sizeof compressions / sizeof *compressions; i++) {
        const struct compression *compression = &compressions[i];
        if (compression->codec == inflater->compression->codec &&
            has_magic(compression, &inflater->input)) {
            inflater->between_members = false;
            return true;
        }
    }
    inflater->ended = true;
    inflater->trailing_garbage = !is_padding(&inflater->input);
    return true;
}

static bool fail(const struct inflater *inflater, const char *reason, struct fault *fault)
{
    return fault_set(
        fault, FAULT_DAMAGE, "%s: the %s data is corrupt behind offset %llu of its content: %s",
        inflater->path, inflater->compression->name, (unsigned long long)inflater->offset, reason);
}

/* Runs the codec once over what input there is, or notes that the input has ended. */
static bool inflate_some(struct inflater *inflater, uint8_t *to, size_t room, size_t *made,
                         struct fault *fault)
{
    const char *reason = "the decompressor makes no progress";
    size_t offered = inflater->input.left;
    switch (inflater->compression->codec->inflate(inflater->state, &inflater->input, to, room, made,
                                                  &reason)) {
    case CODEC_MEMBER_END:
        inflater->between_members = true;
        return true;
    case CODEC_CORRUPT:
        return *made > 0 || fail(inflater, reason, fault);
    case CODEC_NO_MEMORY:
        return fault_out_of_memory(fault);
    case CODEC_GOING:
        break;
    }
    if (*made > 0 || inflater->input.left < offered)
        return true;
    if (offered > 0)
        return fail(inflater, reason, fault);
    inflater->ended = inflater->cut = inflater->input_ended;
    return want_input(inflater, 1, fault);
}

bool inflater_read(struct inflater *inflater, uint8_t *to, size_t room, size_t *got,
                   struct fault *fault)
{
    *got = 0;
    while (*got == 0 && !inflater->ended) {
        bool fine = inflater->between_members ? begin_member(inflater, fault)
                                              : inflate_some(inflater, to, room, got, fault);
        if (!fine)
            return false;
    }
    inflater->offset += *got;
    return true;
}

const struct compression *inflater_compression(const struct inflater *inflater)
{
    return inflater->compression;
}

bool inflater_was_cut(const struct inflater *inflater)
{
    return inflater->cut;
}

bool inflater_has_trailing_garbage(const struct inflater *inflater)
{
    return inflater->trailing_garbage;
}
