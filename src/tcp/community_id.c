#include "tcp/community_id.h"

#include "tcp/sha1.h"

enum { PROTOCOL_TCP = 6 };

static size_t append(uint8_t *message, size_t length, const void *bytes, size_t size)
{
    memcpy(message + length, bytes, size);
    return length + size;
}

static void base64(const uint8_t *bytes, size_t length, char *text)
{
    static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    for (size_t i = 0; i < length; i += 3) {
        size_t have = length - i < 3 ? length - i : 3;
        uint32_t group = (uint32_t)bytes[i] << 16;
        group |= have > 1 ? (uint32_t)bytes[i + 1] << 8 : 0;
        group |= have > 2 ? bytes[i + 2] : 0u;
        for (size_t k = 0; k < 4; k++)
            *text++ = k <= have ? digits[group >> (18 - 6 * k) & 63] : '=';
    }
    *text = 0;
}

/* The digest is over seed, low address, high address, protocol, padding, low port, high port; the
 * key has its end points in that order already. */
void community_id(const struct flow_key *key, char text[COMMUNITY_ID_LENGTH + 1])
{
    const size_t address = key->ip_version == 4 ? 4 : 16;
    const uint8_t seed[2] = {0}, protocol[2] = {PROTOCOL_TCP, 0};
    const uint8_t ports[4] = {(uint8_t)(key->low_port >> 8), (uint8_t)key->low_port,
                              (uint8_t)(key->high_port >> 8), (uint8_t)key->high_port};
    uint8_t message[SHA1_SHORT_MAX], digest[SHA1_SIZE];
    size_t length = append(message, 0, seed, sizeof seed);
    length = append(message, length, key->low, address);
    length = append(message, length, key->high, address);
    length = append(message, length, protocol, sizeof protocol);
    length = append(message, length, ports, sizeof ports);
    sha1_short(message, length, digest);
    memcpy(text, "1:", 2);
    base64(digest, sizeof digest, text + 2);
}
