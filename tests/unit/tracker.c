/* grouping.h and tracker.h: which connection a segment belongs to (tshark's tcp.stream), numbers of
 * connections, and what is left when memory ends. */
#include "tcp/tracker.h"

#include "check.h"
#include "conversation.h"

static struct segment_batch batch;
static struct verdict verdicts[SEGMENT_BATCH_MAX];
static const uint64_t hash_key[2] = {11, 13};

/* Grouping and tracker in one row. */
struct pair {
    struct grouping *grouping;
    struct tracker *tracker;
};

static bool pair_open(struct pair *pair, size_t files, struct memory *of)
{
    pair->grouping = grouping_open(hash_key, of, &fault);
    pair->tracker = tracker_open(files, of, &fault);
    return pair->grouping && pair->tracker;
}

static void pair_close(struct pair *pair)
{
    tracker_close(pair->tracker);
    grouping_close(pair->grouping);
}

static bool pair_take(struct pair *pair, struct verdict *said)
{
    struct assignment assignments[SEGMENT_BATCH_MAX];
    return grouping_take(pair->grouping, &batch, assignments, &fault) &&
           tracker_take(pair->tracker, &batch, assignments, said, &fault);
}

static const struct example {
    const char *name;
    struct line lines[LINES_MAX];
    const char *connections; /* a digit for each line: the connection it belongs to */
} examples[] = {
    {"both directions are one connection",
     {A(0, SYN, 100, 0, 0, 1000), B(1, SYN_ACK, 500, 101, 0, 1000), A(2, ACK, 101, 501, 0, 1000)},
     "000"},
    {"a repeated SYN, even after a FIN or an RST",
     {A(0, SYN, 100, 0, 0, 1000), A(1, SYN, 100, 0, 0, 1000), A(2, RST, 101, 0, 0, 0),
      A(3, SYN, 100, 0, 0, 1000)},
     "0000"},
    {"a SYN with another number",
     {A(0, SYN, 100, 0, 0, 1000), A(1, SYN, 200, 0, 0, 1000, .judged = JUDGED_REUSED_PORTS),
      B(2, SYN_ACK, 500, 201, 0, 1000)},
     "011"},
    {"a SYN+ACK with another number stays",
     {A(0, SYN, 100, 0, 0, 1000), B(1, SYN_ACK, 500, 101, 0, 1000),
      B(2, SYN_ACK, 600, 101, 0, 1000, .judged = JUDGED_REUSED_PORTS)},
     "000"},
    {"a SYN from the other side, whose number is not known, stays",
     {A(0, SYN, 100, 0, 0, 1000), B(1, SYN, 500, 0, 0, 1000),
      B(2, SYN, 600, 0, 0, 1000, .judged = JUDGED_REUSED_PORTS)},
     "001"},
    {"a segment from the middle fixes both numbers",
     {A(0, ACK, 100, 500, 0, 1000), A(1, SYN, 99, 0, 0, 1000), B(2, SYN, 499, 0, 0, 1000),
      B(3, SYN, 498, 0, 0, 1000, .judged = JUDGED_REUSED_PORTS)},
     "0001"},
    {"SYN+FIN counts as a SYN",
     {A(0, SYN, 100, 0, 0, 1000), A(1, SYN | FIN, 200, 0, 0, 1000, .judged = JUDGED_REUSED_PORTS)},
     "01"},
    {"a pause of any length ends nothing",
     {A(0, SYN, 100, 0, 0, 1000), A(2000000000, ACK, 101, 1, 0, 1000)},
     "00"},
};

static void test_identity(const struct example *example)
{
    struct pair pair;
    CHECK(pair_open(&pair, 1, &memory));
    batch.count = strlen(example->connections);
    for (size_t i = 0; i < batch.count; i++)
        batch.segments[i] = segment_of(&example->lines[i], (struct ports){40000, 80});
    CHECK(pair_take(&pair, verdicts));
    size_t connections = 0;
    for (size_t i = 0; i < batch.count; i++) {
        uint32_t expected = (uint32_t)(example->connections[i] - '0');
        if (verdicts[i].connection != expected)
            fprintf(stderr, "%s, segment %zu:\n", example->name, i + 1);
        CHECK_INT(verdicts[i].connection, expected);
        CHECK_INT(verdicts[i].sequence.judgements & JUDGED_REUSED_PORTS, example->lines[i].judged);
        connections = expected + 1;
    }
    CHECK_INT(tracker_count(pair.tracker), connections);
    pair_close(&pair);
    CHECK_INT(memory.used, 0);
}

/* Who the client is, and how that is known. */
static void test_client(void)
{
    static const struct {
        struct line first;
        enum client_by by;
        bool client_is_a;
    } starts[] = {
        {A(0, SYN, 100, 0, 0, 1000), CLIENT_BY_SYN, true},
        {B(0, SYN_ACK, 500, 101, 0, 1000), CLIENT_BY_SYN_ACK, true},
        {B(0, ACK, 500, 101, 0, 1000), CLIENT_BY_FIRST, false},
        {A(0, RST, 500, 0, 0, 0), CLIENT_BY_FIRST, true},
    };
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        struct pair pair;
        CHECK(pair_open(&pair, 1, &memory));
        batch.count = 1;
        batch.segments[0] = segment_of(&starts[i].first, (struct ports){40000, 80});
        CHECK(pair_take(&pair, verdicts));
        const struct connection *connection = tracker_connection(pair.tracker, 0);
        CHECK_INT(connection->client_by, starts[i].by);
        CHECK_INT(verdicts[0].from_client, starts[i].client_is_a == (starts[i].first.from == 'A'));
        CHECK_INT(connection->side[verdicts[0].from_client ? CLIENT : SERVER].packets, 1);
        pair_close(&pair);
    }
}

/* Segments of which less than 16 header bytes were captured belong to no connection. */
static void test_no_header(void)
{
    struct pair pair;
    CHECK(pair_open(&pair, 1, &memory));
    batch.count = 1;
    batch.segments[0] = segment_of(&(struct line)A(0, 0, 0, 0, 0, 0), (struct ports){1, 2});
    batch.segments[0].header_known = false;
    CHECK(pair_take(&pair, verdicts));
    CHECK(!verdicts[0].has_connection);
    CHECK_INT(tracker_count(pair.tracker), 0);
    pair_close(&pair);
}

/* Fills the batch with SYNs of connections first, first + 1 … in a file. */
static void fill_batch(uint32_t first, uint32_t file)
{
    batch.count = SEGMENT_BATCH_MAX;
    for (uint32_t i = 0; i < batch.count; i++) {
        uint32_t number = first + i;
        batch.segments[i] = segment_of(&(struct line)A(0, SYN, number, 0, 0, 1000),
                                       (struct ports){(uint16_t)number, 80});
        memcpy(batch.segments[i].dst, &number, sizeof number);
        batch.segments[i].file = file;
        batch.segments[i].frame = number + 1;
    }
}

/* Connections never move and are numbered in order; each counts in every file that it touches. */
static void test_many(void)
{
    enum { BATCHES = 300, FILES = 3 };
    struct pair pair;
    CHECK(pair_open(&pair, FILES, &memory));
    unsigned wrong = 0;
    for (uint32_t file = 0; file < 2; file++)
        for (uint32_t b = 0; b < BATCHES; b++) {
            fill_batch(b * SEGMENT_BATCH_MAX, file);
            CHECK(pair_take(&pair, b % 2 ? verdicts : NULL));
            for (uint32_t i = 0; b % 2 && i < batch.count; i++)
                wrong += verdicts[i].connection != b * SEGMENT_BATCH_MAX + i;
        }
    CHECK_INT(wrong, 0);
    CHECK_INT(tracker_count(pair.tracker), BATCHES * SEGMENT_BATCH_MAX);
    for (uint32_t i = 0; i < BATCHES * SEGMENT_BATCH_MAX; i++) {
        const struct connection *connection = tracker_connection(pair.tracker, i);
        wrong += connection->first_frame != i + 1 || connection->syn_count != 2 ||
                 connection->isn[CLIENT] != i || connection->last_file != 1;
    }
    CHECK_INT(wrong, 0);
    CHECK_INT(tracker_file_connections(pair.tracker, 0), BATCHES * SEGMENT_BATCH_MAX);
    CHECK_INT(tracker_file_connections(pair.tracker, 1), BATCHES * SEGMENT_BATCH_MAX);
    CHECK_INT(tracker_file_connections(pair.tracker, 2), 0);
    pair_close(&pair);
    CHECK_INT(memory.used, 0);
}

/* Wherever memory ends, there is a fault and nothing is lost. */
static void test_little_memory(void)
{
    bool is_done = false;
    for (size_t limit = 0; !is_done; limit += 20000) {
        struct memory little = {.limit = limit};
        struct pair pair;
        is_done = pair_open(&pair, 1, &little);
        for (uint32_t b = 0; is_done && b < 8; b++) {
            fill_batch(b * SEGMENT_BATCH_MAX, 0);
            is_done = pair_take(&pair, verdicts);
        }
        CHECK(is_done || fault.code == FAULT_MEMORY_LIMIT);
        CHECK(little.used <= limit);
        pair_close(&pair);
        CHECK_INT(little.used, 0);
    }
}

int main(void)
{
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        test_identity(&examples[i]);
    test_client();
    test_no_header();
    test_many();
    test_little_memory();
    return check_done();
}
