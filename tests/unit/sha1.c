/* sha1.h: the digests of RFC 3174 and of the longest message it takes. */
#include "tcp/sha1.h"

#include "check.h"

static const struct {
    const char *message, *digest;
} known[] = {
    {"", "da39a3ee5e6b4b0d3255bfef95601890afd80709"},
    {"abc", "a9993e364706816aba3e25717850c26c9cd0d89d"},
    {"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
     "c1c8bbdc22796e28c0e15163d20899b65621d65a"},
};

int main(void)
{
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        uint8_t digest[SHA1_SIZE];
        char text[2 * SHA1_SIZE + 1];
        sha1_short((const uint8_t *)known[i].message, strlen(known[i].message), digest);
        for (int k = 0; k < SHA1_SIZE; k++)
            snprintf(text + 2 * k, 3, "%02x", digest[k]);
        CHECK_TEXT(text, known[i].digest);
    }
    return check_done();
}
