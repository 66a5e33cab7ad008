#include "vtab/sha256.h"

/* Fractional parts of the square roots of the first 8 primes. */
static const uint32_t initial_state[8] = {0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a,
                                          0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

/* Fractional parts of the cube roots of the first 64 primes. */
static const uint32_t round_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

static uint32_t rotate_right(uint32_t x, int n)
{
    return x >> n | x << (32 - n);
}

/* FIPS 180-4 section 6.2.2, step 1. */
static void expand_block(const uint8_t *block, uint32_t words[64])
{
    struct cursor bytes = cursor_over(block, SHA256_BLOCK);
    for (size_t i = 0; i < 16; i++)
        words[i] = be32_at(&bytes, 4 * i);
    for (size_t i = 16; i < 64; i++) {
        uint32_t early = words[i - 15], late = words[i - 2];
        words[i] = words[i - 16] + words[i - 7] +
                   (rotate_right(early, 7) ^ rotate_right(early, 18) ^ early >> 3) +
                   (rotate_right(late, 17) ^ rotate_right(late, 19) ^ late >> 10);
    }
}

/* Steps 2 to 4.  a to h and t1, t2 are the standard's names. */
static void add_block(uint32_t state[8], const uint8_t *block)
{
    uint32_t words[64];
    uint32_t a = state[0], b = state[1], c = state[2], d = state[3];
    uint32_t e = state[4], f = state[5], g = state[6], h = state[7];
    expand_block(block, words);
    for (int i = 0; i < 64; i++) {
        uint32_t choice = (e & f) ^ (~e & g);
        uint32_t majority = (a & b) ^ (a & c) ^ (b & c);
        uint32_t t1 = h + choice + round_constants[i] + words[i] +
                      (rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25));
        uint32_t t2 = majority + (rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22));
        h = g, g = f, f = e, e = d + t1;
        d = c, c = b, b = a, a = t1 + t2;
    }
    const uint32_t after[8] = {a, b, c, d, e, f, g, h};
    for (int i = 0; i < 8; i++)
        state[i] += after[i];
}

void sha256_begin(struct sha256 *hash)
{
    memcpy(hash->state, initial_state, sizeof initial_state);
    hash->length = 0;
}

void sha256_add(struct sha256 *hash, struct cursor bytes)
{
    while (bytes.left > 0) {
        struct cursor part;
        size_t filled = hash->length % SHA256_BLOCK;
        if (filled == 0 && cursor_take(&bytes, SHA256_BLOCK, &part)) {
            add_block(hash->state, part.at);
            hash->length += SHA256_BLOCK;
            continue;
        }
        part = cursor_first(&bytes, SHA256_BLOCK - filled);
        cursor_skip(&bytes, part.left);
        memcpy(hash->block + filled, part.at, part.left);
        hash->length += part.left;
        if (hash->length % SHA256_BLOCK == 0)
            add_block(hash->state, hash->block);
    }
}

/* A one bit, zeros up to the last eight bytes of a block, and in them the number of bits. */
void sha256_end(struct sha256 *hash, uint8_t digest[SHA256_SIZE])
{
    static const uint8_t padding[SHA256_BLOCK] = {0x80};
    uint64_t bits = hash->length * 8;
    uint8_t size[8];
    for (int i = 0; i < 8; i++)
        size[i] = (uint8_t)(bits >> (56 - 8 * i));
    size_t zeros = (SHA256_BLOCK + 55 - hash->length % SHA256_BLOCK) % SHA256_BLOCK;
    sha256_add(hash, cursor_over(padding, 1 + zeros));
    sha256_add(hash, cursor_over(size, sizeof size));
    for (int i = 0; i < SHA256_SIZE; i++)
        digest[i] = (uint8_t)(hash->state[i / 4] >> (24 - 8 * (i % 4)));
}
