/* SHA-256, FIPS 180-4: the content of a file as 32 bytes. */
#ifndef VTAB_SHA256_H
#define VTAB_SHA256_H

#include "capture/cursor.h"

enum { SHA256_BLOCK = 64, SHA256_SIZE = 32 };

struct sha256 {
    uint32_t state[8];
    uint64_t length;             /* bytes so far */
    uint8_t block[SHA256_BLOCK]; /* the last, incomplete block */
};

void sha256_begin(struct sha256 *hash);
void sha256_add(struct sha256 *hash, struct cursor bytes);
void sha256_end(struct sha256 *hash, uint8_t digest[SHA256_SIZE]);

#endif
