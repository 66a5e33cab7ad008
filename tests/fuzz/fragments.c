/* IP fragments.  The input is a row of fragments, each behind a header of 6 bytes: identity and
 * flags, seconds since the one before, offset in units of 8 bytes (two bytes), length (two bytes).
 */
#include "harness.h"

#include "packet/fragments.h"

enum {
    HEADER = 6,
    MORE = 0x80,   /* bits of the first byte */
    FORGET = 0x40, /* the completed datagrams so far */
    IPV6 = 0x20,
    IDENTITY = 0x0f,
};

static struct fragment fragment_of(const struct cursor *header, struct cursor bytes,
                                   int64_t time_ns)
{
    uint8_t first = u8_at(header, 0);
    return (struct fragment){
        .key = {.id = first & IDENTITY, .ip_version = first & IPV6 ? 6 : 4},
        .bytes = bytes,
        .offset = 8u * (le16_at(header, 2) & 0x1fff),
        .more = first & MORE,
        .time_ns = time_ns,
    };
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory memory = {.limit = FUZZ_MEMORY_MAX};
    struct fault fault;
    struct fragments *fragments = fragments_open(&memory, &fault);
    struct cursor input = cursor_over(data, size), header;
    int64_t time_ns = 0;
    MUST(fragments);
    while (cursor_take(&input, HEADER, &header)) {
        struct cursor bytes = cursor_first(&input, le16_at(&header, 4)), datagram;
        cursor_skip(&input, bytes.left);
        time_ns += u8_at(&header, 1) * INT64_C(1000000000);
        struct fragment fragment = fragment_of(&header, bytes, time_ns);
        enum fragments_result result = fragments_add(fragments, &fragment, &datagram, &fault);
        MUST(result != FRAGMENTS_FAILED);
        if (result == FRAGMENTS_COMPLETE)
            digest_bytes(0, datagram.at, datagram.left);
        if (u8_at(&header, 0) & FORGET)
            fragments_forget(fragments);
    }
    fragments_close(fragments);
    MUST(memory.used == 0);
    return 0;
}
