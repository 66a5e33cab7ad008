/* tcp_header.c: options and checksum. */
#include "packet/tcp_header.h"

#include "check.h"
#include "packets.h"

/* The options of a header that has `length` bytes of them. */
static struct tcp_options read_cut_options(const char *hex, size_t length)
{
    struct tcp_options options = {0};
    struct built built = build(hex);
    uint8_t *exact = malloc(built.length + 1); /* so that a byte read too far is found */
    memcpy(exact, built.data, built.length);
    tcp_read_options(cursor_over(exact, built.length), length, &options);
    free(exact);
    return options;
}

static struct tcp_options read_options(const char *hex)
{
    return read_cut_options(hex, build(hex).length);
}

static void test_usual_options(void)
{
    struct tcp_options syn = read_options("020405b4 0402 080a 00000001 00000002 01 030307");
    CHECK(syn.has_mss && syn.has_window_scale && syn.has_timestamps && syn.sack_permitted);
    CHECK_INT(syn.mss, 1460);
    CHECK_INT(syn.window_scale, 7);
    CHECK_INT(syn.ts_value, 1);
    CHECK_INT(syn.ts_echo, 2);
    CHECK_INT(syn.sack_count, 0);

    struct tcp_options ack = read_options("0101 0512 0000000a 00000014 ffffff00 00000001");
    CHECK_INT(ack.sack_count, 2);
    CHECK_INT(ack.sack[0].left, 10);
    CHECK_INT(ack.sack[0].right, 20);
    CHECK_INT(ack.sack[1].left, 0xffffff00);
    CHECK_INT(ack.sack[1].right, 1);
    CHECK(!ack.has_mss && !ack.has_window_scale && !ack.has_timestamps && !ack.sack_permitted);
}

/* Of what was cut: the SACK blocks that are there as a whole. */
static void test_cut_options(void)
{
    struct tcp_options cut = read_cut_options("0101 0512 0000000a 00000014 ffffff00", 20);
    CHECK_INT(cut.sack_count, 1);
    CHECK_INT(cut.sack[0].right, 20);
    CHECK(!cut.is_malformed);
    CHECK_INT(read_cut_options("0101 0512 0000000a 000000", 20).sack_count, 0);
    CHECK_INT(read_cut_options("0512", 20).sack_count, 0);
    CHECK_INT(read_cut_options("05", 20).sack_count, 0);
    CHECK_INT(read_cut_options("0516 0000000a 00000014", 20).sack_count, 0); /* beyond the header */
    CHECK(!read_cut_options("020405", 4).has_mss);
    CHECK(read_cut_options("020405b4 08", 20).has_mss);
}

/* A list that ends before what was cut, so that nothing is missed.  tshark looks at what follows
 * the end mark, and at the bytes of an option that goes beyond the header. */
static void test_ended_before_the_cut(void)
{
    CHECK(read_cut_options("0501 080a 4c08", 32).has_ended);
    CHECK(read_cut_options("0101 0800", 12).has_ended);
    CHECK(!read_cut_options("0101 0520 0000", 20).has_ended);
    CHECK(!read_cut_options("0100 0005", 12).has_ended);
    CHECK(!read_cut_options("0101 080a 4c08", 32).has_ended);
    CHECK(!read_cut_options("0101 08", 12).has_ended);
    CHECK(!read_cut_options("020405b4", 12).has_ended);
    CHECK(!read_cut_options("0509 00000001 00 0000 0501", 20).has_ended); /* malformed */
}

/* What ends the list, what is skipped, and what wins. */
static void test_odd_options(void)
{
    CHECK(!read_options("").has_mss);
    CHECK(!read_options("00 020405b4").has_mss);       /* after the end mark */
    CHECK(read_options("fd04 6162 020405b4").has_mss); /* after an unknown kind */
    CHECK(!read_options("020005b4").has_mss);          /* length 0 */
    CHECK(!read_options("fd01 020405b4").has_mss);     /* length 1 */
    CHECK(!read_options("02").has_mss);                /* no length */
    CHECK(!read_options("020405").has_mss);            /* cut */
    CHECK(read_options("020405b4 030a 0700").has_mss); /* before one that is cut */
    CHECK(!read_options("020405b4 030a 0700").has_window_scale);
    CHECK(!read_options("020305").has_mss);                /* wrong length for its kind */
    CHECK(read_options("020305 030307").has_window_scale); /* and what follows it */
    CHECK(!read_options("0403 00").sack_permitted);
    CHECK(!read_options("0806 00000001").has_timestamps);
    CHECK_INT(read_options("020405b4 02040100").mss, 256); /* the last one */
    CHECK_INT(read_options("0303c8").window_scale, 200);   /* as sent */
    CHECK_INT(read_options("0509 00000001 00 0000").sack_count, 0);
    CHECK(read_options("0509 00000001 00 0000 020405b4").is_malformed);
    CHECK(!read_options("0509 00000001 00 0000 020405b4").has_mss); /* nothing after it */
    CHECK(!read_options("050a 00000001 00000002 0509 00000001 00 0000").is_malformed);
    CHECK(read_options("1506 0001 0001").is_malformed &&
          !read_options("1505 0001 00").is_malformed);
    CHECK(read_options("1e02").is_malformed && !read_options("1e03 f0").is_malformed);
    CHECK_INT(read_options("0532 " /* six blocks: more than a header can hold */
                           "00000001 00000002 00000001 00000002 00000001 00000002"
                           "00000001 00000002 00000001 00000002 00000001 00000002")
                  .sack_count,
              SACK_BLOCKS_MAX);
}

static const struct segment ipv4 = {.ip_version = 4, .src = {10, 0, 0, 1}, .dst = {10, 0, 0, 2}};
static const struct segment ipv6 = {
    .ip_version = 6, .src = {0x20, 1, [15] = 1}, .dst = {0x20, 1, [15] = 2}};

static void test_checksum(void)
{
    struct built four = build("0457 0050 00000064 000000c8 5018 03e8 cd44 0000 61626364");
    CHECK(tcp_checksum_is_good(&ipv4, cursor_over(four.data, four.length)));
    CHECK(!tcp_checksum_is_good(&ipv6, cursor_over(four.data, four.length)));

    struct built odd = build("0457 0050 00000064 000000c8 5018 03e8 050c 0000 61");
    CHECK(tcp_checksum_is_good(&ipv6, cursor_over(odd.data, odd.length)));
    CHECK(!tcp_checksum_is_good(&ipv4, cursor_over(odd.data, odd.length)));
}

/* A long segment of odd length, at every alignment, and every bit of it that goes wrong. */
static void test_long_checksum(void)
{
    enum { LENGTH = 20 + 1281 };
    static uint8_t buffer[LENGTH + 8];
    struct built header = build("0457 0050 00000064 000000c8 5018 03e8 53cf 0000");
    for (size_t shift = 0; shift < 8; shift++) {
        memcpy(buffer + shift, header.data, header.length);
        for (size_t i = 20; i < LENGTH; i++)
            buffer[shift + i] = (uint8_t)(i - 20);
        buffer[shift + LENGTH - 1] = 'x';
        struct cursor bytes = cursor_over(buffer + shift, LENGTH);
        CHECK(tcp_checksum_is_good(&ipv4, bytes));
        for (size_t i = 0; i < LENGTH; i += 13) {
            buffer[shift + i] ^= (uint8_t)(1 << i % 8);
            CHECK(!tcp_checksum_is_good(&ipv4, bytes));
            buffer[shift + i] ^= (uint8_t)(1 << i % 8);
        }
    }
}

int main(void)
{
    test_usual_options();
    test_cut_options();
    test_ended_before_the_cut();
    test_odd_options();
    test_checksum();
    test_long_checksum();
    return check_done();
}
