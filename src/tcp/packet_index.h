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

/* A choice of blocks, to be read in file order; zeroed, there are none. */
struct packet_blocks {
    const struct packet_index *index; /* borrowed */
    struct memory *memory;
    uint64_t *words; /* a bit for each block of the index: it is chosen */
    size_t next;     /* number of the block to go on at */
};

/* Opens an empty choice.  False with a fault. */
bool packet_blocks_open(struct packet_blocks *blocks, const struct packet_index *index,
                        struct memory *memory, struct fault *fault);
void packet_blocks_close(struct packet_blocks *blocks);

/* Chooses the blocks in which the connection has segments. */
void packet_blocks_add(struct packet_blocks *blocks, uint32_t connection);

/* The next run of neighbouring blocks of a file, by its first; *end is where the block behind it
 * starts, with end->frame 0 if nothing more of the file follows.  False at the end. */
bool packet_blocks_next(struct packet_blocks *blocks, struct packet_block *first,
                        struct capture_position *end);

#endif
