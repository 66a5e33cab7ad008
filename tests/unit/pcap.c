/* pcap.c and what all formats share in capture.c: variants of the format, ends, damage, refusals.
 */
#include "capture/capture.h"

#include "check.h"
#include "files.h"

enum { MICROSECONDS = 0xa1b2c3d4, NANOSECONDS = 0xa1b23c4d, MODIFIED = 0xa1b2cd34 };

static struct memory memory = {.limit = 64 << 20};
static struct fault fault;
static struct bytes b;

static void start(enum byte_order order)
{
    b.order = order;
    b.length = 0;
}

static struct capture *open_bytes(const char *name)
{
    struct capture *capture = capture_open(write_file(name, &b), &memory, &fault);
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

static void check_packet(struct capture *capture, uint64_t frame, int64_t time_ns,
                         uint32_t captured, uint32_t original)
{
    struct packet packet = {0};
    CHECK_INT(capture_next(capture, &packet, &fault), CAPTURE_PACKET);
    CHECK_INT(packet.frame, frame);
    CHECK_INT(packet.time_ns, time_ns);
    CHECK_INT(packet.captured_length, captured);
    CHECK_INT(packet.bytes.left, captured);
    CHECK_INT(packet.wire_length, original);
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

static void test_orders_and_units(void)
{
    for (enum byte_order order = LITTLE_ENDIAN_FILE; order <= BIG_ENDIAN_FILE; order++) {
        for (int nanoseconds = 0; nanoseconds <= 1; nanoseconds++) {
            start(order);
            put_pcap_header(&b, nanoseconds ? NANOSECONDS : MICROSECONDS, 96, 113);
            put_pcap_record(&b, 1000, 5, 3, 60);
            put_pcap_record(&b, 4294967295, 999999, 0, 0);
            struct capture *capture = open_bytes("a.pcap");
            const struct capture_info *info = capture_info(capture);
            CHECK_TEXT(info->format, "pcap");
            CHECK_TEXT(info->byte_order, order == BIG_ENDIAN_FILE ? "big" : "little");
            CHECK(info->time_resolution == (nanoseconds ? 1e-9 : 1e-6));
            CHECK_TEXT(info->link_types, "LINUX_SLL");
            CHECK(info->has_one_link_type && info->link_type == 113);
            CHECK_INT(info->snaplen, 96);
            CHECK_INT(info->interfaces, 1);
            int64_t unit = nanoseconds ? 1 : 1000;
            check_packet(capture, 1, 1000000000000 + 5 * unit, 3, 60);
            check_packet(capture, 2, 4294967295000000000 + 999999 * unit, 0, 0);
            check_end(capture, NULL);
            check_end(capture, NULL);
            close_capture(capture);
        }
    }
}

/* Upper bits of the link type hold the length of the frame check sequence. */
static void test_link_type(void)
{
    start(LITTLE_ENDIAN_FILE);
    put_pcap_header(&b, MICROSECONDS, 0, 0x24000001);
    struct capture *capture = open_bytes("a.pcap");
    CHECK_TEXT(capture_info(capture)->link_types, "EN10MB");
    CHECK_INT(capture_info(capture)->snaplen, 0);
    check_end(capture, NULL);
    close_capture(capture);

    start(LITTLE_ENDIAN_FILE);
    put_pcap_header(&b, MICROSECONDS, 0, 1000);
    capture = open_bytes("a.pcap");
    CHECK_TEXT(capture_info(capture)->link_types, "1000");
    close_capture(capture);
}

/* Before version 2.3 the original length came first; in 2.3 it may. */
static void test_length_orders(void)
{
    static const struct {
        uint16_t major, minor;
        uint32_t first, second, captured, original;
    } cases[] = {
        {2, 4, 10, 60, 10, 60}, {2, 2, 60, 10, 10, 60}, {543, 0, 60, 10, 10, 60},
        {2, 3, 10, 60, 10, 60}, {2, 3, 60, 10, 10, 60}, {2, 5, 10, 60, 10, 60},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        start(LITTLE_ENDIAN_FILE);
        put32(&b, MICROSECONDS);
        put16(&b, cases[i].major);
        put16(&b, cases[i].minor);
        put64(&b, 0);
        put32(&b, 65535);
        put32(&b, 1);
        put32(&b, 7);
        put32(&b, 0);
        put32(&b, cases[i].first);
        put32(&b, cases[i].second);
        put_fill(&b, 'x', cases[i].captured);
        struct capture *capture = open_bytes("a.pcap");
        check_packet(capture, 1, 7000000000, cases[i].captured, cases[i].original);
        check_end(capture, NULL);
        close_capture(capture);
    }
}

/* Two records in each of the layouts that the Linux patches and Nokia made. */
static void test_layouts(void)
{
    static const struct {
        uint32_t magic;
        size_t extra;
        uint32_t first_word;
    } cases[] = {
        {MICROSECONDS, 0, 0}, {MICROSECONDS, 8, 2}, {MICROSECONDS, 4, 0x9fbfb601},
        {MODIFIED, 8, 2},     {MODIFIED, 12, 2},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        start(BIG_ENDIAN_FILE);
        put_pcap_header(&b, cases[i].magic, 65535, 1);
        for (uint32_t record = 1; record <= 3; record++) {
            put32(&b, record);
            put32(&b, 0);
            put32(&b, 50);
            put32(&b, 60);
            if (cases[i].extra >= 4)
                put32(&b, cases[i].first_word);
            if (cases[i].extra >= 8)
                put32(&b, 0x08000100); /* IPv4, to somebody else */
            if (cases[i].extra >= 12)
                put32(&b, 0);
            put_fill(&b, 0xee, 50);
        }
        struct capture *capture = open_bytes("a.pcap");
        for (uint32_t record = 1; record <= 3; record++)
            check_packet(capture, record, record * 1000000000, 50, 60);
        check_end(capture, NULL);
        close_capture(capture);
    }
}

static void test_every_cut(void)
{
    start(LITTLE_ENDIAN_FILE);
    put_pcap_header(&b, MICROSECONDS, 65535, 1);
    put_pcap_record(&b, 1, 0, 10, 10);
    put_pcap_record(&b, 2, 0, 20, 20);
    size_t whole = b.length, second = 24 + 16 + 10;
    for (size_t length = second + 1; length < whole; length++) {
        b.length = length;
        struct capture *capture = open_bytes("cut.pcap");
        check_packet(capture, 1, 1000000000, 10, 10);
        char damage[200];
        snprintf(damage, sizeof damage,
                 "cut short in record 2 at offset 50: the record needs %d bytes, only %zu are "
                 "there",
                 length - second < 16 ? 16 : 36, length - second);
        check_end(capture, damage);
        close_capture(capture);
    }
}

static void test_corrupt_length(void)
{
    start(LITTLE_ENDIAN_FILE);
    put_pcap_header(&b, MICROSECONDS, 65535, 1);
    put_pcap_record(&b, 1, 0, 10, 10);
    put32(&b, 2);
    put32(&b, 0);
    put32(&b, 4294967295);
    put32(&b, 60);
    struct capture *capture = open_bytes("bad.pcap");
    struct packet packet;
    check_packet(capture, 1, 1000000000, 10, 10);
    for (int again = 0; again < 2; again++) {
        CHECK_INT(capture_next(capture, &packet, &fault), CAPTURE_FAILED);
        CHECK_INT(fault.code, FAULT_DAMAGE);
        const char *text =
            "record 2 at offset 50: captured length 4294967295 is larger than the 262144 allowed";
        CHECK_TEXT(after_path(fault.text, path_of("bad.pcap")), text);
        CHECK_TEXT(capture_info(capture)->damage, text);
    }
    close_capture(capture);
}

/* A length below what is allowed but beyond the file costs no memory. */
static void test_lying_length(void)
{
    start(LITTLE_ENDIAN_FILE);
    put_pcap_header(&b, MICROSECONDS, 100 << 20, 1);
    put32(&b, 1);
    put32(&b, 0);
    put32(&b, 100 << 20);
    put32(&b, 100 << 20);
    struct memory little = {.limit = 1 << 20};
    struct capture *capture = capture_open(write_file("lie.pcap", &b), &little, &fault);
    CHECK(capture != NULL);
    check_end(capture, "cut short in record 1 at offset 24: the record needs 104857616 bytes, "
                       "only 16 are there");
    capture_close(capture);
    CHECK_INT(little.used, 0);
}

static void test_hold_tell_seek(void)
{
    enum { RECORDS = 2000, LENGTH = 500 };
    start(LITTLE_ENDIAN_FILE);
    put_pcap_header(&b, MICROSECONDS, 65535, 1);
    for (uint32_t i = 1; i <= RECORDS; i++)
        put_pcap_record(&b, i, 0, LENGTH, LENGTH);
    struct capture *capture = open_bytes("many.pcap");
    struct packet packet, first = {0};
    struct capture_position position = {0, 0};
    uint64_t packets = 0, holds = 0;
    for (enum capture_result result;
         (result = capture_next(capture, &packet, &fault)) != CAPTURE_END;) {
        if (result == CAPTURE_HELD) {
            CHECK_INT(u8_at(&first.bytes, LENGTH - 1), (uint8_t)(first.time_ns / 1000000000));
            capture_hold(capture, false);
            continue;
        }
        CHECK_INT(packet.frame, ++packets);
        if (packets == 1234)
            CHECK(capture_tell(capture, &position));
        if (!first.frame || packet.frame % 400 == 0) {
            first = packet;
            capture_hold(capture, true);
            holds++;
        }
    }
    CHECK_INT(packets, RECORDS);
    CHECK_INT(holds, 6);
    capture_hold(capture, false);
    capture_seek(capture, &position);
    check_packet(capture, 1235, 1235000000000, LENGTH, LENGTH);
    close_capture(capture);
}

static void check_refused(const char *path, enum fault_code code, const char *text)
{
    CHECK(!capture_open(path, &memory, &fault));
    CHECK_INT(fault.code, code);
    CHECK_TEXT(after_path(fault.text, path), text);
    CHECK_INT(memory.used, 0);
}

static void test_refusals(void)
{
    check_refused(write_data("empty", "", 0), FAULT_NOT_A_CAPTURE,
                  "is empty (0 bytes): a capture starts with a header of at least 24 bytes");
    check_refused(write_data("text", "hi\n", 3), FAULT_NOT_A_CAPTURE,
                  "is not a capture: its first bytes are 68 69 0a; supported are pcap and "
                  "pcapng, each also compressed with gzip, zstd or lz4");
    check_refused(write_data("short", "\xd4\xc3\xb2\xa1\2\0\4\0", 8), FAULT_NOT_A_CAPTURE,
                  "is too short for a capture: pcap's header has 24 bytes, only 8 are there");
    check_refused(write_data("snoop", "snoop\0\0\0\0\0\0\2", 12), FAULT_UNSUPPORTED,
                  "is a Sun snoop capture: convert it with `editcap -F pcapng`");
    check_refused(write_data("old", "\xd4\xc3\xb2\xa1\1\0\0\0................", 24),
                  FAULT_UNSUPPORTED, "is pcap of version 1.0; supported are 2.0 and above");
    check_refused("/dev/zero", FAULT_NOT_A_CAPTURE,
                  "is not a capture: its first bytes are 00 00 00 00 00 00 00 00; supported are "
                  "pcap and pcapng, each also compressed with gzip, zstd or lz4; it is no regular "
                  "file and can be read only once");
}

int main(void)
{
    make_folder();
    test_orders_and_units();
    test_link_type();
    test_length_orders();
    test_layouts();
    test_every_cut();
    test_corrupt_length();
    test_lying_length();
    test_hold_tell_seek();
    test_refusals();
    remove_folder();
    return check_done();
}
