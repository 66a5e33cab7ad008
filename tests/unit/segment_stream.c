/* segment_stream.c: files into batches, and an account of every packet. */
#include "packet/segment_stream.h"

#include "check.h"
#include "files.h"
#include "packets.h"

static struct memory memory = {.limit = 64 << 20};
static struct fault fault;
static struct bytes file;
static struct segment_batch batch;

#define UDP_PACKET ETHERNET_IPV4 IPV4_HEADER("11") UDP("0035") "00"
#define ARP_PACKET ETHERNET "0806 0001"

static void begin(uint32_t link_type)
{
    file.length = 0;
    put_pcap_header(&file, 0xa1b2c3d4, 65535, link_type);
}

static void put_packet(uint32_t seconds, const char *hex)
{
    struct built built = build(hex);
    put32(&file, seconds);
    put32(&file, 0);
    put32(&file, (uint32_t)built.length);
    put32(&file, (uint32_t)built.length);
    put_bytes(&file, built.data, built.length);
}

/* A data set with a stream over it. */
struct opened {
    struct dataset *dataset;
    struct segment_stream *stream;
};

static struct opened open_stream(const char *pattern, struct segment_stream_options options)
{
    struct opened opened = {.dataset = dataset_open(pattern, &memory, &fault)};
    CHECK(opened.dataset != NULL);
    opened.stream = segment_stream_open(opened.dataset, &options, &memory, &fault);
    CHECK(opened.stream != NULL);
    return opened;
}

static void close_stream(struct opened opened)
{
    segment_stream_close(opened.stream);
    dataset_close(opened.dataset);
    CHECK_INT(memory.used, 0);
}

/* Reads to the end; the number of segments, or -1 with a fault. */
static long read_all(struct segment_stream *stream)
{
    long segments = 0;
    do {
        if (!segment_stream_fill(stream, &batch, &fault))
            return -1;
        segments += (long)batch.count;
        CHECK(batch.packets <= BATCH_PACKETS_MAX);
    } while (!batch.at_end);
    return segments;
}

static void test_accounts(void)
{
    begin(1);
    put_packet(100, ETHERNET_IPV4 IPV4_TCP);
    put_packet(90, UDP_PACKET);
    put_packet(95, ARP_PACKET);
    put_packet(120, ETHERNET_IPV4 IPV4_TCP);
    const char *path = write_file("a.pcap", &file);
    struct opened opened = open_stream(path, (struct segment_stream_options){0});
    CHECK_INT(read_all(opened.stream), 2);
    const struct file_account *account = segment_stream_accounts(opened.stream);
    CHECK_TEXT(account->path, path);
    CHECK_TEXT(account->info.format, "pcap");
    CHECK_TEXT(account->info.link_types, "EN10MB");
    CHECK(!account->info.damage && !account->compression);
    CHECK(account->is_finished && !account->is_corrupt && account->has_packets);
    CHECK_INT(account->identity.size, file.length);
    CHECK_INT(account->packets, 4);
    CHECK_INT(account->fates[FATE_SEGMENT], 2);
    CHECK_INT(account->fates[FATE_NOT_TCP], 1);
    CHECK_INT(account->fates[FATE_NOT_IP], 1);
    CHECK_INT(account->start_ns, 100000000000);
    CHECK_INT(account->end_ns, 120000000000);
    CHECK_INT(account->time_went_back, 1);
    CHECK_INT(segment_stream_start_ns(opened.stream), 100000000000);
    CHECK(segment_stream_fill(opened.stream, &batch, &fault)); /* the end stays the end */
    CHECK(batch.at_end && batch.count == 0);
    close_stream(opened);
}

/* Files in order of their first packet; each segment says which. */
static void test_files(void)
{
    begin(1);
    put_packet(200, ETHERNET_IPV4 IPV4_TCP);
    write_file("m1.pcap", &file);
    begin(101);
    put_packet(100, IPV4_TCP);
    put_packet(101, IPV6_TCP);
    write_file("m2.pcap", &file);
    struct opened opened = open_stream(path_of("m*.pcap"), (struct segment_stream_options){0});
    long segments = 0;
    uint32_t files[3];
    do {
        CHECK(segment_stream_fill(opened.stream, &batch, &fault));
        for (size_t i = 0; i < batch.count && segments < 3; i++)
            files[segments++] = batch.segments[i].file;
    } while (!batch.at_end);
    CHECK_INT(segments, 3);
    CHECK(files[0] == 0 && files[1] == 0 && files[2] == 1);
    CHECK_INT(batch.bytes_read, dataset_size(opened.dataset));
    const struct file_account *accounts = segment_stream_accounts(opened.stream);
    CHECK_TEXT(accounts[0].info.link_types, "RAW");
    CHECK_TEXT(accounts[1].info.link_types, "EN10MB");
    close_stream(opened);
}

/* A batch ends after so many packets even if none has a segment. */
static void test_batches(void)
{
    begin(1);
    for (uint32_t i = 0; i < BATCH_PACKETS_MAX + 10; i++)
        put_packet(i, ARP_PACKET);
    for (uint32_t i = 0; i < SEGMENT_BATCH_MAX + 10; i++)
        put_packet(i, ETHERNET_IPV4 IPV4_TCP);
    struct opened opened =
        open_stream(write_file("b.pcap", &file), (struct segment_stream_options){0});
    CHECK(segment_stream_fill(opened.stream, &batch, &fault));
    CHECK(batch.count == 0 && batch.packets == BATCH_PACKETS_MAX && !batch.at_end);
    CHECK(segment_stream_fill(opened.stream, &batch, &fault));
    CHECK(batch.count == SEGMENT_BATCH_MAX && batch.packets == SEGMENT_BATCH_MAX + 10 &&
          !batch.at_end);
    CHECK(segment_stream_fill(opened.stream, &batch, &fault));
    CHECK(batch.count == 10 && batch.at_end);
    CHECK_INT(batch.segments[9].frame, BATCH_PACKETS_MAX + SEGMENT_BATCH_MAX + 20);
    close_stream(opened);
}

/* Payloads of a whole batch can be read, whatever blocks the file is read in. */
static void test_payloads(void)
{
    enum { PACKETS = 700, PAYLOAD = 1200 };
    begin(101);
    for (uint32_t i = 0; i < PACKETS; i++) {
        struct built built = build("4500 04d8 0001 0000 4006 0000 0a000001 0a000002" TCP_HEADER);
        put32(&file, i);
        put32(&file, 0);
        put32(&file, 40 + PAYLOAD);
        put32(&file, 40 + PAYLOAD);
        put_bytes(&file, built.data, 40);
        put_fill(&file, (uint8_t)i, PAYLOAD);
    }
    struct segment_stream_options keep = {.keep_payload = true};
    struct opened opened = open_stream(write_file("p.pcap", &file), keep);
    long right = 0;
    do {
        CHECK(segment_stream_fill(opened.stream, &batch, &fault));
        for (size_t i = 0; i < batch.count; i++) {
            const struct segment *segment = &batch.segments[i];
            uint8_t expected = (uint8_t)(segment->frame - 1);
            right += segment->payload.left == PAYLOAD && u8_at(&segment->payload, 0) == expected &&
                     u8_at(&segment->payload, PAYLOAD - 1) == expected;
        }
    } while (!batch.at_end);
    CHECK_INT(right, PACKETS);
    close_stream(opened);
}

static enum wish judge_source(const void *source, const struct segment *preview)
{
    if (preview->frame == 7)
        return WISH_IT_LAST;
    return memcmp(preview->src, source, sizeof preview->src) == 0 ? WISH_IT : WISH_NONE;
}

/* Who is not wanted is in the account all the same, and who has no preview in the batch. */
static void test_wanted(void)
{
    static const uint8_t second_host[16] = {10, 0, 0, 2};
    begin(1);
    put_packet(1, ETHERNET_IPV4 IPV4_TCP);
    put_packet(2, ETHERNET_IPV4 "4500 LLLL 0001 0000 4006 0000 0a000002 0a000001 | " TCP);
    put_packet(3, ETHERNET "86dd | " IPV6_TCP);
    put_packet(4, ETHERNET_IPV4 IPV4_FRAGMENT("2000") TCP_HEADER "30313233");
    put_packet(5, ETHERNET_IPV4 IPV4_FRAGMENT("0003") "61626364");
    put_packet(6, UDP_PACKET);
    put_packet(7, ETHERNET_IPV4 IPV4_TCP);
    put_packet(8, ETHERNET "86dd | " IPV6_TCP);
    const struct segment_stream_options options = {
        .judge = judge_source,
        .context = second_host,
    };
    struct opened opened = open_stream(write_file("w.pcap", &file), options);
    CHECK(segment_stream_fill(opened.stream, &batch, &fault));
    CHECK_INT(batch.count, 4);
    CHECK_INT(batch.segments[0].frame, 2);
    CHECK_INT(batch.segments[0].payload_length, 4);
    CHECK_INT(batch.segments[1].ip_version, 6);
    CHECK_INT(batch.segments[2].frame, 5);
    CHECK_INT(batch.segments[3].frame, 7);
    CHECK_INT(read_all(opened.stream), 1);
    const struct file_account *account = segment_stream_accounts(opened.stream);
    CHECK_INT(account->packets, 8);
    CHECK_INT(account->fates[FATE_SEGMENT], 6);
    CHECK_INT(account->fates[FATE_FRAGMENT], 1);
    CHECK_INT(account->fates[FATE_NOT_TCP], 1);
    close_stream(opened);
}

static void test_damage(void)
{
    begin(1);
    put_packet(1, ETHERNET_IPV4 IPV4_TCP);
    put_packet(2, ETHERNET_IPV4 IPV4_TCP);
    size_t whole = file.length;
    write_data("cut.pcap", file.data, whole - 1);
    struct opened opened = open_stream(path_of("cut.pcap"), (struct segment_stream_options){0});
    CHECK_INT(read_all(opened.stream), 1); /* cut short: no fault */
    CHECK(segment_stream_accounts(opened.stream)->info.damage != NULL);
    CHECK(!segment_stream_accounts(opened.stream)->is_corrupt);
    close_stream(opened);

    put_fill(&file, 0xff, 64); /* a record of 4 GiB */
    const char *path = write_file("corrupt.pcap", &file);
    opened = open_stream(path, (struct segment_stream_options){0});
    CHECK(!segment_stream_fill(opened.stream, &batch, &fault));
    CHECK_INT(fault.code, FAULT_DAMAGE);
    CHECK_INT(batch.count, 2);
    CHECK(segment_stream_accounts(opened.stream)->is_corrupt);
    CHECK(segment_stream_accounts(opened.stream)->info.damage != NULL);
    CHECK(segment_stream_fill(opened.stream, &batch, &fault) && batch.at_end);
    close_stream(opened);

    opened = open_stream(path, (struct segment_stream_options){.keep_damaged = true});
    CHECK_INT(read_all(opened.stream), 2);
    CHECK(segment_stream_accounts(opened.stream)->is_corrupt);
    close_stream(opened);
}

static void test_unknown_link_type(void)
{
    begin(227);
    put_packet(1, "00");
    const char *path = write_file("can.pcap", &file);
    struct opened opened = open_stream(path, (struct segment_stream_options){0});
    CHECK_INT(read_all(opened.stream), -1);
    CHECK_INT(fault.code, FAULT_UNSUPPORTED);
    static const char start[] =
        "link type 227 (CAN_SOCKETCAN) is not supported; supported are EN10MB, ";
    CHECK(strncmp(after_path(fault.text, path), start, strlen(start)) == 0);
    close_stream(opened);
}

static void put_interface(uint16_t link_type)
{
    put32(&file, 1);
    put32(&file, 20);
    put16(&file, link_type);
    put16(&file, 0);
    put32(&file, 0);
    put32(&file, 20);
}

static void put_enhanced_packet(uint32_t interface, const char *hex)
{
    struct built built = build(hex);
    uint32_t length = (uint32_t)built.length, padding = (4 - length % 4) % 4,
             block = 32 + length + padding;
    const uint32_t fields[] = {6, block, interface, 0, 0, length, length};
    for (size_t i = 0; i < sizeof fields / sizeof fields[0]; i++)
        put32(&file, fields[i]);
    put_bytes(&file, built.data, length);
    put_fill(&file, 0, padding);
    put32(&file, block);
}

static void begin_pcapng(void)
{
    file.length = 0;
    put32(&file, 0x0a0d0d0a);
    put32(&file, 28);
    put32(&file, 0x1a2b3c4d);
    put16(&file, 1);
    put16(&file, 0);
    put64(&file, UINT64_MAX);
    put32(&file, 28);
    put_interface(227);
    put_interface(101);
}

/* In pcapng an unknown link type is counted, as long as something else can be read. */
static void test_unknown_interface(void)
{
    begin_pcapng();
    put_enhanced_packet(0, "0000000100");
    put_enhanced_packet(1, IPV4_TCP);
    struct opened opened =
        open_stream(write_file("one.pcapng", &file), (struct segment_stream_options){0});
    CHECK_INT(read_all(opened.stream), 1);
    CHECK_INT(segment_stream_accounts(opened.stream)->fates[FATE_UNKNOWN_LINK_TYPE], 1);
    close_stream(opened);

    begin_pcapng();
    put_enhanced_packet(0, "0000000100");
    opened = open_stream(write_file("none.pcapng", &file), (struct segment_stream_options){0});
    CHECK_INT(read_all(opened.stream), -1);
    CHECK_INT(fault.code, FAULT_UNSUPPORTED);
    close_stream(opened);
}

/* Back to where a batch began. */
static void test_seek(void)
{
    begin(1);
    for (uint32_t i = 0; i < 3 * SEGMENT_BATCH_MAX; i++)
        put_packet(i, ETHERNET_IPV4 IPV4_TCP);
    struct opened opened =
        open_stream(write_file("s.pcap", &file), (struct segment_stream_options){0});
    struct capture_position position;
    uint32_t index;
    CHECK(!segment_stream_tell(opened.stream, &index, &position));
    CHECK(segment_stream_fill(opened.stream, &batch, &fault));
    CHECK(segment_stream_tell(opened.stream, &index, &position));
    uint64_t next = batch.segments[batch.count - 1].frame + 1;
    CHECK_INT(read_all(opened.stream), 2 * SEGMENT_BATCH_MAX);
    CHECK(segment_stream_seek(opened.stream, index, &position, &fault));
    CHECK(segment_stream_fill(opened.stream, &batch, &fault));
    CHECK_INT(batch.segments[0].frame, next);
    CHECK_INT(batch.segments[0].time_ns, (int64_t)(next - 1) * 1000000000);
    close_stream(opened);
}

/* Every allocation fails in turn. */
static void test_no_memory(void)
{
    begin(101);
    put_packet(1, IPV4_FRAGMENT("2000") TCP_HEADER "30313233");
    put_packet(1, IPV4_FRAGMENT("0003") "61626364");
    struct dataset *dataset = dataset_open(write_file("f.pcap", &file), &memory, &fault);
    const struct segment_stream_options options = {0};
    bool was_read = false;
    for (size_t limit = 0; !was_read && limit < 4 << 20; limit += limit < 20000 ? 40 : 4096) {
        struct memory small = {.limit = limit};
        struct segment_stream *stream = segment_stream_open(dataset, &options, &small, &fault);
        was_read = stream && read_all(stream) == 1;
        CHECK(was_read || fault.code == FAULT_MEMORY_LIMIT);
        segment_stream_close(stream);
        CHECK_INT(small.used, 0);
    }
    CHECK(was_read);
    dataset_close(dataset);
}

int main(void)
{
    make_folder();
    test_accounts();
    test_files();
    test_batches();
    test_payloads();
    test_wanted();
    test_damage();
    test_unknown_link_type();
    test_unknown_interface();
    test_seek();
    test_no_memory();
    remove_folder();
    return check_done();
}
