/* The analysis: the input is a row of segments of few connections, 16 bytes each, with numbers near
 * those that matter. What is said of segments adds up to what is said of connections, and every
 * result can be read. */
#include "harness.h"

#include "tcp/community_id.h"
#include "tcp/tracker.h"
#include "tcp/zeek_states.h"

enum { RECORD = 16, CONNECTIONS_MAX = 4096 };

/* A number near one of eight places spread over the number space. */
static uint32_t number_of(uint16_t value)
{
    return ((uint32_t)(value >> 13) << 29) + (value & 0x1fff) - 0x1000;
}

static void read_options(uint8_t bits, uint32_t near, struct tcp_options *options)
{
    options->has_window_scale = bits & 1;
    options->window_scale = bits >> 4;
    options->has_mss = options->sack_permitted = bits & 2;
    if (bits & 4) {
        options->sack_count = bits >> 6;
        for (uint32_t i = 0; i < options->sack_count; i++) {
            options->sack[i].left = near + 100 * i;
            options->sack[i].right = near + 100 * i + bits;
        }
    }
}

static struct segment segment_of(const struct cursor *record, int64_t *time_ns)
{
    static const uint8_t payload[256];
    uint8_t who = u8_at(record, 0), known = u8_at(record, 1);
    uint16_t length = le16_at(record, 10);
    struct segment segment = {
        .ip_version = 4,
        .vlan_id = NO_VLAN,
        .flags = u8_at(record, 2),
        .window = le16_at(record, 8),
        .seq = number_of(le16_at(record, 4)),
        .ack = number_of(le16_at(record, 6)),
        /* The upper half are lengths that only a frame of unknown IP length can have. */
        .payload_length = length < 0x8000 ? length : (uint32_t)(length & 0x7fff) << 17,
        .header_known = known > 2,
        .length_known = known > 4,
        .flags_known = known > 6,
        .options_known = known > 8,
        .is_traced = known > 10,
    };
    if (!segment.length_known)
        segment.payload_length = 0;
    segment.promised_length = segment.payload_length + (known >> 4);
    segment.payload = cursor_over(
        payload, segment.payload_length < sizeof payload ? segment.payload_length : sizeof payload);
    segment.src[3] = segment.dst[3] = 1;
    segment.src_port = who & 1 ? 80 : 1000 + (who >> 4);
    segment.dst_port = who & 1 ? 1000 + (who >> 4) : 80;
    read_options(u8_at(record, 3), segment.ack, &segment.options);
    *time_ns += (int64_t)(int16_t)le16_at(record, 12) * 1000 * (1 << (u8_at(record, 14) & 15));
    segment.time_ns = *time_ns;
    return segment;
}

/* The sums of what was said of each connection's segments. */
struct sums {
    uint64_t packets, bytes, numbers, judgements[JUDGEMENTS_COUNTED];
};

static void add_up(struct sums *sums, const struct segment_batch *batch,
                   const struct verdict *verdicts)
{
    for (size_t i = 0; i < batch->count; i++) {
        if (!verdicts[i].has_connection)
            continue;
        MUST(verdicts[i].connection < CONNECTIONS_MAX);
        struct sums *sum = &sums[verdicts[i].connection];
        sum->packets++;
        sum->bytes += batch->segments[i].payload_length;
        sum->numbers += batch->segments[i].promised_length + 2; /* SYN and FIN */
        for (int bit = 0; bit < JUDGEMENTS_COUNTED; bit++)
            sum->judgements[bit] += verdicts[i].sequence.judgements >> bit & 1;
    }
}

static void check_connection(const struct connection *connection, const struct sums *sums)
{
    const struct direction *a = &connection->side[CLIENT], *b = &connection->side[SERVER];
    char status[STATUS_TEXT_SIZE];
    MUST(a->packets + b->packets == sums->packets);
    MUST(a->bytes + b->bytes == sums->bytes);
    MUST(connection_unique_bytes(connection, CLIENT) +
             connection_unique_bytes(connection, SERVER) <=
         sums->numbers);
    for (int bit = 0; bit < JUDGEMENTS_COUNTED; bit++)
        MUST(connection_judged(connection, CLIENT, 1u << bit) +
                 connection_judged(connection, SERVER, 1u << bit) ==
             sums->judgements[bit]);
    MUST(connection_status(connection, status) < STATUS_TEXT_SIZE);
}

static void check_zeek(const struct zeek_connection *zeek)
{
    size_t length;
    const char *history = zeek_history_text(&zeek->history, &length);
    digest_bytes(0, history, length);
    MUST(zeek_conn_state(zeek));
}

static void check_key(const struct flow_key *key)
{
    char id[COMMUNITY_ID_LENGTH + 1];
    community_id(key, id);
    MUST(strlen(id) == COMMUNITY_ID_LENGTH);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct segment_batch batch;
    static struct assignment assignments[SEGMENT_BATCH_MAX];
    static struct verdict verdicts[SEGMENT_BATCH_MAX];
    static struct sums sums[CONNECTIONS_MAX];
    const uint64_t hash_key[2] = {1, 2};
    struct memory memory = {.limit = FUZZ_MEMORY_MAX};
    struct fault fault;
    struct grouping *grouping = grouping_open(hash_key, &memory, &fault);
    struct tracker *tracker = tracker_open(1, &memory, &fault);
    struct zeek_states *zeek = zeek_states_open(&memory, &fault);
    struct cursor input = cursor_over(data, size), record;
    int64_t time_ns = 0;
    MUST(grouping && tracker && zeek);
    memset(sums, 0, sizeof sums);
    do {
        batch.count = 0;
        while (batch.count < SEGMENT_BATCH_MAX && tracker_count(tracker) < CONNECTIONS_MAX / 2 &&
               cursor_take(&input, RECORD, &record))
            batch.segments[batch.count++] = segment_of(&record, &time_ns);
        MUST(grouping_take(grouping, &batch, assignments, &fault));
        MUST(zeek_states_take(zeek, &batch, assignments, &fault));
        MUST(tracker_take(tracker, &batch, assignments, verdicts, &fault));
        add_up(sums, &batch, verdicts);
    } while (batch.count == SEGMENT_BATCH_MAX);
    for (size_t i = 0; i < tracker_count(tracker); i++) {
        const struct connection *connection = tracker_connection(tracker, i);
        const struct flow_key key = end_points_key(&connection->ends);
        check_connection(connection, &sums[i]);
        check_zeek(zeek_states_connection(zeek, i));
        check_key(&key);
    }
    zeek_states_close(zeek);
    tracker_close(tracker);
    grouping_close(grouping);
    MUST(memory.used == 0);
    return 0;
}
