/* A list holds block numbers as differences, seven bits a byte, the last byte of a number without
 * the top bit; it is a chain of small chunks.  Numbers count the blocks that have a segment, over
 * all files. */
#include "tcp/packet_index.h"

#include <string.h>

enum { CHUNK_BYTES = 27, VARINT_MAX = 5 };

struct chunk {
    uint32_t next; /* number of the next chunk, 0 if none; chunk 0 is not used */
    uint8_t used;
    uint8_t bytes[CHUNK_BYTES];
};

struct list {
    uint32_t first, last; /* chunks; 0 if empty */
    uint32_t next_block;  /* one more than the latest block */
};

/* An array that grows. */
struct array {
    void *items;
    size_t count, room;
};

struct packet_index {
    struct memory *memory;
    struct array blocks; /* struct packet_block */
    struct array lists;  /* struct list, one a connection */
    struct array chunks; /* struct chunk */
};

struct packet_index *packet_index_open(struct memory *memory, struct fault *fault)
{
    struct packet_index *index = memory_allocate(memory, sizeof *index, fault);
    if (index)
        index->memory = memory;
    return index;
}

static size_t bytes_of(const struct packet_index *index)
{
    return index->blocks.room * sizeof(struct packet_block) +
           index->lists.room * sizeof(struct list) + index->chunks.room * sizeof(struct chunk);
}

void packet_index_close(struct packet_index *index)
{
    if (!index)
        return;
    struct memory *memory = index->memory;
    memory_release(memory, index->blocks.items, index->blocks.room * sizeof(struct packet_block));
    memory_release(memory, index->lists.items, index->lists.room * sizeof(struct list));
    memory_release(memory, index->chunks.items, index->chunks.room * sizeof(struct chunk));
    memory_release(memory, index, sizeof *index);
}

/* Makes the array hold `count` items, the new ones zero. */
static bool extend(struct packet_index *index, struct array *array, size_t count, size_t size)
{
    struct fault ignored;
    if (count > array->room) {
        size_t room = array->room ? array->room + array->room / 2 : 256;
        if (room < count)
            room = count;
        if (bytes_of(index) + (room - array->room) * size > PACKET_INDEX_MAX)
            return false;
        void *items =
            memory_resize(index->memory, array->items, array->room * size, room * size, &ignored);
        if (!items)
            return false;
        array->items = items;
        array->room = room;
    }
    array->count = count;
    return true;
}

static struct packet_block *block_at(const struct packet_index *index, size_t i)
{
    return (struct packet_block *)index->blocks.items + i;
}

static struct chunk *chunk_at(const struct packet_index *index, size_t i)
{
    return (struct chunk *)index->chunks.items + i;
}

static struct list *list_of(const struct packet_index *index, uint32_t connection)
{
    return (struct list *)index->lists.items + connection;
}

void packet_index_prefetch(const struct packet_index *index, uint32_t connection)
{
    if (connection < index->lists.count)
        __builtin_prefetch(list_of(index, connection));
}

void packet_index_prefetch_end(const struct packet_index *index, uint32_t connection)
{
    if (connection < index->lists.count)
        __builtin_prefetch(chunk_at(index, list_of(index, connection)->last));
}

/* Begins a block if the segment is the first one in it. */
static bool note_block(struct packet_index *index, const struct segment *segment)
{
    size_t count = index->blocks.count;
    uint64_t place = segment->record_offset >> PACKET_INDEX_BLOCK_SHIFT;
    if (count) {
        const struct packet_block *last = block_at(index, count - 1);
        if (last->file == segment->file && last->start.offset >> PACKET_INDEX_BLOCK_SHIFT == place)
            return true;
    }
    if (!extend(index, &index->blocks, count + 1, sizeof(struct packet_block)))
        return false;
    *block_at(index, count) =
        (struct packet_block){segment->file, {segment->record_offset, segment->frame}};
    return true;
}

/* The chunk at the end of a list, with room for one number. */
static struct chunk *chunk_with_room(struct packet_index *index, struct list *list)
{
    if (list->last && chunk_at(index, list->last)->used + VARINT_MAX <= CHUNK_BYTES)
        return chunk_at(index, list->last);
    size_t number = index->chunks.count ? index->chunks.count : 1;
    if (!extend(index, &index->chunks, number + 1, sizeof(struct chunk)))
        return NULL;
    if (list->last)
        chunk_at(index, list->last)->next = (uint32_t)number;
    else
        list->first = (uint32_t)number;
    list->last = (uint32_t)number;
    return chunk_at(index, number);
}

bool packet_index_add(struct packet_index *index, const struct segment *segment,
                      uint32_t connection)
{
    if (!note_block(index, segment))
        return false;
    if (connection >= index->lists.count &&
        !extend(index, &index->lists, (size_t)connection + 1, sizeof(struct list)))
        return false;
    struct list *list = list_of(index, connection);
    uint32_t block = (uint32_t)index->blocks.count - 1;
    if (list->last && list->next_block == block + 1)
        return true;
    struct chunk *chunk = chunk_with_room(index, list);
    if (!chunk)
        return false;
    uint32_t difference = block - list->next_block;
    for (; difference > 0x7f; difference >>= 7)
        chunk->bytes[chunk->used++] = (uint8_t)(difference | 0x80);
    chunk->bytes[chunk->used++] = (uint8_t)difference;
    list->next_block = block + 1;
    return true;
}

/* ---- a choice of blocks ---- */

enum { WORD_BITS = 64 };

static size_t words_size(const struct packet_index *index)
{
    return (index->blocks.count / WORD_BITS + 1) * sizeof(uint64_t);
}

bool packet_blocks_open(struct packet_blocks *blocks, const struct packet_index *index,
                        struct memory *memory, struct fault *fault)
{
    *blocks = (struct packet_blocks){.index = index, .memory = memory};
    blocks->words = memory_allocate(memory, words_size(index), fault);
    return blocks->words != NULL;
}

void packet_blocks_close(struct packet_blocks *blocks)
{
    if (blocks->words)
        memory_release(blocks->memory, blocks->words, words_size(blocks->index));
    *blocks = (struct packet_blocks){0};
}

/* Chooses the blocks of a chunk; returns the last one, or `before` if there is none. */
static uint32_t add_chunk(struct packet_blocks *blocks, const struct chunk *chunk, uint32_t before)
{
    uint32_t number = before, difference = 0;
    unsigned shift = 0;
    for (int i = 0; i < chunk->used; i++) {
        difference |= (uint32_t)(chunk->bytes[i] & 0x7f) << shift;
        shift += 7;
        if (chunk->bytes[i] & 0x80)
            continue;
        number += difference + 1;
        blocks->words[number / WORD_BITS] |= UINT64_C(1) << number % WORD_BITS;
        difference = 0;
        shift = 0;
    }
    return number;
}

void packet_blocks_add(struct packet_blocks *blocks, uint32_t connection)
{
    const struct packet_index *index = blocks->index;
    uint32_t number = UINT32_MAX;
    uint32_t chunk = connection < index->lists.count ? list_of(index, connection)->first : 0;
    for (; chunk; chunk = chunk_at(index, chunk)->next)
        number = add_chunk(blocks, chunk_at(index, chunk), number);
}

/* The first block that is chosen, from this one on; the count of blocks if none is. */
static size_t find_chosen(const struct packet_blocks *blocks, size_t i)
{
    size_t count = blocks->index->blocks.count, word = i / WORD_BITS;
    uint64_t bits = blocks->words[word] >> i % WORD_BITS << i % WORD_BITS;
    while (!bits && ++word <= count / WORD_BITS)
        bits = blocks->words[word];
    return bits ? word * WORD_BITS + (size_t)__builtin_ctzll(bits) : count;
}

bool packet_blocks_next(struct packet_blocks *blocks, struct packet_block *first,
                        struct capture_position *end)
{
    const struct packet_index *index = blocks->index;
    size_t i = index ? find_chosen(blocks, blocks->next) : 0;
    if (!index || i == index->blocks.count)
        return false;
    *first = *block_at(index, i);
    bool is_same_file;
    do {
        i++;
        is_same_file = i < index->blocks.count && block_at(index, i)->file == first->file;
    } while (is_same_file && find_chosen(blocks, i) == i);
    *end = is_same_file ? block_at(index, i)->start : (struct capture_position){0};
    blocks->next = i;
    return true;
}
