/* pcapng.c: blocks of each kind in both byte orders, sections, units of time, drops, ends and
 * damage. */
#include "capture/capture.h"

#include "check.h"
#include "files.h"

static struct memory memory = {.limit = 64 << 20};
static struct fault fault;
static struct bytes b;
static size_t block_start;

static void begin_block(uint32_t type)
{
    block_start = b.length;
    put32(&b, type);
    put32(&b, 0);
}

static void set32(size_t at, uint32_t value)
{
    size_t length = b.length;
    b.length = at;
    put32(&b, value);
    b.length = length;
}

/* Pads the block and sets its length at both ends. */
static void end_block(void)
{
    put_fill(&b, 0, (4 - b.length % 4) % 4);
    uint32_t length = (uint32_t)(b.length + 4 - block_start);
    put32(&b, length);
    set32(block_start + 4, length);
}

static void put_option(uint16_t code, const void *value, uint16_t length)
{
    put16(&b, code);
    put16(&b, length);
    put_bytes(&b, value, length);
    put_fill(&b, 0, (4 - length % 4) % 4u);
}

static void put_option64(uint16_t code, uint64_t value)
{
    put16(&b, code);
    put16(&b, 8);
    put64(&b, value);
}

static void begin_section(enum byte_order order)
{
    b.order = order;
    begin_block(0x0a0d0d0a);
    put32(&b, 0x1a2b3c4d);
    put16(&b, 1);
    put16(&b, 0);
    put64(&b, UINT64_MAX);
}

static void start(enum byte_order order)
{
    b.length = 0;
    begin_section(order);
    end_block();
}

static void begin_interface(uint16_t link_type, uint32_t snaplen)
{
    begin_block(1);
    put16(&b, link_type);
    put16(&b, 0);
    put32(&b, snaplen);
}

static void put_interface(uint16_t link_type, uint32_t snaplen)
{
    begin_interface(link_type, snaplen);
    end_block();
}

static void begin_packet(uint32_t interface, uint64_t ticks, uint32_t captured, uint32_t original)
{
    begin_block(6);
    put32(&b, interface);
    put32(&b, (uint32_t)(ticks >> 32));
    put32(&b, (uint32_t)ticks);
    put32(&b, captured);
    put32(&b, original);
    put_fill(&b, 'p', captured);
    put_fill(&b, 0, (4 - captured % 4) % 4);
}

static void put_packet(uint32_t interface, uint64_t ticks, uint32_t captured, uint32_t original)
{
    begin_packet(interface, ticks, captured, original);
    end_block();
}

static struct capture *open_bytes(void)
{
    struct capture *capture = capture_open(write_file("a.pcapng", &b), &memory, &fault);
    CHECK(capture != NULL);
    if (!capture)
        fprintf(stderr, "%s\n", fault.text);
    return capture;
}

static void close_capture(struct capture *capture)
{
    capture_close(capture);
    CHECK_INT(memory.used, 0);
}

static struct packet check_packet(struct capture *capture, uint64_t frame, int64_t time_ns,
                                  uint32_t captured, uint32_t original)
{
    struct packet packet = {0};
    CHECK_INT(capture_next(capture, &packet, &fault), CAPTURE_PACKET);
    CHECK_INT(packet.frame, frame);
    CHECK_INT(packet.time_ns, time_ns);
    CHECK_INT(packet.captured_length, captured);
    CHECK_INT(packet.bytes.left, captured);
    CHECK_INT(packet.wire_length, original);
    return packet;
}

static void check_end(struct capture *capture, const char *damage)
{
    struct packet packet;
    CHECK_INT(capture_next(capture, &packet, &fault), CAPTURE_END);
    if (damage)
        CHECK_TEXT(capture_info(capture)->damage, damage);
    else
        CHECK(!capture_info(capture)->damage);
}

static void check_corrupt(struct capture *capture, const char *text)
{
    struct packet packet;
    CHECK_INT(capture_next(capture, &packet, &fault), CAPTURE_FAILED);
    CHECK_INT(fault.code, FAULT_DAMAGE);
    CHECK_TEXT(after_path(fault.text, path_of("a.pcapng")), text);
    CHECK_TEXT(capture_info(capture)->damage, text);
}

/* Two sections of different byte order, three interfaces, all three kinds of packets. */
static void test_everything_at_once(void)
{
    b.length = 0;
    begin_section(BIG_ENDIAN_FILE);
    put_option(1, "a comment", 9);
    put_option(2, "abacus", 6);
    put_option(3, "CP/M", 4);
    put_option(4, "tcpdump", 7);
    put_option(0, "", 0);
    end_block();
    put_interface(1, 96);
    put_interface(101, 0);
    begin_block(0x12345); /* unknown */
    put_fill(&b, 0xff, 100);
    end_block();
    put_packet(1, 1000000001, 5, 60);
    begin_block(3); /* simple: snap length 96 of interface 0 */
    put32(&b, 200);
    put_fill(&b, 's', 96);
    end_block();
    begin_section(LITTLE_ENDIAN_FILE);
    put_option(4, "not the first", 13);
    end_block();
    put_interface(1, 300000);
    begin_block(0xbad); /* custom, which has a frame number but is no packet */
    put32(&b, 32473);
    end_block();
    begin_block(2); /* obsolete */
    put16(&b, 0);
    put16(&b, 7);
    put32(&b, 0);
    put32(&b, 2000000);
    put32(&b, 4);
    put32(&b, 4);
    put_fill(&b, 'o', 4);
    end_block();

    struct capture *capture = open_bytes();
    struct packet packet = check_packet(capture, 1, 1000000001000, 5, 60);
    CHECK_INT(packet.link_type, 101);
    CHECK_INT(b.data[packet.offset], 'p');
    CHECK_INT(b.data[packet.offset - 1], 60);
    packet = check_packet(capture, 2, 0, 96, 200);
    CHECK_INT(packet.link_type, 1);
    CHECK_INT(b.data[packet.offset], 's');
    check_packet(capture, 4, 2000000000, 4, 4);
    check_end(capture, NULL);
    const struct capture_info *info = capture_info(capture);
    CHECK_TEXT(info->format, "pcapng");
    CHECK_TEXT(info->byte_order, "big");
    CHECK_TEXT(info->link_types, "EN10MB,RAW");
    CHECK_TEXT(info->hardware, "abacus");
    CHECK_TEXT(info->os, "CP/M");
    CHECK_TEXT(info->application, "tcpdump");
    CHECK_INT(info->interfaces, 3);
    CHECK_INT(info->snaplen, 0);
    CHECK(!info->has_one_link_type);
    CHECK(info->drops_known);
    CHECK_INT(info->drops, 7);
    CHECK(info->time_resolution == 1e-6);
    close_capture(capture);
}

static void test_time(void)
{
    static const struct {
        int resolution; /* -1: no option */
        int64_t offset;
        uint64_t ticks;
        int64_t time_ns;
    } cases[] = {
        {-1, 0, 1500000, 1500000000},
        {-1, -1, 1500000, 500000000},
        {6, 1000000000, 1, 1000000000000001000},
        {9, 0, 1234567890123456789, 1234567890123456789},
        {0, 0, 4000000000, 4000000000000000000},
        {3, 0, 1234, 1234000000},
        {12, 0, 1999999999999, 1999999999},
        {19, 0, 12345678900000000000u, 1234567890},
        {0x80, 0, 3, 3000000000},
        {0x8a, 0, 1024 + 512, 1500000000},
        {0xa0, 0, (uint64_t)5 << 32 | 0x40000000, 5250000000},
        {0xbf, 0, (uint64_t)3 << 62, 1500000000},
        {6, 0, UINT64_MAX, INT64_MAX},
        {0, INT64_MAX, UINT64_MAX, INT64_MAX},
        {0, INT64_MIN, 0, INT64_MIN},
        {0, -1, 0, -1000000000},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        start(LITTLE_ENDIAN_FILE);
        begin_interface(1, 0);
        uint8_t resolution = (uint8_t)cases[i].resolution;
        if (cases[i].resolution >= 0)
            put_option(9, &resolution, 1);
        put_option64(14, (uint64_t)cases[i].offset);
        end_block();
        put_packet(0, cases[i].ticks, 0, 0);
        struct capture *capture = open_bytes();
        check_packet(capture, 1, cases[i].time_ns, 0, 0);
        close_capture(capture);
    }
}

/* The last statistics of an interface count; without any, what its packets say. */
static void test_drops(void)
{
    start(LITTLE_ENDIAN_FILE);
    put_interface(1, 0);
    put_interface(1, 0);
    for (uint32_t i = 0; i < 4; i++) {
        begin_packet(i % 2, 1, 3, 3);
        put_option64(4, 10);
        end_block();
    }
    for (uint64_t drops = 1; drops <= 2; drops++) {
        begin_block(5);
        put32(&b, 1);
        put64(&b, 0);
        put_option64(4, 99);
        put_option64(5, drops);
        put_option64(7, 100 * drops);
        end_block();
    }
    struct capture *capture = open_bytes();
    for (uint32_t i = 1; i <= 4; i++)
        check_packet(capture, i, 1000, 3, 3);
    check_end(capture, NULL);
    CHECK_INT(capture_info(capture)->drops, 20 + 202);
    close_capture(capture);
}

static void test_every_cut(void)
{
    start(LITTLE_ENDIAN_FILE);
    put_interface(1, 0);
    put_packet(0, 1, 10, 10);
    size_t second = b.length;
    put_packet(0, 2, 10, 10);
    size_t whole = b.length;
    for (size_t length = second + 1; length < whole; length++) {
        b.length = length;
        struct capture *capture = open_bytes();
        check_packet(capture, 1, 1000, 10, 10);
        char damage[200];
        snprintf(damage, sizeof damage,
                 "cut short in record 2 at offset %zu: the record needs %zu bytes, only %zu are "
                 "there",
                 second, length - second < 12 ? (size_t)12 : whole - second, length - second);
        check_end(capture, damage);
        close_capture(capture);
    }
}

/* A block that is long and no packet is skipped unread, whatever the memory; what its front says
 * counts. */
static void test_long_blocks(void)
{
    enum { OPTIONS = 600000 };
    start(LITTLE_ENDIAN_FILE);
    begin_interface(228, 0);
    for (int i = 0; i < OPTIONS / 60004; i++) {
        put16(&b, 1);
        put16(&b, 60000);
        put_fill(&b, 'c', 60000);
    }
    end_block();
    put_packet(0, 1, 10, 10);
    begin_block(0x999);
    put_fill(&b, 'u', 300000);
    end_block();
    put_packet(0, 2, 10, 10);
    struct memory little = {.limit = 300000};
    struct capture *capture = capture_open(write_file("a.pcapng", &b), &little, &fault);
    CHECK(capture != NULL);
    CHECK_INT(check_packet(capture, 1, 1000, 10, 10).link_type, 228);
    capture_hold(capture, true);
    struct packet packet;
    CHECK_INT(capture_next(capture, &packet, &fault), CAPTURE_HELD);
    capture_hold(capture, false);
    check_packet(capture, 2, 2000, 10, 10);
    check_end(capture, NULL);
    capture_close(capture);
    CHECK_INT(little.used, 0);
}

static void test_corrupt(void)
{
    start(LITTLE_ENDIAN_FILE);
    put_packet(0, 1, 10, 10);
    struct capture *capture = open_bytes();
    check_corrupt(capture,
                  "record 1 at offset 28: interface 0, but 0 are described in the section");
    close_capture(capture);

    start(LITTLE_ENDIAN_FILE);
    put_interface(1, 0);
    size_t packet = b.length, intact;
    put_packet(0, 1, 10, 10);
    intact = b.length;
    static const struct {
        size_t at;
        uint32_t value;
        const char *text;
    } cases[] = {
        {4, 8, "block of type 0x00000006 has length 8, at least 32 is needed"},
        {4, 17000000, "block of type 0x00000006 has length 17000000, 16777216 is allowed"},
        {20, 13, "captured length 13 is larger than the 12 bytes in its block"},
        {20, 4294967295, "captured length 4294967295 is larger than the 262144 allowed"},
        {40, 48, "block of type 0x00000006 has length 44 at its start and 48 at its end"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct bytes *whole = malloc(sizeof *whole);
        *whole = b;
        set32(packet + cases[i].at, cases[i].value);
        capture = open_bytes();
        char text[200];
        snprintf(text, sizeof text, "record 1 at offset %zu: %s", packet, cases[i].text);
        check_corrupt(capture, text);
        close_capture(capture);
        b = *whole;
        free(whole);
    }
    begin_section(LITTLE_ENDIAN_FILE);
    end_block();
    set32(intact + 8, 0x11111111);
    capture = open_bytes();
    check_packet(capture, 1, 1000, 10, 10);
    char text[200];
    snprintf(text, sizeof text,
             "record 2 at offset %zu: byte-order magic 0x11111111 of a section, 0x1a2b3c4d is "
             "allowed",
             intact);
    check_corrupt(capture, text);
    close_capture(capture);
}

/* A capture just opened can be put behind the first packet, but not behind a late interface. */
static void test_tell_and_seek(void)
{
    start(LITTLE_ENDIAN_FILE);
    put_interface(101, 0);
    for (uint64_t i = 1; i <= 3; i++)
        put_packet(0, i, 10, 10);
    struct capture *capture = open_bytes();
    struct capture_position position;
    check_packet(capture, 1, 1000, 10, 10);
    check_packet(capture, 2, 2000, 10, 10);
    CHECK(capture_tell(capture, &position));
    CHECK_INT(position.frame, 3);
    close_capture(capture);
    capture = open_bytes();
    capture_seek(capture, &position);
    CHECK_INT(check_packet(capture, 3, 3000, 10, 10).link_type, 101);
    check_end(capture, NULL);
    close_capture(capture);

    put_interface(1, 0);
    put_packet(1, 4, 10, 10);
    capture = open_bytes();
    for (uint32_t i = 1; i <= 3; i++)
        check_packet(capture, i, i * 1000, 10, 10);
    CHECK(capture_tell(capture, &position));
    check_packet(capture, 4, 4000, 10, 10);
    CHECK(!capture_tell(capture, &position));
    close_capture(capture);
}

static void check_refused(enum fault_code code, const char *text)
{
    const char *path = write_file("a.pcapng", &b);
    CHECK(!capture_open(path, &memory, &fault));
    CHECK_INT(fault.code, code);
    CHECK_TEXT(after_path(fault.text, path), text);
    CHECK_INT(memory.used, 0);
}

static void test_refusals(void)
{
    start(LITTLE_ENDIAN_FILE);
    b.length = 20;
    check_refused(FAULT_NOT_A_CAPTURE,
                  "is too short for a capture: pcapng's header has 28 bytes, only 20 are there");
    start(LITTLE_ENDIAN_FILE);
    set32(8, 0x01020304);
    check_refused(FAULT_NOT_A_CAPTURE,
                  "is not a capture: it starts like pcapng, but its byte-order magic is "
                  "0x04030201 and not 0x1a2b3c4d");
    start(BIG_ENDIAN_FILE);
    set32(12, 2 << 16);
    check_refused(FAULT_UNSUPPORTED, "is pcapng of version 2.0; supported is 1.0");
}

int main(void)
{
    make_folder();
    test_everything_at_once();
    test_time();
    test_drops();
    test_every_cut();
    test_long_blocks();
    test_corrupt();
    test_tell_and_seek();
    test_refusals();
    remove_folder();
    return check_done();
}
