/* The segments of a data set, in order, in batches; and for each file an account of every packet.
 *
 *     do {
 *         if (!segment_stream_fill(stream, &batch, &fault))
 *             …
 *         for each segment of the batch …
 *     } while (!batch.at_end);
 *
 * Batches let the analysis prefetch what it will touch, and let reading and analysis run in two
 * threads. */
#ifndef PACKET_SEGMENT_STREAM_H
#define PACKET_SEGMENT_STREAM_H

#include "capture/dataset.h"
#include "packet/decode.h"
#include "packet/preview.h"

/* 256 segments are about 48 KiB: they stay in the second-level cache between decoding and analysis.
 */
enum { SEGMENT_BATCH_MAX = 256 };

/* A batch also ends after so many packets, segments or not, so that the caller can ask between
 * batches whether it shall go on: about a millisecond of work. */
enum { BATCH_PACKETS_MAX = 4096 };

struct segment_batch {
    size_t count;
    bool at_end; /* nothing follows this batch, which may itself hold segments: no fault either */
    uint64_t packets;    /* packets read for this batch, those without a segment included */
    uint64_t bytes_read; /* of all files so far, compressed ones as they are: for progress */
    struct segment segments[SEGMENT_BATCH_MAX];
};

/* What was read of one file, and what became of it.  Owns its texts. */
struct file_account {
    const char *path; /* borrowed from the data set */
    struct capture_info info;
    struct file_identity identity;
    const char *compression;
    uint64_t packets;
    uint64_t fates[FATE_COUNT]; /* sums to packets */
    int64_t start_ns, end_ns;   /* first and last packet in file order, if packets > 0 */
    bool has_packets;           /* packets > 0: start and end are known */
    uint64_t time_went_back;
    bool is_finished; /* the file was read to its end, or to its damage */
    bool is_corrupt;  /* info.damage ended the reading before the end of the file */
    bool can_return;  /* segment_stream_seek may go anywhere in it */
};

/* What a reader wants. */
struct segment_stream_options {
    unsigned wants;    /* enum decode_wants */
    bool keep_payload; /* payloads stay readable until the next fill */
    bool keep_damaged; /* a corrupt record ends its file and not the stream */
    /* Told the preview, and `file`, of every segment that has one, on the thread that fills.  What
     * it does not wish for is left out of the batches, though not out of the accounts; its last
     * wish ends the batch.  NULL: all are wanted. */
    preview_judge *judge;
    const void *context;
};

struct segment_stream;

/* The data set is borrowed and must outlive the stream.  Nothing is opened before the first fill.
 */
struct segment_stream *segment_stream_open(const struct dataset *dataset,
                                           const struct segment_stream_options *options,
                                           struct memory *memory, struct fault *fault);
void segment_stream_close(struct segment_stream *stream);

/* Fills the batch with the next segments, all of one file.  A batch may hold fewer than it could,
 * or none: only at_end is the end.  False with a fault; batch->count then is the number of segments
 * read before it, which are good, and nothing follows. */
bool segment_stream_fill(struct segment_stream *stream, struct segment_batch *batch,
                         struct fault *fault);

/* Accounts of all files of the data set; those not reached yet are zero. */
const struct file_account *segment_stream_accounts(const struct segment_stream *stream);

/* Where the next batch begins: file (index in the data set) and position in it.  False between two
 * files, and where capture_tell says that the file cannot be returned to. */
bool segment_stream_tell(const struct segment_stream *stream, uint32_t *file,
                         struct capture_position *position);

/* Goes on at a position that segment_stream_tell gave for the same data set.  Fragments that wait
 * are forgotten: a datagram whose first fragments lie before the position is not put together.  The
 * accounts count what is read, so after a seek they are not those of the files. */
bool segment_stream_seek(struct segment_stream *stream, uint32_t file,
                         const struct capture_position *position, struct fault *fault);

/* The time of the data set's first packet; valid once a batch was filled with packets > 0, and the
 * same from then on. */
int64_t segment_stream_start_ns(const struct segment_stream *stream);

#endif
