/* The least that a tool can do that counts TCP connections: the yardstick of bench/run.
 *
 *     bare_loop FILE
 *
 * It walks the records of a classic pcap file of Ethernet (little-endian, as make_captures writes
 * them) with pread in blocks, decodes Ethernet, IPv4 and TCP, finds the connection with one probe
 * of a hash table, and updates six counters in it.  It shares no code with the extension.  It
 * checks lengths, so that it may be trusted on any file, but knows no VLAN, no IPv6, no fragments,
 * and judges nothing. */
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum {
    BLOCK_SIZE =
        256 << 10, /* large enough that system calls do not count, small enough for the L2 cache */
    FILE_HEADER = 24,
    RECORD_HEADER = 16,
    SLOTS_AT_START = 1 << 12, /* 256 KiB */
};

/* A connection: one cache line. */
struct connection {
    uint64_t addresses; /* the lower end point's first; 0: the slot is free */
    uint32_t ports;
    uint32_t flags; /* all that were seen */
    uint64_t packets[2], bytes[2];
    uint64_t wire_bytes;
    uint64_t last_us;
};

struct table {
    struct connection *slots;
    size_t mask; /* number of slots less 1 */
    size_t used;
};

struct segment {
    uint32_t source, destination;
    uint16_t source_port, destination_port;
    uint32_t flags, payload_length, wire_length;
    uint64_t time_us;
};

static uint32_t little_u32(const uint8_t *at)
{
    return at[0] | (uint32_t)at[1] << 8 | (uint32_t)at[2] << 16 | (uint32_t)at[3] << 24;
}

static uint16_t big_u16(const uint8_t *at)
{
    return (uint16_t)(at[0] << 8 | at[1]);
}

static uint32_t big_u32(const uint8_t *at)
{
    return (uint32_t)big_u16(at) << 16 | big_u16(at + 2);
}

static bool open_table(struct table *table, size_t slots)
{
    *table = (struct table){.mask = slots - 1};
    table->slots = aligned_alloc(sizeof *table->slots, slots * sizeof *table->slots);
    if (table->slots)
        memset(table->slots, 0, slots * sizeof *table->slots);
    return table->slots != NULL;
}

/* The slot of a connection, or the free one where it belongs. */
static struct connection *find_slot(const struct table *table, uint64_t addresses, uint32_t ports)
{
    uint64_t hash = (addresses ^ (uint64_t)ports * 0x9e3779b97f4a7c15u) * 0xbf58476d1ce4e5b9u;
    size_t i = (hash ^ hash >> 32) & table->mask;
    while (table->slots[i].addresses &&
           (table->slots[i].addresses != addresses || table->slots[i].ports != ports))
        i = (i + 1) & table->mask;
    return &table->slots[i];
}

static bool grow_table(struct table *table)
{
    struct table larger;
    if (!open_table(&larger, 2 * (table->mask + 1)))
        return false;
    larger.used = table->used;
    for (size_t i = 0; i <= table->mask; i++) {
        const struct connection *old = &table->slots[i];
        if (old->addresses)
            *find_slot(&larger, old->addresses, old->ports) = *old;
    }
    free(table->slots);
    *table = larger;
    return true;
}

/* Fills the segment if the frame holds one. */
static bool decode(const uint8_t *frame, uint32_t length, struct segment *segment)
{
    if (length < 14 + 20 || big_u16(frame + 12) != 0x0800)
        return false;
    const uint8_t *ip = frame + 14;
    uint32_t ip_header = 4 * (ip[0] & 15u);
    uint32_t ip_length = big_u16(ip + 2);
    if (ip[0] >> 4 != 4 || ip_header < 20 || ip[9] != 6 || (big_u16(ip + 6) & 0x3fff) ||
        length < 14 + ip_header + 20 || ip_length < ip_header + 20)
        return false;
    const uint8_t *tcp = ip + ip_header;
    uint32_t tcp_header = 4 * (tcp[12] >> 4u);
    if (tcp_header < 20 || ip_length < ip_header + tcp_header)
        return false;
    segment->source = big_u32(ip + 12);
    segment->destination = big_u32(ip + 16);
    segment->source_port = big_u16(tcp);
    segment->destination_port = big_u16(tcp + 2);
    segment->flags = tcp[13];
    segment->payload_length = ip_length - ip_header - tcp_header;
    return true;
}

/* Counts a segment.  False without memory. */
static bool count_segment(struct table *table, const struct segment *segment)
{
    bool is_low = segment->source < segment->destination ||
                  (segment->source == segment->destination &&
                   segment->source_port < segment->destination_port);
    uint64_t source = segment->source, destination = segment->destination;
    uint64_t addresses = is_low ? source << 32 | destination : destination << 32 | source;
    uint32_t source_port = segment->source_port, destination_port = segment->destination_port;
    uint32_t ports =
        is_low ? source_port << 16 | destination_port : destination_port << 16 | source_port;

    struct connection *connection = find_slot(table, addresses, ports);
    if (!connection->addresses) {
        if (2 * ++table->used > table->mask) {
            if (!grow_table(table))
                return false;
            connection = find_slot(table, addresses, ports);
        }
        connection->addresses = addresses;
        connection->ports = ports;
    }
    connection->packets[is_low]++;
    connection->bytes[is_low] += segment->payload_length;
    connection->wire_bytes += segment->wire_length;
    connection->flags |= segment->flags;
    connection->last_us = segment->time_us;
    return true;
}

/* Counts the whole records of a block; *used is how many bytes they have.  False without memory. */
static bool count_block(struct table *table, const uint8_t *block, size_t length, size_t *used,
                        uint64_t *packets)
{
    size_t at = 0;
    while (length - at >= RECORD_HEADER) {
        const uint8_t *record = block + at;
        uint32_t captured = little_u32(record + 8);
        if (captured > length - at - RECORD_HEADER)
            break;
        struct segment segment = {
            .wire_length = little_u32(record + 12),
            .time_us = little_u32(record) * 1000000ull + little_u32(record + 4),
        };
        if (decode(record + RECORD_HEADER, captured, &segment) && !count_segment(table, &segment))
            return false;
        ++*packets;
        at += RECORD_HEADER + captured;
    }
    *used = at;
    return true;
}

/* Counts all records of a file, up to the first one that is cut short or no record. */
static bool count_file(int file, struct table *table, uint64_t *packets)
{
    bool done = false;
    off_t offset = FILE_HEADER;
    uint8_t *block = malloc(BLOCK_SIZE);
    if (!block)
        return false;
    for (;;) {
        ssize_t length = pread(file, block, BLOCK_SIZE, offset);
        size_t used = 0;
        if (length < 0 || !count_block(table, block, (size_t)length, &used, packets))
            goto exit;
        if (used == 0)
            break;
        offset += (off_t)used;
    }
    done = true;
exit:
    free(block);
    return done;
}

static void print_totals(const struct table *table, uint64_t packets)
{
    uint64_t bytes = 0;
    for (size_t i = 0; i <= table->mask; i++)
        bytes += table->slots[i].bytes[0] + table->slots[i].bytes[1];
    printf("%llu packets, %zu connections, %llu bytes\n", (unsigned long long)packets, table->used,
           (unsigned long long)bytes);
}

int main(int argc, char **argv)
{
    bool done = false;
    struct table table = {0};
    uint64_t packets = 0;
    if (argc != 2) {
        fprintf(stderr, "usage: bare_loop FILE\n");
        return EXIT_FAILURE;
    }
    int file = open(argv[1], O_RDONLY | O_CLOEXEC);
    if (file < 0 || !open_table(&table, SLOTS_AT_START) || !count_file(file, &table, &packets))
        goto exit;
    print_totals(&table, packets);
    done = true;
exit:
    if (!done)
        fprintf(stderr, "bare_loop: %s: %s\n", argv[1], strerror(errno));
    free(table.slots);
    if (file >= 0)
        close(file);
    return done ? EXIT_SUCCESS : EXIT_FAILURE;
}
