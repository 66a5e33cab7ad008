/* Numbers that look random and are the same in every run (Marsaglia's xorshift64*). */
#ifndef UNIT_RANDOM_H
#define UNIT_RANDOM_H

#include <stdint.h>

struct random {
    uint64_t state; /* not 0 */
};

static inline uint32_t random_next(struct random *random)
{
    random->state ^= random->state >> 12;
    random->state ^= random->state << 25;
    random->state ^= random->state >> 27;
    return (uint32_t)(random->state * 0x2545f4914f6cdd1d >> 32);
}

/* From 0 to n - 1. */
static inline uint32_t random_below(struct random *random, uint32_t n)
{
    return random_next(random) % n;
}

#endif
