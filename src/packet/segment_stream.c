/* The segments of a data set, file by file: capture -> decoder -> batch, and the accounts.
 *
 * One file is open at a time; a file that was read to its end stays open until the next fill, for
 * the payloads of the last batch.  Its texts are copied into its account before. */
#include "packet/segment_stream.h"

#include <stdio.h>

/* The block that holds the texts of an account. */
struct account_texts {
    char *block;
    size_t size;
};

struct segment_stream {
    const struct dataset *dataset;
    struct segment_stream_options options;
    struct memory *memory;
    struct decoder *decoder;
    struct file_account *accounts;
    struct account_texts *texts; /* one for each account */
    struct capture *capture;     /* of the current file; NULL between two files */
    struct capture *finished;    /* of the file before, until the next fill */
    uint64_t bytes_finished;     /* of the files that were read to their end */
    size_t file;                 /* index of the current file, or of the next one to open */
    uint32_t unknown_link_type;  /* the last one that a packet of the current file had */
    bool has_start;
    int64_t start_ns;
};

struct segment_stream *segment_stream_open(const struct dataset *dataset,
                                           const struct segment_stream_options *options,
                                           struct memory *memory, struct fault *fault)
{
    struct segment_stream *stream = memory_allocate(memory, sizeof *stream, fault);
    if (!stream)
        return NULL;
    stream->dataset = dataset;
    stream->options = *options;
    stream->memory = memory;
    stream->decoder = decoder_open(
        options->wants | (options->keep_payload ? DECODE_KEEP_PAYLOADS : 0), memory, fault);
    stream->accounts = memory_allocate(memory, dataset->count * sizeof *stream->accounts, fault);
    stream->texts = memory_allocate(memory, dataset->count * sizeof *stream->texts, fault);
    if (stream->decoder && stream->accounts && stream->texts)
        return stream;
    segment_stream_close(stream);
    return NULL;
}

static void close_files(struct segment_stream *stream)
{
    capture_close(stream->finished);
    capture_close(stream->capture);
    stream->finished = stream->capture = NULL;
}

void segment_stream_close(struct segment_stream *stream)
{
    if (!stream)
        return;
    size_t count = stream->dataset->count;
    close_files(stream);
    decoder_close(stream->decoder);
    for (size_t i = 0; stream->texts && i < count; i++)
        memory_release(stream->memory, stream->texts[i].block, stream->texts[i].size);
    memory_release(stream->memory, stream->texts, count * sizeof *stream->texts);
    memory_release(stream->memory, stream->accounts, count * sizeof *stream->accounts);
    memory_release(stream->memory, stream, sizeof *stream);
}

static bool refuse_link_type(const struct segment_stream *stream, uint32_t link_type,
                             struct fault *fault)
{
    char supported[LINK_TYPES_TEXT_SIZE];
    const char *name = link_type_name(link_type);
    return fault_set(fault, FAULT_UNSUPPORTED,
                     "%s: link type %u%s%s%s is not supported; supported are %s",
                     stream->dataset->paths[stream->file], link_type, name ? " (" : "",
                     name ? name : "", name ? ")" : "", link_types_text(supported));
}

static bool open_file(struct segment_stream *stream, struct fault *fault)
{
    const char *path = stream->dataset->paths[stream->file];
    stream->capture = capture_open(path, stream->memory, fault);
    if (!stream->capture)
        return false;
    struct file_account *account = &stream->accounts[stream->file];
    account->path = path;
    account->identity = *source_identity(capture_source(stream->capture));
    const struct capture_info *info = capture_info(stream->capture);
    if (info->has_one_link_type && !link_type_is_known(info->link_type))
        return refuse_link_type(stream, info->link_type, fault);
    return true;
}

/* Copies what the capture says about its file into the account, the texts into a block of their
 * own. */
static bool keep_info(struct segment_stream *stream, struct fault *fault)
{
    struct file_account *account = &stream->accounts[stream->file];
    struct account_texts *texts = &stream->texts[stream->file];
    account->info = *capture_info(stream->capture);
    account->compression = source_compression(capture_source(stream->capture));
    const char **fields[] = {
        &account->info.format,   &account->info.byte_order, &account->info.link_types,
        &account->info.hardware, &account->info.os,         &account->info.application,
        &account->info.damage,   &account->compression,
    };
    enum { FIELDS = sizeof fields / sizeof fields[0] };
    size_t sizes[FIELDS], size = 1; /* a block has at least one byte */
    for (size_t i = 0; i < FIELDS; i++)
        size += sizes[i] = *fields[i] ? strlen(*fields[i]) + 1 : 0;
    memory_release(stream->memory, texts->block, texts->size);
    texts->size = size;
    texts->block = memory_allocate(stream->memory, size, fault);
    for (size_t i = 0, at = 0; i < FIELDS; at += sizes[i], i++)
        if (!texts->block)
            *fields[i] = NULL;
        else if (*fields[i])
            *fields[i] = memcpy(texts->block + at, *fields[i], sizes[i]);
    return texts->block != NULL;
}

/* Closes the account of a file.  A file none of whose packets could be read at all is refused. */
static bool finish_file(struct segment_stream *stream, bool is_corrupt, struct fault *fault)
{
    struct file_account *account = &stream->accounts[stream->file];
    account->is_finished = true;
    account->is_corrupt = is_corrupt;
    struct capture_position end;
    account->can_return = capture_tell(stream->capture, &end);
    if (!keep_info(stream, fault))
        return false;
    if (account->packets > 0 && account->fates[FATE_UNKNOWN_LINK_TYPE] == account->packets)
        return refuse_link_type(stream, stream->unknown_link_type, fault);
    stream->bytes_finished += source_bytes_read(capture_source(stream->capture));
    stream->finished = stream->capture;
    stream->capture = NULL;
    stream->file++;
    return true;
}

/* What the first packet of a file tells. */
static void note_start(struct segment_stream *stream, struct file_account *account, int64_t time_ns)
{
    account->has_packets = true;
    account->start_ns = account->end_ns = time_ns;
    if (!stream->has_start)
        stream->start_ns = time_ns;
    stream->has_start = true;
}

static void count_packet(struct segment_stream *stream, struct file_account *account,
                         const struct packet *packet, enum fate fate)
{
    if (account->packets++ == 0)
        note_start(stream, account, packet->time_ns);
    account->time_went_back += packet->time_ns < account->end_ns;
    account->end_ns = packet->time_ns;
    account->fates[fate]++;
    if (fate == FATE_UNKNOWN_LINK_TYPE)
        stream->unknown_link_type = packet->link_type;
}

/* What is wished of a packet's segment, by its preview in the place of the segment. */
static enum wish ask(const struct segment_stream_options *options, const struct packet *packet,
                     struct segment *segment)
{
    return options->judge && segment_preview(packet, segment)
               ? options->judge(options->context, segment)
               : WISH_IT;
}

/* Reads packets until the batch ends; CAPTURE_PACKET if more may follow.  One that is left out is a
 * segment all the same. */
static enum capture_result read_packets(struct segment_stream *stream, struct segment_batch *batch,
                                        struct fault *fault)
{
    struct file_account *account = &stream->accounts[stream->file];
    struct packet packet;
    enum wish wish = WISH_IT;
    while (wish != WISH_IT_LAST && batch->count < SEGMENT_BATCH_MAX &&
           batch->packets < BATCH_PACKETS_MAX) {
        enum capture_result result = capture_next(stream->capture, &packet, fault);
        if (result != CAPTURE_PACKET)
            return result;
        if (stream->options.keep_payload && batch->packets == 0)
            capture_hold(stream->capture,
                         true); /* only now: the first packet may need reading on */
        struct segment *segment = &batch->segments[batch->count];
        enum fate fate = FATE_SEGMENT;
        segment->file = (uint32_t)stream->file;
        wish = ask(&stream->options, &packet, segment);
        if (wish != WISH_NONE) {
            if (!decoder_decode(stream->decoder, &packet, segment, &fate, fault))
                return CAPTURE_FAILED;
            batch->count += fate == FATE_SEGMENT;
        }
        batch->packets++;
        count_packet(stream, account, &packet, fate);
    }
    return CAPTURE_PACKET;
}

/* Reads on in the current file. */
static bool read_file(struct segment_stream *stream, struct segment_batch *batch,
                      struct fault *fault)
{
    capture_hold(stream->capture, false);
    enum capture_result result = read_packets(stream, batch, fault);
    if (result == CAPTURE_END)
        return finish_file(stream, false, fault);
    if (result != CAPTURE_FAILED)
        return true;
    if (fault->code != FAULT_DAMAGE)
        return false;
    struct fault ignored;
    return stream->options.keep_damaged ? finish_file(stream, true, fault)
                                        : finish_file(stream, true, &ignored) && false;
}

bool segment_stream_fill(struct segment_stream *stream, struct segment_batch *batch,
                         struct fault *fault)
{
    batch->count = 0;
    batch->packets = 0;
    decoder_forget(stream->decoder);
    capture_close(stream->finished);
    stream->finished = NULL;
    bool filled = true;
    if (stream->file < stream->dataset->count)
        filled = (stream->capture || open_file(stream, fault)) && read_file(stream, batch, fault);
    if (!filled)
        stream->file = stream->dataset->count;
    batch->bytes_read = stream->bytes_finished;
    if (stream->capture)
        batch->bytes_read += source_bytes_read(capture_source(stream->capture));
    batch->at_end = filled && stream->file == stream->dataset->count;
    return filled;
}

const struct file_account *segment_stream_accounts(const struct segment_stream *stream)
{
    return stream->accounts;
}

int64_t segment_stream_start_ns(const struct segment_stream *stream)
{
    return stream->start_ns;
}

bool segment_stream_tell(const struct segment_stream *stream, uint32_t *file,
                         struct capture_position *position)
{
    *file = (uint32_t)stream->file;
    return stream->capture && capture_tell(stream->capture, position);
}

bool segment_stream_seek(struct segment_stream *stream, uint32_t file,
                         const struct capture_position *position, struct fault *fault)
{
    decoder_reset(stream->decoder);
    if (!stream->capture || file != stream->file) {
        close_files(stream);
        stream->file = file;
        if (!open_file(stream, fault))
            return false;
    }
    capture_hold(stream->capture, false);
    capture_seek(stream->capture, position);
    return true;
}
