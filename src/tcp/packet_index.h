/* Where the segments of each connection are: a list of the blocks of the files that they lie in.
 *
 * It makes the packets of one connection of a large capture a matter of reading a few blocks.  It
 * is a by-product of the first pass and given up as soon as it would take more than
 * PACKET_INDEX_MAX. */
#ifndef TCP_PACKET_INDEX_H
#define TCP_PACKET_INDEX_H

#include "packet/segment_stream.h"

enum {
    PACKET_INDEX_BLOCK_SHIFT = 16, /* blocks of 64 KiB: a few hundred small packets */
    PACKET_INDEX_MAX =
        8 << 20, /* bytes: a quarter of what an analysis may take beside its connections */
};

struct packet_index;

struct packet_index *packet_index_open(struct memory *memory, struct fault *fault);
void packet_index_close(struct packet_index *index);

/* Asks for the memory that packet_index_add will touch first, and then, once that is there, for the
 * end of the list that it leads to. */
void packet_index_prefetch(const struct packet_index *index, uint32_t connection);
void packet_index_prefetch_end(const struct packet_index *index, uint32_t connection);

/* Notes a segment of a connection; segments come in file order.  False, without a fault, if the
 * index has become too large or there is no memory for it: it is of no use any more and to be
 * closed. */
bool packet_index_add(struct packet_index *index, const struct segment *segment,
                      uint32_t connection);

/* One block: where its first segment is. */
struct packet_block {
    uint32_t file;
    struct capture_position start;
};

/* Goes through the blocks of a connection in file order; zeroed, there are none. */
struct packet_blocks {
    const struct packet_index *index;
    uint32_t chunk, used; /* what was read of the list */
    uint32_t next;        /* number of the next block */
    bool has_next;
};

struct packet_blocks packet_index_blocks(const struct packet_index *index, uint32_t connection);

/* The next run of neighbouring blocks of a file, by its first; *end is where the block behind it
 * starts, with end->frame 0 if nothing more of the file follows.  False at the end. */
bool packet_blocks_next(struct packet_blocks *blocks, struct packet_block *first,
                        struct capture_position *end);

#endif
