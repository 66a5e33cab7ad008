/* window.h: who scales with what after which handshake, and statistics of the effective window. */
#include "tcp/window.h"

#include "check.h"

enum { NO_OPTION = -1, NOT_SEEN = -2 };

/* The window scale options of a SYN and of the SYN+ACK that answers it, and the shifts that follow.
 */
static const struct {
    int syn, syn_ack;
    int client, server;
} handshakes[] = {
    {7, 2, 7, 2},
    {0, 0, 0, 0},
    {15, 255, 14, 14},
    {7, NO_OPTION, WINDOW_SCALE_UNUSED, WINDOW_SCALE_UNUSED},
    {NO_OPTION, 7, WINDOW_SCALE_UNUSED, WINDOW_SCALE_UNUSED},
    {NO_OPTION, NO_OPTION, WINDOW_SCALE_UNUSED, WINDOW_SCALE_UNUSED},
    {NOT_SEEN, 7, WINDOW_SCALE_UNKNOWN, 7},
    {NOT_SEEN, NO_OPTION, WINDOW_SCALE_UNUSED, WINDOW_SCALE_UNUSED},
    {7, NOT_SEEN, 7, WINDOW_SCALE_UNKNOWN},
    {NO_OPTION, NOT_SEEN, WINDOW_SCALE_UNUSED, WINDOW_SCALE_UNUSED},
    {NOT_SEEN, NOT_SEEN, WINDOW_SCALE_UNKNOWN, WINDOW_SCALE_UNKNOWN},
};

static struct segment with_option(uint16_t flags, int option)
{
    struct segment segment = {.flags = flags};
    segment.options_known = true;
    segment.options.has_window_scale = option >= 0;
    segment.options.window_scale = option >= 0 ? (uint8_t)option : 0;
    return segment;
}

static void test_negotiation(void)
{
    for (size_t i = 0; i < sizeof handshakes / sizeof *handshakes; i++) {
        int8_t client = WINDOW_SCALE_UNKNOWN, server = WINDOW_SCALE_UNKNOWN;
        struct segment syn = with_option(TCP_SYN, handshakes[i].syn);
        struct segment syn_ack = with_option(TCP_SYN | TCP_ACK, handshakes[i].syn_ack);
        struct segment ack = with_option(TCP_ACK, NO_OPTION);
        if (handshakes[i].syn != NOT_SEEN)
            window_negotiate(&syn, &client, &server);
        if (handshakes[i].syn_ack != NOT_SEEN)
            window_negotiate(&syn_ack, &server, &client);
        window_negotiate(&ack, &client, &server);
        CHECK_INT(client, handshakes[i].client);
        CHECK_INT(server, handshakes[i].server);
    }
}

/* The option counts on any segment, as in tshark. */
static void test_late_option(void)
{
    int8_t scale = WINDOW_SCALE_UNKNOWN, peer_scale = WINDOW_SCALE_UNKNOWN;
    struct segment ack = with_option(TCP_ACK, 3);
    window_negotiate(&ack, &scale, &peer_scale);
    CHECK_INT(scale, 3);
    CHECK_INT(peer_scale, WINDOW_SCALE_UNKNOWN);
}

static void test_scaled(void)
{
    struct segment syn = {.flags = TCP_SYN, .window = 100}, ack = {.flags = TCP_ACK, .window = 100};
    struct segment largest = {.flags = TCP_ACK, .window = UINT16_MAX};
    uint32_t size;
    CHECK(window_scaled(&syn, 4, &size) && size == 100);
    CHECK(window_scaled(&syn, WINDOW_SCALE_UNKNOWN, &size) && size == 100);
    CHECK(window_scaled(&ack, 4, &size) && size == 1600);
    CHECK(window_scaled(&ack, WINDOW_SCALE_UNUSED, &size) && size == 100);
    CHECK(!window_scaled(&ack, WINDOW_SCALE_UNKNOWN, &size));
    CHECK(window_scaled(&largest, WINDOW_SCALE_MAX, &size) && size == UINT16_MAX << 14);
}

static void test_statistics(void)
{
    struct window_statistics statistics = {0};
    window_statistics_add(&statistics, 50);
    window_statistics_add(&statistics, 0);
    window_statistics_add(&statistics, UINT32_MAX);
    window_statistics_add(&statistics, UINT32_MAX);
    CHECK_INT(statistics.samples, 4);
    CHECK_INT(statistics.min, 0);
    CHECK_INT(statistics.max, UINT32_MAX);
    CHECK_INT(statistics.sum, 50 + 2 * (uint64_t)UINT32_MAX);
}

int main(void)
{
    test_negotiation();
    test_late_option();
    test_scaled();
    test_statistics();
    return check_done();
}
