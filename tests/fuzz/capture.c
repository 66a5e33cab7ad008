/* The readers of pcap and pcapng: built once for each, it leaves other formats alone.
 *
 * The input is a capture file.  Every packet shown lies inside the file and has its bytes; reading
 * on from a place that was noted gives what the first reading gave, as long as nobody returns from
 * behind a description that comes late. */
#include "harness.h"

#include "capture/capture.h"
#include "memory_file.h"

enum { PLACES = 8 };

/* A place between two records, and the packet that was found there. */
struct place {
    struct capture_position position;
    struct packet packet;
};

static void check_packet(const struct packet *packet, uint64_t frame_before, const uint8_t *data,
                         size_t size)
{
    MUST(packet->frame > frame_before);
    MUST(packet->bytes.left == packet->captured_length);
    MUST(packet->offset <= size && packet->captured_length <= size - packet->offset);
    MUST(memcmp(packet->bytes.at, data + packet->offset, packet->bytes.left) == 0);
}

/* Reads to the end; the number of places noted. */
static unsigned read_all(struct capture *capture, const uint8_t *data, size_t size,
                         struct place *places, struct fault *fault)
{
    unsigned noted = 0;
    uint64_t frame = 0;
    for (;;) {
        struct place *place = &places[noted];
        bool has_place = noted < PLACES && capture_tell(capture, &place->position);
        struct packet packet;
        enum capture_result result = capture_next(capture, &packet, fault);
        MUST(result != CAPTURE_HELD);
        if (result != CAPTURE_PACKET) {
            MUST(result == CAPTURE_END || fault->code != FAULT_NONE);
            MUST(result == CAPTURE_END || fault->code != FAULT_DAMAGE ||
                 capture_info(capture)->damage);
            return noted;
        }
        check_packet(&packet, frame, data, size);
        frame = packet.frame;
        if (has_place) {
            place->packet = packet;
            noted++;
        }
    }
}

static void read_again(const char *path, const struct place *places, unsigned count,
                       struct memory *memory)
{
    struct fault fault;
    struct capture *capture = capture_open(path, memory, &fault);
    MUST(capture);
    for (unsigned i = 0; i < count; i++) {
        struct packet packet;
        capture_seek(capture, &places[i].position);
        MUST(capture_next(capture, &packet, &fault) == CAPTURE_PACKET);
        MUST(packet.frame == places[i].packet.frame && packet.offset == places[i].packet.offset &&
             packet.time_ns == places[i].packet.time_ns &&
             packet.link_type == places[i].packet.link_type);
    }
    capture_close(capture);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct memory memory = {.limit = FUZZ_MEMORY_MAX};
    struct fault fault = {.code = FAULT_NONE};
    struct memory_file file = memory_file_open(data, size);
    struct capture *capture = capture_open(file.path, &memory, &fault);
    MUST(capture || fault.text[0]);
    if (capture && strcmp(capture_info(capture)->format, FORMAT) == 0 &&
        !source_compression(capture_source(capture))) {
        struct place places[PLACES];
        unsigned count = read_all(capture, data, size, places, &fault);
        read_again(file.path, places, count, &memory);
    }
    capture_close(capture);
    memory_file_close(&file);
    MUST(memory.used == 0);
    return 0;
}
