/* What all harnesses share.  A harness defines one function, which libFuzzer calls with inputs that
 * it makes up and replay.c with inputs from files:
 *
 *     int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
 *
 * Whatever the input, it gives back all memory and never reads outside it (the sanitizers watch),
 * and what it says of itself holds (MUST). */
#ifndef FUZZ_HARNESS_H
#define FUZZ_HARNESS_H

#include "capture/cursor.h"

#include <stdio.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define MUST(condition)                                                                            \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            fprintf(stderr, "%s:%d: %s does not hold\n", __FILE__, __LINE__, #condition);          \
            abort();                                                                               \
        }                                                                                          \
    } while (0)

/* Enough for every input of sensible size, little enough that a bomb is noticed. */
enum { FUZZ_MEMORY_MAX = 64 << 20 };

/* Mixes bytes into a digest (FNV-1a); reading them all, it lets the sanitizers see each. */
static inline uint64_t digest_bytes(uint64_t digest, const void *bytes, size_t size)
{
    const uint8_t *at = bytes;
    for (size_t i = 0; i < size; i++)
        digest = (digest ^ at[i]) * 0x100000001b3;
    return digest;
}

#endif
