/* Makes a capture of many TCP connections to measure with.
 *
 *     make_captures FILE bulk|chat CONNECTIONS PACKETS [OPEN]
 *
 * The file is classic pcap: little-endian, microseconds, Ethernet, IPv4, right checksums.  The same
 * arguments give the same bytes on every machine.  `bulk` is requests and long responses in full
 * segments, `chat` is small messages both ways.  OPEN connections (one in eight if not given) are
 * open at once; which of them sends next is drawn for every packet, so that neighbouring packets
 * belong to different connections.
 *
 * Connections have handshakes, delayed acknowledgements, options as Linux and Windows send them,
 * and fates: most close with FINs, some are reset, refused, never answered, fall silent, or began
 * before the capture.  Of the data segments a few get lost before or behind the capturing host or
 * overtake each other; the receiver answers with duplicate acknowledgements and selective ones, and
 * the sender repeats.
 *
 * Limits: the number of packets is met to about one in a hundred; sequence numbers do not wrap more
 * than once. */
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    FULL_SEGMENT = 1448,        /* 1500 of Ethernet less IPv4, TCP and timestamps */
    HEADERS_MAX = 14 + 20 + 60, /* Ethernet, IPv4, TCP with all options there can be */
    PATTERN_SIZE = 1 << 16,     /* payload is cut out of a pattern of this size */
    SHORTEST = 8,               /* packets: handshake, request, response, three to close */
    CLOSING = 3,                /* packets of them that close */
    CONNECTIONS_A_CLIENT = 16,  /* that a client address has, each from its own range of ports */
    CONNECTIONS_MAX = CONNECTIONS_A_CLIENT << 24, /* client addresses are 10.0.0.0/8 */
    WINDOW_SCALE = 7,
};

enum tcp_flag { FIN = 1, SYN = 2, RST = 4, PSH = 8, ACK = 16 };

enum side { CLIENT, SERVER };

/* A kind of traffic. */
struct profile {
    const char *name;
    uint32_t gap_us; /* mean time between two packets of the capture */
    struct {
        uint32_t bytes_min, bytes_max;
    } message[2];                /* by sender */
    uint32_t piggyback_permille; /* of messages are acknowledged by the answer alone */
};

static const struct profile profiles[] = {
    {"bulk", 7, {{80, 700}, {4000, 95000}}, 400},
    {"chat", 2, {{10, 70}, {20, 150}}, 700},
};

/* What becomes of a connection, and of how many in a thousand. */
enum fate { CLOSED, RESET, SILENT, REFUSED, UNANSWERED, PREEXISTING, FATES };
static const uint32_t fate_permille[FATES] = {930, 30, 20, 10, 5, 5};

/* What happens to a data segment that does not simply arrive. */
static const struct mishap {
    uint32_t permille;
    bool is_captured;           /* before it was lost */
    uint8_t duplicates_awaited; /* acknowledgements until it is sent (again), or arrives late */
} mishaps[] = {
    {2, false, 3}, /* lost before the capturing host */
    {3, true, 3},  /* lost behind it */
    {3, false, 1}, /* overtaken by the next segment */
};

/* What a connection does next. */
enum phase {
    SEND_SYN,
    SEND_SYN_AGAIN,
    SEND_REFUSAL,
    SEND_SYN_ACK,
    SEND_HANDSHAKE_ACK,
    TRANSFER,
    SEND_RST,
    SEND_FIRST_FIN,
    SEND_SECOND_FIN,
    SEND_LAST_ACK,
    DONE,
};

struct host {
    uint32_t ip;
    uint16_t port;
    uint16_t ip_id;
    uint8_t ttl;
    uint32_t seq;       /* of the next new byte */
    uint32_t clock;     /* timestamp when the capture began */
    uint32_t timestamp; /* latest one sent */
};

struct connection {
    struct host host[2];
    enum phase phase;
    enum fate fate;
    enum side sender; /* of the message under way */
    bool has_timestamps;
    bool ack_is_due;
    uint32_t bytes_left;     /* of the message */
    uint32_t unacknowledged; /* segments */
    struct {
        bool is_open;
        uint8_t duplicates_awaited;
        uint32_t seq, length;
    } hole; /* a segment that the receiver misses */
    uint32_t packets, target;
};

/* The capture being written. */
struct capture {
    FILE *file;
    const struct profile *profile;
    uint64_t random_state;
    uint64_t time_us;
    uint64_t packets;
    uint8_t pattern[PATTERN_SIZE + FULL_SEGMENT];
};

/* --- chance
 * ------------------------------------------------------------------------------------------------------
 */

/* SplitMix64 (Steele, Lea, Flood 2014). */
static uint64_t random_bits(struct capture *capture)
{
    uint64_t z = capture->random_state += 0x9e3779b97f4a7c15u;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
    z = (z ^ z >> 27) * 0x94d049bb133111ebu;
    return z ^ z >> 31;
}

/* 0 … n-1. */
static uint32_t random_below(struct capture *capture, uint32_t n)
{
    return (uint32_t)((random_bits(capture) >> 32) * n >> 32);
}

static uint32_t random_between(struct capture *capture, uint32_t low, uint32_t high)
{
    return low + random_below(capture, high - low + 1);
}

static bool happens(struct capture *capture, uint32_t permille)
{
    return random_below(capture, 1000) < permille;
}

/* --- bytes
 * -------------------------------------------------------------------------------------------------------
 */

static uint8_t *put_u16(uint8_t *at, uint32_t value)
{
    at[0] = (uint8_t)(value >> 8);
    at[1] = (uint8_t)value;
    return at + 2;
}

static uint8_t *put_u32(uint8_t *at, uint32_t value)
{
    return put_u16(put_u16(at, value >> 16), value);
}

static uint8_t *put_little_u32(uint8_t *at, uint32_t value)
{
    for (int i = 0; i < 4; i++, value >>= 8)
        at[i] = (uint8_t)value;
    return at + 4;
}

static uint8_t *put_bytes(uint8_t *at, const void *bytes, size_t n)
{
    memcpy(at, bytes, n);
    return at + n;
}

/* Adds bytes to an Internet checksum (RFC 1071). */
static uint64_t checksum_add(uint64_t sum, const uint8_t *bytes, size_t n)
{
    for (size_t i = 0; i + 1 < n; i += 2)
        sum += (uint32_t)(bytes[i] << 8 | bytes[i + 1]);
    return n % 2 ? sum + (uint32_t)(bytes[n - 1] << 8) : sum;
}

static uint32_t checksum_end(uint64_t sum)
{
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return ~(uint32_t)sum & 0xffff;
}

/* --- packets
 * -----------------------------------------------------------------------------------------------------
 */

static uint8_t *put_ethernet(uint8_t *at, enum side from)
{
    static const uint8_t address[2][6] = {{0x02, 0, 0, 0, 0, 0x0c}, {0x02, 0, 0, 0, 0, 0x05}};
    at = put_bytes(at, address[!from], 6);
    at = put_bytes(at, address[from], 6);
    return put_u16(at, 0x0800);
}

static uint8_t *put_ipv4(uint8_t *at, struct host *from, const struct host *to, size_t length)
{
    uint8_t *start = at;
    at = put_u16(at, 0x4500);
    at = put_u16(at, (uint32_t)(20 + length));
    at = put_u16(at, from->ip_id++);
    at = put_u16(at, 0x4000); /* do not fragment */
    at = put_u16(at, (uint32_t)(from->ttl << 8 | 6));
    at = put_u16(at, 0); /* checksum */
    at = put_u32(at, from->ip);
    at = put_u32(at, to->ip);
    put_u16(start + 10, checksum_end(checksum_add(0, start, 20)));
    return at;
}

/* The options of a SYN as Linux sends them, or as Windows does, without timestamps. */
static uint8_t *put_syn_options(uint8_t *at, const struct connection *connection,
                                uint32_t timestamp, uint32_t echo)
{
    at = put_u32(at, 0x02040000 | 1460); /* maximum segment size */
    if (connection->has_timestamps) {
        at = put_u32(at, 0x0402080a); /* SACK permitted, timestamps */
        at = put_u32(at, timestamp);
        at = put_u32(at, echo);
        return put_u32(at, 0x01030300 | WINDOW_SCALE);
    }
    at = put_u32(at, 0x01030300 | WINDOW_SCALE);
    return put_u32(at, 0x01010402); /* SACK permitted */
}

/* The options of other segments: timestamps, and what the receiver has behind the hole. */
static uint8_t *put_options(uint8_t *at, const struct connection *connection, enum side from,
                            uint32_t timestamp, uint32_t echo)
{
    if (connection->has_timestamps) {
        at = put_u32(at, 0x0101080a);
        at = put_u32(at, timestamp);
        at = put_u32(at, echo);
    }
    uint32_t left = connection->hole.seq + connection->hole.length;
    uint32_t right = connection->host[connection->sender].seq;
    if (connection->hole.is_open && from != connection->sender && left != right) {
        at = put_u32(at, 0x0101050a);
        at = put_u32(at, left);
        at = put_u32(at, right);
    }
    return at;
}

/* The next byte that a side expects of the other. */
static uint32_t expected(const struct connection *connection, enum side by)
{
    if (connection->hole.is_open && by != connection->sender)
        return connection->hole.seq;
    return connection->host[!by].seq;
}

static uint8_t *put_tcp(struct capture *capture, uint8_t *at, struct connection *connection,
                        enum side side, uint32_t seq, uint32_t flags, uint32_t length)
{
    uint8_t *start = at;
    struct host *from = &connection->host[side], *to = &connection->host[!side];
    uint32_t ack = flags & ACK ? expected(connection, side) : 0;
    uint32_t window = flags & SYN ? 64240 : 450 + ack / 16384 % 64; /* the same in duplicates */
    uint32_t echo = flags & ACK ? to->timestamp : 0;
    from->timestamp = from->clock + (uint32_t)(capture->time_us / 1000);

    at = put_u16(at, from->port);
    at = put_u16(at, to->port);
    at = put_u32(at, seq);
    at = put_u32(at, ack);
    at = put_u16(at, flags);
    at = put_u16(at, window);
    at = put_u32(at, 0); /* checksum, urgent pointer */
    at = flags & SYN ? put_syn_options(at, connection, from->timestamp, echo)
                     : put_options(at, connection, side, from->timestamp, echo);
    start[12] = (uint8_t)((at - start) / 4 << 4);
    at = put_bytes(at, capture->pattern + seq % PATTERN_SIZE, length);

    uint8_t pseudo[12];
    uint8_t *end = put_u32(put_u32(pseudo, from->ip), to->ip);
    put_u16(put_u16(end, 6), (uint32_t)(at - start));
    uint64_t sum = checksum_add(0, pseudo, sizeof pseudo);
    put_u16(start + 16, checksum_end(checksum_add(sum, start, (size_t)(at - start))));
    return at;
}

static void write_packet(struct capture *capture, struct connection *connection, enum side side,
                         uint32_t seq, uint32_t flags, uint32_t length)
{
    uint8_t tcp[HEADERS_MAX + FULL_SEGMENT];
    uint8_t record[16 + HEADERS_MAX + FULL_SEGMENT];
    capture->time_us += random_below(capture, 2 * capture->profile->gap_us + 1);

    uint8_t *tcp_end = put_tcp(capture, tcp, connection, side, seq, flags, length);
    size_t tcp_length = (size_t)(tcp_end - tcp);
    uint8_t *at = put_little_u32(record, (uint32_t)(capture->time_us / 1000000));
    at = put_little_u32(at, (uint32_t)(capture->time_us % 1000000));
    at = put_little_u32(at, (uint32_t)(14 + 20 + tcp_length));
    at = put_little_u32(at, (uint32_t)(14 + 20 + tcp_length));
    at = put_ethernet(at, side);
    at = put_ipv4(at, &connection->host[side], &connection->host[!side], tcp_length);
    at = put_bytes(at, tcp, tcp_length);
    fwrite(record, 1, (size_t)(at - record), capture->file);

    connection->packets++;
    capture->packets++;
}

/* Sends a segment of new data, or without data. */
static void send_next(struct capture *capture, struct connection *connection, enum side side,
                      uint32_t flags, uint32_t length)
{
    struct host *from = &connection->host[side];
    uint32_t seq = from->seq;
    from->seq += length + ((flags & (SYN | FIN)) != 0);
    write_packet(capture, connection, side, seq, flags, length);
}

/* --- a connection
 * ------------------------------------------------------------------------------------------------
 */

static void begin_message(struct capture *capture, struct connection *connection, enum side sender)
{
    const struct profile *profile = capture->profile;
    uint32_t bytes = random_between(capture, profile->message[sender].bytes_min,
                                    profile->message[sender].bytes_max);
    uint32_t packets = connection->target > connection->packets + CLOSING + 1
                           ? connection->target - connection->packets - CLOSING
                           : 1;
    uint32_t room = packets * FULL_SEGMENT * 2 / 3; /* every second segment is acknowledged */
    connection->sender = sender;
    connection->bytes_left = bytes < room ? bytes : room;
    connection->unacknowledged = 0;
    connection->phase = TRANSFER;
}

static enum phase last_phase(const struct connection *connection)
{
    switch (connection->fate) {
    case RESET:
        return SEND_RST;
    case SILENT:
        return DONE;
    default:
        return SEND_FIRST_FIN;
    }
}

static void end_message(struct capture *capture, struct connection *connection)
{
    bool is_over = connection->packets + CLOSING >= connection->target;
    if (is_over && connection->sender == SERVER)
        connection->phase = last_phase(connection);
    else
        begin_message(capture, connection, !connection->sender);
}

/* Whether a mishap comes to the next segment of a message; it is the receiver's hole then. */
static const struct mishap *draw_mishap(struct capture *capture)
{
    uint32_t draw = random_below(capture, 1000);
    for (size_t i = 0; i < sizeof mishaps / sizeof *mishaps; i++) {
        if (draw < mishaps[i].permille)
            return &mishaps[i];
        draw -= mishaps[i].permille;
    }
    return NULL;
}

static void send_acknowledgement(struct capture *capture, struct connection *connection)
{
    send_next(capture, connection, !connection->sender, ACK, 0);
    connection->ack_is_due = false;
    connection->unacknowledged = 0;
    if (connection->hole.is_open && connection->hole.duplicates_awaited)
        connection->hole.duplicates_awaited--;
    else if (!connection->hole.is_open && !connection->bytes_left)
        end_message(capture, connection);
}

static void fill_hole(struct capture *capture, struct connection *connection)
{
    write_packet(capture, connection, connection->sender, connection->hole.seq, ACK | PSH,
                 connection->hole.length);
    connection->hole.is_open = false;
    connection->ack_is_due = true;
}

/* Sends the next data segment.  False if nobody saw it. */
static bool send_data(struct capture *capture, struct connection *connection)
{
    uint32_t left = connection->bytes_left;
    uint32_t length = left < FULL_SEGMENT ? left : FULL_SEGMENT;
    connection->bytes_left -= length;

    const struct mishap *mishap = connection->hole.is_open ? NULL : draw_mishap(capture);
    uint32_t seq = connection->host[connection->sender].seq;
    if (mishap && !mishap->is_captured)
        connection->host[connection->sender].seq += length;
    else
        send_next(capture, connection, connection->sender, connection->bytes_left ? ACK : ACK | PSH,
                  length);

    connection->unacknowledged++;
    if (connection->hole.is_open || connection->unacknowledged == 2)
        connection->ack_is_due = true;
    if (mishap) {
        connection->hole.is_open = true;
        connection->hole.duplicates_awaited = mishap->duplicates_awaited;
        connection->hole.seq = seq;
        connection->hole.length = length;
        connection->ack_is_due = false;
    }
    return !mishap || mishap->is_captured;
}

/* Sends the next packet of a message and of its acknowledgement. */
static void transfer(struct capture *capture, struct connection *connection)
{
    const struct profile *profile = capture->profile;
    if (connection->ack_is_due) {
        send_acknowledgement(capture, connection);
        return;
    }
    bool is_hole_next = connection->hole.is_open &&
                        (!connection->hole.duplicates_awaited || !connection->bytes_left);
    if (is_hole_next)
        fill_hole(capture, connection);
    else if (!send_data(capture, connection))
        transfer(capture, connection);
    else if (!connection->bytes_left && !connection->hole.is_open && !connection->ack_is_due) {
        if (happens(capture, profile->piggyback_permille))
            end_message(capture, connection);
        else
            connection->ack_is_due = true;
    }
}

/* Sends the next packet of a connection. */
static void advance(struct capture *capture, struct connection *connection)
{
    enum side closing = connection->host[CLIENT].port % 2 ? CLIENT : SERVER;
    switch (connection->phase) {
    case SEND_SYN:
        send_next(capture, connection, CLIENT, SYN, 0);
        connection->phase = connection->fate == REFUSED      ? SEND_REFUSAL
                            : connection->fate == UNANSWERED ? SEND_SYN_AGAIN
                                                             : SEND_SYN_ACK;
        break;
    case SEND_SYN_AGAIN:
        write_packet(capture, connection, CLIENT, connection->host[CLIENT].seq - 1, SYN, 0);
        connection->phase = DONE;
        break;
    case SEND_REFUSAL:
        send_next(capture, connection, SERVER, RST | ACK, 0);
        connection->phase = DONE;
        break;
    case SEND_SYN_ACK:
        send_next(capture, connection, SERVER, SYN | ACK, 0);
        connection->phase = SEND_HANDSHAKE_ACK;
        break;
    case SEND_HANDSHAKE_ACK:
        send_next(capture, connection, CLIENT, ACK, 0);
        begin_message(capture, connection, CLIENT);
        break;
    case TRANSFER:
        transfer(capture, connection);
        break;
    case SEND_RST:
        send_next(capture, connection, closing, RST | ACK, 0);
        connection->phase = DONE;
        break;
    case SEND_FIRST_FIN:
        send_next(capture, connection, closing, FIN | ACK, 0);
        connection->phase = SEND_SECOND_FIN;
        break;
    case SEND_SECOND_FIN:
        send_next(capture, connection, !closing, FIN | ACK, 0);
        connection->phase = SEND_LAST_ACK;
        break;
    case SEND_LAST_ACK:
        send_next(capture, connection, closing, ACK, 0);
        connection->phase = DONE;
        break;
    case DONE:
        break;
    }
}

static enum fate draw_fate(struct capture *capture)
{
    uint32_t draw = random_below(capture, 1000);
    enum fate fate = CLOSED;
    while (draw >= fate_permille[fate])
        draw -= fate_permille[fate++];
    return fate;
}

/* How many packets a connection is to have: one in five is up to six times as long as the mean, the
 * others are up to the mean. */
static uint32_t draw_length(struct capture *capture, uint32_t mean)
{
    uint32_t extra = mean > SHORTEST ? mean - SHORTEST : 0;
    uint32_t longest = happens(capture, 200) ? 6 * extra : extra;
    return random_between(capture, SHORTEST, SHORTEST + longest);
}

static void start_host(struct capture *capture, struct host *host, uint32_t ip, uint32_t port,
                       uint8_t ttl)
{
    host->ip = ip;
    host->port = (uint16_t)port;
    host->ttl = ttl;
    host->ip_id = (uint16_t)random_bits(capture);
    host->seq = (uint32_t)random_bits(capture);
    host->clock = (uint32_t)random_bits(capture);
}

/* Starts connection `number`, whose end points no other number has. */
static void start_connection(struct capture *capture, struct connection *connection,
                             uint32_t number, uint32_t mean_packets)
{
    static const uint16_t services[] = {443, 443, 443, 80, 80, 22, 5432, 8080};
    enum { PORTS = (65536 - 32768) / CONNECTIONS_A_CLIENT }; /* to draw a client port from */
    uint32_t client = number / CONNECTIONS_A_CLIENT * 0x9e3779b1u & 0xffffff; /* a permutation */
    uint32_t port = 32768 + number % CONNECTIONS_A_CLIENT * PORTS + random_below(capture, PORTS);

    uint32_t server = random_below(capture, 4096);
    uint16_t service = services[random_below(capture, 8)];
    uint8_t server_ttl = (uint8_t)random_between(capture, 45, 60);

    *connection = (struct connection){.fate = draw_fate(capture)};
    start_host(capture, &connection->host[CLIENT], 0x0a000000 | client, port, 64);
    start_host(capture, &connection->host[SERVER], 0xac100000 | server, service, server_ttl);
    connection->has_timestamps = happens(capture, 900);
    connection->target = draw_length(capture, mean_packets);
    if (connection->fate == PREEXISTING)
        begin_message(capture, connection, CLIENT);
}

/* --- the capture
 * -------------------------------------------------------------------------------------------------
 */

static void write_file_header(FILE *file)
{
    uint8_t header[24] = {0};
    put_little_u32(header, 0xa1b2c3d4);
    put_little_u32(header + 4, 2 | 4 << 16); /* version 2.4 */
    put_little_u32(header + 16, 262144);     /* snap length */
    put_little_u32(header + 20, 1);          /* Ethernet */
    fwrite(header, 1, sizeof header, file);
}

/* What the task is: all connections with as many packets as there are in all. */
struct plan {
    uint32_t connections, open;
    uint64_t packets;
};

/* Writes all packets: a random open connection sends, and where one ends the next one starts. */
static void write_packets(struct capture *capture, const struct plan *plan, struct connection *open)
{
    uint32_t started = 0, count = 0;
    int64_t unplanned = (int64_t)plan->packets;
    while (count > 0 || started < plan->connections) {
        if (count < plan->open && started < plan->connections) {
            int64_t mean = unplanned / (plan->connections - started);
            start_connection(capture, &open[count], started++, mean > 0 ? (uint32_t)mean : 0);
            unplanned -= open[count++].target;
        }
        struct connection *connection = &open[random_below(capture, count)];
        advance(capture, connection);
        if (connection->phase == DONE) {
            unplanned += (int64_t)connection->target - connection->packets;
            *connection = open[--count];
        }
    }
}

static bool make_capture(const char *path, const struct profile *profile, const struct plan *plan)
{
    bool done = false;
    struct connection *open = calloc(plan->open, sizeof *open);
    struct capture *capture = calloc(1, sizeof *capture);
    if (!open || !capture)
        goto exit;
    capture->file = fopen(path, "wb");
    if (!capture->file)
        goto exit;

    capture->profile = profile;
    capture->random_state = plan->connections; /* the seed */
    capture->time_us = 1700000000u * 1000000ull;
    for (size_t i = 0; i < sizeof capture->pattern; i++)
        capture->pattern[i] = (uint8_t)random_bits(capture);
    write_file_header(capture->file);
    write_packets(capture, plan, open);
    printf("%s: %llu packets, %u connections\n", path, (unsigned long long)capture->packets,
           plan->connections);
    done = !ferror(capture->file);
    done = fclose(capture->file) == 0 && done;
exit:
    if (!done)
        fprintf(stderr, "make_captures: %s: %s\n", path, strerror(errno));
    free(capture);
    free(open);
    return done;
}

static const struct profile *find_profile(const char *name)
{
    for (size_t i = 0; i < sizeof profiles / sizeof *profiles; i++)
        if (strcmp(name, profiles[i].name) == 0)
            return &profiles[i];
    return NULL;
}

int main(int argc, char **argv)
{
    const struct profile *profile = argc == 5 || argc == 6 ? find_profile(argv[2]) : NULL;
    unsigned long connections = profile ? strtoul(argv[3], NULL, 10) : 0;
    if (connections == 0 || connections > CONNECTIONS_MAX) {
        fprintf(stderr, "usage: make_captures FILE bulk|chat CONNECTIONS PACKETS [OPEN]\n");
        return EXIT_FAILURE;
    }
    unsigned long open = argc == 6 ? strtoul(argv[5], NULL, 10) : connections / 8;
    struct plan plan = {
        .connections = (uint32_t)connections,
        .open = (uint32_t)(open < 1             ? 1
                           : open < connections ? open
                                                : connections),
        .packets = strtoull(argv[4], NULL, 10),
    };
    return make_capture(argv[1], profile, &plan) ? EXIT_SUCCESS : EXIT_FAILURE;
}
