/* sequence.h: made conversations whose judgements tshark 4.0 confirms; ISNs are 100 and 500. */
#include "tcp/sequence.h"

#include "check.h"
#include "conversation.h"

#define HANDSHAKE_WITH_WINDOW(window)                                                              \
    A(0, SYN, 100, 0, 0, 1000), B(20, SYN_ACK, 500, 101, 0, window, .rtt_ms = 20),                 \
        A(40, ACK, 101, 501, 0, 1000, .rtt_ms = 20)
#define HANDSHAKE HANDSHAKE_WITH_WINDOW(1000)

static const struct example {
    const char *name;
    struct line lines[LINES_MAX];
} examples[] = {
    {"keep-alives of 0 and 1 bytes",
     {HANDSHAKE, A(50, ACK, 101, 501, 10, 1000, .in_flight = 10),
      B(70, ACK, 501, 111, 0, 1000, .rtt_ms = 20),
      A(100, ACK, 110, 501, 0, 1000, .judged = JUDGED_KEEP_ALIVE),
      B(110, ACK, 501, 111, 0, 1000, .judged = JUDGED_KEEP_ALIVE_ACK),
      A(120, ACK, 110, 501, 1, 1000, .judged = JUDGED_KEEP_ALIVE, .in_flight = 1),
      B(130, ACK, 501, 111, 0, 1000, .judged = JUDGED_KEEP_ALIVE_ACK, .rtt_ms = 10)}},
    {"one byte sent three times is a keep-alive",
     {HANDSHAKE, A(50, ACK, 101, 501, 1, 1000, .in_flight = 1),
      A(250, ACK, 101, 501, 1, 1000, .judged = JUDGED_KEEP_ALIVE, .in_flight = 1),
      A(450, ACK, 101, 501, 1, 1000, .judged = JUDGED_KEEP_ALIVE, .in_flight = 1)}},
    {"probes of a closed window",
     {HANDSHAKE_WITH_WINDOW(10),
      A(50, ACK, 101, 501, 10, 1000, .judged = JUDGED_WINDOW_FULL, .in_flight = 10),
      B(70, ACK, 501, 111, 0, 0, .judged = JUDGED_ZERO_WINDOW, .rtt_ms = 20),
      A(270, ACK, 111, 501, 1, 1000, .judged = JUDGED_ZERO_WINDOW_PROBE, .in_flight = 1),
      B(290, ACK, 501, 111, 0, 0, .judged = JUDGED_ZERO_WINDOW | JUDGED_ZERO_WINDOW_PROBE_ACK),
      A(690, ACK, 111, 501, 1, 1000, .judged = JUDGED_ZERO_WINDOW_PROBE, .in_flight = 1),
      B(710, ACK, 501, 111, 0, 100, .judged = JUDGED_WINDOW_UPDATE)}},
    {"a probe that is accepted",
     {HANDSHAKE_WITH_WINDOW(10),
      A(50, ACK, 101, 501, 10, 1000, .judged = JUDGED_WINDOW_FULL, .in_flight = 10),
      B(70, ACK, 501, 111, 0, 0, .judged = JUDGED_ZERO_WINDOW, .rtt_ms = 20),
      A(270, ACK, 111, 501, 1, 1000, .judged = JUDGED_ZERO_WINDOW_PROBE, .in_flight = 1),
      B(290, ACK, 501, 112, 0, 0, .judged = JUDGED_ZERO_WINDOW | JUDGED_ACK_LOST_SEGMENT,
        .rtt_ms = 20),
      A(490, ACK, 112, 501, 1, 1000, .judged = JUDGED_LOST_SEGMENT)}},
    {"probes as Linux sends them",
     {HANDSHAKE, A(50, ACK, 101, 501, 10, 1000, .in_flight = 10),
      B(70, ACK, 501, 111, 0, 0, .judged = JUDGED_ZERO_WINDOW, .rtt_ms = 20),
      A(270, ACK, 110, 501, 0, 1000, .judged = JUDGED_KEEP_ALIVE),
      B(290, ACK, 501, 111, 0, 0, .judged = JUDGED_ZERO_WINDOW)}},
    {"a hole that is filled soon",
     {HANDSHAKE, A(50, ACK, 201, 501, 100, 1000, .judged = JUDGED_LOST_SEGMENT),
      A(51, ACK, 101, 501, 100, 1000, .judged = JUDGED_OUT_OF_ORDER)}},
    {"a hole that is filled late",
     {HANDSHAKE, A(50, ACK, 201, 501, 100, 1000, .judged = JUDGED_LOST_SEGMENT),
      A(100, ACK, 101, 501, 100, 1000, .judged = JUDGED_RETRANSMISSION),
      B(110, ACK, 501, 101, 0, 1000, .judged = JUDGED_DUPLICATE_ACK, .duplicate = 1),
      A(120, ACK, 301, 501, 10, 1000, .in_flight = 210)}},
    {"the newest segment again is no reordering, however soon",
     {HANDSHAKE, A(50, ACK, 101, 501, 100, 1000, .in_flight = 100),
      A(51, ACK, 101, 501, 100, 1000, .judged = JUDGED_RETRANSMISSION, .in_flight = 100)}},
    {"duplicate ACKs, then a fast retransmission",
     {HANDSHAKE, A(50, ACK, 101, 501, 100, 1000, .in_flight = 100),
      A(51, ACK, 201, 501, 100, 1000, .in_flight = 200),
      A(52, ACK, 301, 501, 100, 1000, .in_flight = 300),
      A(53, ACK, 401, 501, 100, 1000, .in_flight = 400),
      B(70, ACK, 501, 201, 0, 1000, .rtt_ms = 20),
      B(71, ACK, 501, 201, 0, 1000, .judged = JUDGED_DUPLICATE_ACK, .duplicate = 1),
      B(72, ACK, 501, 201, 0, 1000, .judged = JUDGED_DUPLICATE_ACK, .duplicate = 2),
      A(77, ACK, 201, 501, 100, 1000, .judged = JUDGED_RETRANSMISSION | JUDGED_FAST_RETRANSMISSION,
        .in_flight = 300),
      B(97, ACK, 501, 501, 0, 1000, .rtt_ms = 44)}},
    {"the same 20 ms after the last duplicate",
     {HANDSHAKE, A(50, ACK, 101, 501, 100, 1000, .in_flight = 100),
      A(51, ACK, 201, 501, 100, 1000, .in_flight = 200),
      B(170, ACK, 501, 101, 0, 1000, .judged = JUDGED_DUPLICATE_ACK, .duplicate = 1),
      B(171, ACK, 501, 101, 0, 1000, .judged = JUDGED_DUPLICATE_ACK, .duplicate = 2),
      A(191, ACK, 101, 501, 100, 1000, .judged = JUDGED_RETRANSMISSION, .in_flight = 200)}},
    {"what was acknowledged is sent again",
     {HANDSHAKE, A(50, ACK, 101, 501, 400, 1000, .in_flight = 400),
      B(70, ACK, 501, 501, 0, 1000, .rtt_ms = 20),
      A(300, ACK, 201, 501, 100, 1000,
        .judged = JUDGED_RETRANSMISSION | JUDGED_SPURIOUS_RETRANSMISSION, .in_flight = 100)}},
    {"an RST without ACK hides what was acknowledged",
     {HANDSHAKE, A(50, ACK, 101, 501, 400, 1000, .in_flight = 400),
      B(70, ACK, 501, 501, 0, 1000, .rtt_ms = 20), B(80, RST, 501, 0, 0, 0),
      A(300, ACK, 201, 501, 100, 1000, .judged = JUDGED_RETRANSMISSION, .in_flight = 100)}},
    {"simultaneous open",
     {A(0, SYN, 100, 0, 0, 1000), B(5, SYN, 500, 0, 0, 1000),
      A(10, SYN_ACK, 100, 501, 0, 1000, .judged = JUDGED_RETRANSMISSION, .rtt_ms = 5),
      B(15, SYN_ACK, 500, 101, 0, 1000, .judged = JUDGED_RETRANSMISSION, .rtt_ms = 15)}},
    {"data in a SYN, not accepted",
     {A(0, SYN, 100, 0, 50, 1000, .in_flight = 50), B(20, SYN_ACK, 500, 101, 0, 1000),
      A(40, ACK, 101, 501, 50, 1000, .judged = JUDGED_RETRANSMISSION, .rtt_ms = 20,
        .in_flight = 50)}},
    {"data in a SYN, accepted and sent again",
     {A(0, SYN, 100, 0, 50, 1000, .in_flight = 50), B(20, SYN_ACK, 500, 151, 0, 1000, .rtt_ms = 20),
      A(40, ACK, 101, 501, 50, 1000,
        .judged = JUDGED_RETRANSMISSION | JUDGED_SPURIOUS_RETRANSMISSION, .rtt_ms = 20,
        .in_flight = 50)}},
    {"an ACK inside a segment shortens it",
     {HANDSHAKE, A(50, ACK, 101, 501, 100, 1000, .in_flight = 100), B(70, ACK, 501, 151, 0, 1000),
      A(80, ACK, 201, 501, 10, 1000, .in_flight = 60),
      B(90, ACK, 501, 201, 0, 1000, .rtt_ms = 40)}},
    {"data that begins with a byte sent before, as after a probe",
     {HANDSHAKE, A(50, ACK, 101, 501, 10, 1000, .in_flight = 10),
      B(70, ACK, 501, 111, 0, 1000, .rtt_ms = 20), A(300, ACK, 110, 501, 5, 1000, .in_flight = 5)}},
    {"an ACK beyond all that was sent blocks the count of duplicates",
     {HANDSHAKE, A(50, ACK, 101, 601, 0, 1000, .judged = JUDGED_ACK_LOST_SEGMENT),
      B(60, ACK, 501, 101, 0, 1000, .judged = JUDGED_DUPLICATE_ACK, .duplicate = 1),
      B(61, ACK, 501, 101, 0, 1000, .judged = JUDGED_DUPLICATE_ACK, .duplicate = 2),
      A(70, ACK, 101, 602, 0, 1000)}},
    {"an ACK of data that was not captured",
     {HANDSHAKE, B(60, ACK, 501, 301, 0, 1000, .judged = JUDGED_ACK_LOST_SEGMENT),
      B(70, ACK, 501, 301, 0, 1000, .judged = JUDGED_DUPLICATE_ACK, .duplicate = 1),
      A(80, ACK, 101, 501, 200, 1000,
        .judged = JUDGED_RETRANSMISSION | JUDGED_SPURIOUS_RETRANSMISSION, .in_flight = 200)}},
    {"a capture that begins in the middle",
     {A(0, ACK, 7000, 9000, 100, 1000, .in_flight = 100),
      B(20, ACK, 9000, 7100, 0, 1000, .rtt_ms = 20),
      A(30, ACK, 7100, 9000, 100, 1000, .in_flight = 100),
      A(300, ACK, 7100, 9000, 100, 1000, .judged = JUDGED_RETRANSMISSION, .in_flight = 100)}},
    {"numbers that wrap",
     {A(0, ACK, 0xffffffc0, 9000, 100, 1000, .in_flight = 100),
      A(1, ACK, 36, 9000, 100, 1000, .in_flight = 200),
      B(20, ACK, 9000, 136, 0, 1000, .rtt_ms = 19),
      A(300, ACK, 0xffffffc0, 9000, 100, 1000,
        .judged = JUDGED_RETRANSMISSION | JUDGED_SPURIOUS_RETRANSMISSION, .in_flight = 100)}},
    {"a SYN+ACK with another number",
     {A(0, SYN, 100, 0, 0, 1000), B(20, SYN_ACK, 500, 101, 0, 1000, .rtt_ms = 20),
      B(1020, SYN_ACK, 900, 101, 0, 1000, .judged = JUDGED_REUSED_PORTS | JUDGED_LOST_SEGMENT)}},
};

static void check_line(const char *name, const struct line *line, unsigned number,
                       const struct sequence_verdict *verdict)
{
    int before = failures;
    CHECK_INT(verdict->judgements, line->judged);
    CHECK_INT(verdict->duplicate_ack_number, line->duplicate);
    CHECK_INT(verdict->bytes_in_flight, line->in_flight);
    CHECK_INT(verdict->has_ack_rtt, line->rtt_ms > 0);
    if (verdict->has_ack_rtt)
        CHECK_INT(verdict->ack_rtt_ns, line->rtt_ms * INT64_C(1000000));
    if (failures > before)
        fprintf(stderr, "  in \"%s\", segment %u\n", name, number);
}

static void test_example(const struct example *example)
{
    struct conversation talk;
    const struct ports ends = {40000, 80};
    uint64_t counts[2][JUDGEMENTS_COUNTED] = {0};
    conversation_open(&talk);
    for (unsigned i = 0; i < LINES_MAX && example->lines[i].from; i++) {
        const struct line *line = &example->lines[i];
        struct verdict verdict = take_line(&talk, line, ends);
        check_line(example->name, line, i + 1, &verdict.sequence);
        for (unsigned bit = 0; bit < JUDGEMENTS_COUNTED; bit++)
            counts[line->from == 'B'][bit] += verdict.sequence.judgements >> bit & 1;
    }
    for (enum side side = CLIENT; side <= SERVER; side++)
        for (unsigned bit = 0; bit < JUDGEMENTS_COUNTED; bit++)
            CHECK_INT(connection_judged(&talk.connection, side, 1u << bit), counts[side][bit]);
    conversation_close(&talk);
    CHECK_INT(memory.used, 0);
}

/* Bytes in flight leave out the first three SACK blocks of the latest segment of the receiver. */
static void test_sack(void)
{
    struct conversation talk;
    const struct ports ends = {40000, 80};
    conversation_open(&talk);
    take_line(&talk, &(struct line)A(0, ACK, 1000, 1, 1000, 100), ends);
    struct segment ack = segment_of(&(struct line)B(1, ACK, 1, 1000, 0, 100), ends);
    ack.options.sack_count = 4;
    for (uint32_t i = 0; i < 4; i++) {
        ack.options.sack[i].left = 1100 + 100 * i;
        ack.options.sack[i].right = 1110 + 100 * i;
    }
    take_segment(&talk, &ack);
    struct verdict verdict = take_line(&talk, &(struct line)A(2, ACK, 2000, 1, 1000, 100), ends);
    CHECK_INT(verdict.sequence.bytes_in_flight, 2000 - 3 * 10);
    conversation_close(&talk);
}

/* The raw window counts as full until the direction's first ACK without SYN. */
static void test_first_ack(void)
{
    struct conversation talk;
    const struct ports ends = {40000, 80};
    struct verdict verdict;
    conversation_open(&talk);
    take_line(&talk, &(struct line)A(0, SYN, 100, 0, 0, 1000), ends);
    take_line(&talk, &(struct line)B(1, SYN_ACK, 500, 101, 0, 10), ends);
    talk.connection.side[SERVER].sequence.window_scale = 1;
    verdict = take_line(&talk, &(struct line)A(2, ACK, 101, 501, 10, 1000), ends);
    CHECK_INT(verdict.sequence.judgements, JUDGED_WINDOW_FULL);
    take_line(&talk, &(struct line)B(3, ACK, 501, 111, 0, 10), ends);
    verdict = take_line(&talk, &(struct line)A(4, ACK, 111, 501, 10, 1000), ends);
    CHECK_INT(verdict.sequence.judgements, 0);
    verdict = take_line(&talk, &(struct line)A(5, ACK, 121, 501, 10, 1000), ends);
    CHECK_INT(verdict.sequence.judgements, JUDGED_WINDOW_FULL);
    conversation_close(&talk);
}

int main(void)
{
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        test_example(&examples[i]);
    test_sack();
    test_first_ack();
    return check_done();
}
