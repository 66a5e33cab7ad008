/* address_text.c: addresses as text. */
#include "vtab/address_text.h"

#include "check.h"

static void check_ipv6(const char *text, const uint8_t address[16])
{
    char got[ADDRESS_TEXT_SIZE];
    CHECK_INT(address_text(6, address, got), strlen(text));
    CHECK_TEXT(got, text);
}

static void test_ipv4(void)
{
    char got[ADDRESS_TEXT_SIZE];
    CHECK_INT(address_text(4, (const uint8_t[16]){192, 0, 2, 10}, got), 10);
    CHECK_TEXT(got, "192.0.2.10");
    address_text(4, (const uint8_t[16]){255, 100, 99, 0}, got);
    CHECK_TEXT(got, "255.100.99.0");
}

static void test_ipv6(void)
{
    check_ipv6("::", (const uint8_t[16]){0});
    check_ipv6("::1", (const uint8_t[16]){[15] = 1});
    check_ipv6("1::", (const uint8_t[16]){[1] = 1});
    check_ipv6("2001:db8::1", (const uint8_t[16]){0x20, 0x01, 0x0d, 0xb8, [15] = 1});
    check_ipv6("abc:d:e0:f00::", (const uint8_t[16]){0x0a, 0xbc, 0, 0x0d, 0, 0xe0, 0x0f});
    /* The longest run of zeros, the first of two, and never one alone. */
    check_ipv6("1:0:0:1::1", (const uint8_t[16]){[1] = 1, [7] = 1, [15] = 1});
    check_ipv6("1::1:0:0:0", (const uint8_t[16]){[1] = 1, [9] = 1});
    check_ipv6("1::1:0:0:1:1", (const uint8_t[16]){[1] = 1, [7] = 1, [13] = 1, [15] = 1});
    check_ipv6(
        "1:0:1:1:1:1:1:1",
        (const uint8_t[16]){[1] = 1, [5] = 1, [7] = 1, [9] = 1, [11] = 1, [13] = 1, [15] = 1});
    /* IPv4-mapped and IPv4-compatible. */
    check_ipv6("::ffff:192.0.2.10", (const uint8_t[16]){[10] = 255, 255, 192, 0, 2, 10});
    check_ipv6("::192.0.2.10", (const uint8_t[16]){[12] = 192, 0, 2, 10});
    check_ipv6("::fffe:c000:20a", (const uint8_t[16]){[10] = 255, 254, 192, 0, 2, 10});
}

int main(void)
{
    test_ipv4();
    test_ipv6();
    return check_done();
}
