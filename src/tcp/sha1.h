/* SHA-1 (RFC 3174), for the Community ID only: it identifies and secures nothing. */
#ifndef TCP_SHA1_H
#define TCP_SHA1_H

#include <stddef.h>
#include <stdint.h>

enum {
    SHA1_SIZE = 20,
    SHA1_SHORT_MAX = 55, /* one block of 64 bytes less the mark and the length */
};

/* The digest of a message of at most SHA1_SHORT_MAX bytes. */
void sha1_short(const uint8_t *message, size_t length, uint8_t digest[SHA1_SIZE]);

#endif
