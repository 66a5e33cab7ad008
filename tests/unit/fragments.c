/* fragments.c: order, overlaps, limits. */
#include "packet/fragments.h"

#include "check.h"

#include <stdlib.h>

static struct memory memory = {.limit = 64 << 20};
static struct fault fault;

static struct fragment_key key_of(uint32_t id)
{
    return (struct fragment_key){.src = {1}, .dst = {2}, .id = id, .ip_version = 4, .protocol = 6};
}

/* Adds `text` at an offset; the datagram as text if that completes it, else NULL. */
static const char *add(struct fragments *fragments, uint32_t id, uint32_t offset, const char *text,
                       bool more)
{
    static char whole[100];
    struct cursor datagram;
    struct fragment fragment = {.key = key_of(id),
                                .bytes = cursor_over(text, strlen(text)),
                                .offset = offset,
                                .more = more};
    enum fragments_result result = fragments_add(fragments, &fragment, &datagram, &fault);
    CHECK(result != FRAGMENTS_FAILED);
    if (result != FRAGMENTS_COMPLETE)
        return NULL;
    memset(whole, 0, sizeof whole);
    CHECK(copy_at(&datagram, 0, whole, datagram.left));
    return whole;
}

static void test_order(struct fragments *fragments)
{
    CHECK(!add(fragments, 1, 0, "01234567", true));
    CHECK(!add(fragments, 1, 8, "89abcdef", true));
    CHECK_TEXT(add(fragments, 1, 16, "xyz", false), "0123456789abcdefxyz");

    CHECK(!add(fragments, 1, 16, "xyz", false)); /* the same again starts anew */
    CHECK(!add(fragments, 2, 0, "--------", true));
    CHECK(!add(fragments, 1, 8, "89abcdef", true));
    CHECK(!add(fragments, 1, 8, "89abcdef", true));
    CHECK_TEXT(add(fragments, 1, 0, "01234567", true), "0123456789abcdefxyz");
    CHECK_TEXT(add(fragments, 2, 8, "!", false), "--------!");
    fragments_forget(fragments);
}

static void test_keys(struct fragments *fragments)
{
    struct fragment_key keys[] = {key_of(1), key_of(1), key_of(1), key_of(1), key_of(1), key_of(1)};
    struct cursor datagram;
    keys[1].id = 2;
    keys[2].vlan_id = 5;
    keys[3].protocol = 17;
    keys[4].ip_version = 6;
    keys[5].dst[15] = 1;
    for (size_t i = 0; i < 6; i++) {
        struct fragment last = {.key = keys[i], .bytes = cursor_over("b", 1), .offset = 8};
        CHECK_INT(fragments_add(fragments, &last, &datagram, &fault), FRAGMENTS_WAIT);
    }
    for (size_t i = 0; i < 6; i++) {
        struct fragment first = {.key = keys[i], .bytes = cursor_over("aaaaaaaa", 8), .more = true};
        CHECK_INT(fragments_add(fragments, &first, &datagram, &fault), FRAGMENTS_COMPLETE);
    }
    fragments_forget(fragments);
}

/* The lower offset wins; at equal offsets, the earlier fragment. */
static void test_overlaps(struct fragments *fragments)
{
    CHECK(!add(fragments, 1, 8, "BBBBBBBB", true));
    CHECK(!add(fragments, 1, 8, "CCCCCCCC", true));
    CHECK(!add(fragments, 1, 16, "DDDD", false));
    CHECK_TEXT(add(fragments, 1, 0, "aaaaaaaaaaaa", true), "aaaaaaaaaaaaBBBBDDDD");

    CHECK(!add(fragments, 1, 8, "end", false)); /* the first end counts, and cuts */
    CHECK(!add(fragments, 1, 16, "beyond", false));
    CHECK_TEXT(add(fragments, 1, 0, "0123456789abcdef", true), "0123456789a");

    CHECK(!add(fragments, 1, 0, "0123456789abcdef", true)); /* one within another */
    CHECK(!add(fragments, 1, 0, "XX", true));
    CHECK_TEXT(add(fragments, 1, 8, "YYYYYYYYz", false), "0123456789abcdefz");
    fragments_forget(fragments);
}

static void add_at(struct fragments *fragments, uint32_t id, int64_t time_ns, struct cursor bytes)
{
    struct cursor datagram;
    struct fragment fragment = {
        .key = key_of(id), .bytes = bytes, .more = true, .time_ns = time_ns};
    CHECK_INT(fragments_add(fragments, &fragment, &datagram, &fault), FRAGMENTS_WAIT);
}

/* Whether the first 8 bytes of a datagram are still there: its end completes it. */
static bool still_waits(struct fragments *fragments, uint32_t id, int64_t time_ns)
{
    struct cursor datagram;
    struct fragment fragment = {
        .key = key_of(id), .bytes = cursor_over("e", 1), .offset = 8, .time_ns = time_ns};
    return fragments_add(fragments, &fragment, &datagram, &fault) == FRAGMENTS_COMPLETE;
}

static void test_age(struct fragments *fragments)
{
    const int64_t second = 1000000000, limit = FRAGMENTS_AGE_MAX_SECONDS * second;
    const struct cursor bytes = cursor_over("01234567", 8);
    add_at(fragments, 1, 0, bytes);
    add_at(fragments, 2, 0, bytes);
    CHECK(still_waits(fragments, 1, limit));
    CHECK(!still_waits(fragments, 2, limit + 1));
    add_at(fragments, 3, second, bytes);
    CHECK(still_waits(fragments, 3,
                      -limit)); /* times that go back, or to the ends of what can be written */
    add_at(fragments, 4, INT64_MAX, bytes);
    CHECK(still_waits(fragments, 4, INT64_MIN));
    fragments_clear(fragments);
}

static void test_limits(struct fragments *fragments)
{
    static uint8_t large[60000];
    for (uint32_t id = 0; id <= FRAGMENTS_DATAGRAMS_MAX; id++)
        add_at(fragments, id, 0, cursor_over("01234567", 8));
    CHECK(!still_waits(fragments, 0, 0)); /* the oldest went, the next one stays … */
    CHECK(still_waits(fragments, FRAGMENTS_DATAGRAMS_MAX, 0));
    fragments_clear(fragments);

    for (uint32_t id = 0; id < 200; id++) {
        add_at(fragments, id, 0, cursor_over(large, sizeof large));
        CHECK(memory.used < FRAGMENTS_BYTES_MAX + 2 * sizeof large + 65536);
    }
    fragments_clear(fragments);

    for (int i = 0; i < 200; i++) { /* of one datagram */
        add_at(fragments, 1, 0, cursor_over(large, sizeof large));
        CHECK(memory.used < FRAGMENTS_BYTES_MAX + 2 * sizeof large + 65536);
    }
    fragments_clear(fragments);

    for (unsigned i = 0; i < FRAGMENTS_PIECES_MAX; i++)
        add_at(fragments, 1, 0, cursor_over("01234567", 8));
    CHECK(!still_waits(fragments, 1, 0)); /* too many pieces: begun anew with this one */
    fragments_clear(fragments);
}

static bool is_stopped(void *context)
{
    (void)context;
    return true;
}

/* Who waits for many fragments can end it. */
static void test_stop(void)
{
    struct memory stopped = {.limit = SIZE_MAX, .stop = {is_stopped, NULL}};
    struct fragments *fragments = fragments_open(&stopped, &fault);
    struct cursor datagram;
    enum fragments_result result = FRAGMENTS_WAIT;
    for (uint32_t id = 0; id < 10000 && result != FRAGMENTS_FAILED; id++) {
        struct fragment fragment = {
            .key = key_of(id), .bytes = cursor_over("01234567", 8), .more = true};
        result = fragments_add(fragments, &fragment, &datagram, &fault);
    }
    CHECK_INT(result, FRAGMENTS_FAILED);
    CHECK_INT(fault.code, FAULT_STOPPED);
    fragments_close(fragments);
}

/* Every allocation of a reassembly fails in turn. */
static void test_no_memory(void)
{
    for (size_t limit = 0; limit < 20000; limit += 8) {
        struct memory small = {.limit = limit};
        struct fragments *fragments = fragments_open(&small, &fault);
        struct cursor datagram;
        for (uint32_t i = 0; fragments && i < 2; i++) {
            struct fragment fragment = {.key = key_of(1),
                                        .bytes = cursor_over("01234567", 8),
                                        .offset = 8 * i,
                                        .more = i == 0};
            if (fragments_add(fragments, &fragment, &datagram, &fault) == FRAGMENTS_FAILED) {
                CHECK_INT(fault.code, FAULT_MEMORY_LIMIT);
                break;
            }
        }
        fragments_close(fragments);
        CHECK_INT(small.used, 0);
    }
}

int main(void)
{
    struct fragments *fragments = fragments_open(&memory, &fault);
    test_order(fragments);
    test_keys(fragments);
    test_overlaps(fragments);
    test_age(fragments);
    test_limits(fragments);
    fragments_close(fragments);
    test_stop();
    test_no_memory();
    CHECK_INT(memory.used, 0);
    return check_done();
}
