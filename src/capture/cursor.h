/* A bounded cursor over bytes: the only way in which this project reads what a capture contains.
 *
 * A cursor is a view (it owns nothing) that shrinks from the front.  The pattern is: take a header
 * of known size as a part, then read its fields at fixed offsets.  A read beyond the part gives 0
 * and never touches memory outside it; because the size of a part is known where it is taken, the
 * compiler drops the check.
 *
 *     struct cursor header;
 *     if (!cursor_take(&bytes, 20, &header))
 *         return FATE_TRUNCATED_HEADERS;
 *     uint16_t total_length = be16_at(&header, 2);
 */
#ifndef CAPTURE_CURSOR_H
#define CAPTURE_CURSOR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct cursor {
    const uint8_t *at; /* the next byte */
    size_t left;       /* how many there are */
};

static inline struct cursor cursor_over(const void *bytes, size_t length)
{
    return (struct cursor){bytes, length};
}

/* Moves past n bytes; false, and nothing moves, if there are fewer. */
static inline bool cursor_skip(struct cursor *c, size_t n)
{
    if (c->left < n)
        return false;
    c->at += n;
    c->left -= n;
    return true;
}

/* Moves past n bytes and shows them as *part; false, and nothing changes, if there are fewer. */
static inline bool cursor_take(struct cursor *c, size_t n, struct cursor *part)
{
    if (c->left < n)
        return false;
    *part = (struct cursor){c->at, n};
    c->at += n;
    c->left -= n;
    return true;
}

/* The first n bytes as a cursor of their own, or all of them if there are fewer. */
static inline struct cursor cursor_first(const struct cursor *c, size_t n)
{
    return (struct cursor){c->at, n < c->left ? n : c->left};
}

/* What is left after the first n bytes; an empty cursor if there are no more. */
static inline struct cursor cursor_after(const struct cursor *c, size_t n)
{
    n = n < c->left ? n : c->left;
    return (struct cursor){c->at + n, c->left - n};
}

static inline bool cursor_holds(const struct cursor *c, size_t offset, size_t size)
{
    return offset <= c->left && size <= c->left - offset;
}

static inline uint8_t u8_at(const struct cursor *c, size_t offset)
{
    return cursor_holds(c, offset, 1) ? c->at[offset] : 0;
}

static inline uint16_t be16_at(const struct cursor *c, size_t offset)
{
    if (!cursor_holds(c, offset, 2))
        return 0;
    const uint8_t *p = c->at + offset;
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t be32_at(const struct cursor *c, size_t offset)
{
    if (!cursor_holds(c, offset, 4))
        return 0;
    const uint8_t *p = c->at + offset;
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

static inline uint16_t le16_at(const struct cursor *c, size_t offset)
{
    return __builtin_bswap16(be16_at(c, offset));
}

static inline uint32_t le32_at(const struct cursor *c, size_t offset)
{
    return __builtin_bswap32(be32_at(c, offset));
}

/* The order in which a file writes its own numbers. */
enum byte_order { LITTLE_ENDIAN_FILE, BIG_ENDIAN_FILE };

static inline uint16_t u16_at(const struct cursor *c, size_t offset, enum byte_order order)
{
    uint16_t value = be16_at(c, offset);
    return order == BIG_ENDIAN_FILE ? value : __builtin_bswap16(value);
}

static inline uint32_t u32_at(const struct cursor *c, size_t offset, enum byte_order order)
{
    uint32_t value = be32_at(c, offset);
    return order == BIG_ENDIAN_FILE ? value : __builtin_bswap32(value);
}

static inline uint64_t u64_at(const struct cursor *c, size_t offset, enum byte_order order)
{
    uint64_t first = u32_at(c, offset, order), second = u32_at(c, offset + 4, order);
    return order == BIG_ENDIAN_FILE ? first << 32 | second : second << 32 | first;
}

/* Copies size bytes at offset to *to; false, and *to is untouched, if they are not all there. */
static inline bool copy_at(const struct cursor *c, size_t offset, void *to, size_t size)
{
    if (!cursor_holds(c, offset, size))
        return false;
    memcpy(to, c->at + offset, size);
    return true;
}

#endif
