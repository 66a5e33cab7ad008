/* Sequence numbers are compared modulo 2^32 (RFC 9293 section 3.4): a is before b if the signed
 * difference is negative.  Two numbers exactly half the space apart are each before and after the
 * other, as in tshark. */
#ifndef TCP_SEQUENCE_NUMBER_H
#define TCP_SEQUENCE_NUMBER_H

#include <stdbool.h>
#include <stdint.h>

/* How far a is after b; negative if it is before. */
static inline int32_t seq_distance(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b);
}

static inline bool seq_before(uint32_t a, uint32_t b)
{
    return seq_distance(a, b) < 0;
}

static inline bool seq_after(uint32_t a, uint32_t b)
{
    return seq_before(b, a);
}

static inline bool seq_at_or_before(uint32_t a, uint32_t b)
{
    return seq_distance(a, b) <= 0;
}

#endif
