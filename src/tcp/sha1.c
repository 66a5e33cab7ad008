#include "tcp/sha1.h"

#include <string.h>

static uint32_t rotate(uint32_t value, int bits)
{
    return value << bits | value >> (32 - bits);
}

/* Words of the message schedule: the padded block, then mixtures of it (RFC 3174 section 6.1 b). */
static void schedule(const uint8_t block[64], uint32_t word[80])
{
    for (int i = 0; i < 16; i++)
        word[i] = (uint32_t)block[4 * i] << 24 | (uint32_t)block[4 * i + 1] << 16 |
                  (uint32_t)block[4 * i + 2] << 8 | block[4 * i + 3];
    for (int i = 16; i < 80; i++)
        word[i] = rotate(word[i - 3] ^ word[i - 8] ^ word[i - 14] ^ word[i - 16], 1);
}

static uint32_t combine(int round, uint32_t b, uint32_t c, uint32_t d)
{
    switch (round / 20) {
    case 0:
        return ((b & c) | (~b & d)) + 0x5a827999;
    case 1:
        return (b ^ c ^ d) + 0x6ed9eba1;
    case 2:
        return ((b & c) | (b & d) | (c & d)) + 0x8f1bbcdc;
    default:
        return (b ^ c ^ d) + 0xca62c1d6;
    }
}

void sha1_short(const uint8_t *message, size_t length, uint8_t digest[SHA1_SIZE])
{
    uint8_t block[64] = {0};
    memcpy(block, message, length);
    block[length] = 0x80;
    block[62] = (uint8_t)(length * 8 >> 8);
    block[63] = (uint8_t)(length * 8);

    static const uint32_t start[5] = {0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0};
    uint32_t word[80], h[5];
    schedule(block, word);
    memcpy(h, start, sizeof h);
    for (int i = 0; i < 80; i++) {
        uint32_t next = rotate(h[0], 5) + combine(i, h[1], h[2], h[3]) + h[4] + word[i];
        h[4] = h[3];
        h[3] = h[2];
        h[2] = rotate(h[1], 30);
        h[1] = h[0];
        h[0] = next;
    }
    for (int i = 0; i < 5; i++) {
        uint32_t value = h[i] + start[i];
        for (int byte = 0; byte < 4; byte++)
            digest[4 * i + byte] = (uint8_t)(value >> (24 - 8 * byte));
    }
}
