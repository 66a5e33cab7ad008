/* preview.c: which packets have a preview, and what it fills.  That it says what the decoder says
 * is held in the harness tests/fuzz/packet.c and in consistency.test. */
#include "packet/preview.h"

#include "check.h"
#include "packets.h"

static const struct {
    const char *name;
    uint32_t link_type;
    const char *packet;
    bool is_plain;
} cases[] = {
    {"plain", 1, ETHERNET_IPV4 IPV4_TCP, true},
    {"20 bytes of TCP", 1,
     ETHERNET_IPV4 IPV4_HEADER("06") "0457 0050 00000064 000000c8 5018 03e8 0000 0000", true},
    {"19 bytes of TCP", 1,
     ETHERNET_IPV4 IPV4_HEADER("06") "0457 0050 00000064 000000c8 5018 03e8 0000 00", false},
    {"another link type", 101, ETHERNET_IPV4 IPV4_TCP, false},
    {"VLAN", 1, ETHERNET "8100 0005 0800 | " IPV4_TCP, false},
    {"IPv6", 1, ETHERNET "86dd | " IPV6_TCP, false},
    {"IPv6 under the EtherType of IPv4", 1, ETHERNET_IPV4 IPV6_TCP, false},
    {"options", 1, ETHERNET_IPV4 "4600 LLLL 0001 0000 4006 0000 0a000001 0a000002 94040000 | " TCP,
     false},
    {"total length 0", 1, ETHERNET_IPV4 "4500 0000 0001 0000 4006 0000 0a000001 0a000002 | " TCP,
     false},
    {"total length 39", 1, ETHERNET_IPV4 "4500 0027 0001 0000 4006 0000 0a000001 0a000002 | " TCP,
     false},
    {"do not fragment", 1, ETHERNET_IPV4 IPV4_FRAGMENT("4000") TCP, true},
    {"first fragment", 1, ETHERNET_IPV4 IPV4_FRAGMENT("2000") TCP, false},
    {"last fragment", 1, ETHERNET_IPV4 IPV4_FRAGMENT("0003") TCP, false},
    {"UDP", 1, ETHERNET_IPV4 IPV4_HEADER("11") TCP, false},
    {"nothing", 1, "", false},
};

static bool preview(uint32_t link_type, const struct built *built, struct segment *segment)
{
    struct packet packet = {
        .frame = 7,
        .time_ns = -5,
        .captured_length = (uint32_t)built->length,
        .wire_length = (uint32_t)built->length,
        .link_type = link_type,
        .bytes = cursor_over(built->data, built->length),
    };
    return segment_preview(&packet, segment);
}

static void test_plain(void)
{
    struct segment segment;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct built built = build(cases[i].packet);
        bool is_plain = preview(cases[i].link_type, &built, &segment);
        if (is_plain != cases[i].is_plain)
            fprintf(stderr, "%s\n", cases[i].name);
        CHECK(is_plain == cases[i].is_plain);
    }
}

/* What it is said to fill is filled, whatever was there before. */
static void test_filled(void)
{
    struct built built = build(ETHERNET_IPV4 IPV4_TCP);
    struct segment segments[2];
    memset(&segments[0], 0xaa, sizeof segments[0]);
    memset(&segments[1], 0x55, sizeof segments[1]);
    CHECK(preview(1, &built, &segments[0]) && preview(1, &built, &segments[1]));
    unsigned named = 0;
    for (size_t i = 0; i < sizeof segments[0]; i++) {
        named += segment_is_previewed(i);
        CHECK(!segment_is_previewed(i) ||
              ((const uint8_t *)&segments[0])[i] == ((const uint8_t *)&segments[1])[i]);
    }
    CHECK_INT(named, 11);
}

int main(void)
{
    test_plain();
    test_filled();
    return check_done();
}
