/* zeek_state.h: conversations with the conn_state and the history that Zeek gives them; ISNs are
 * 100 and 500. */
#include "tcp/zeek_state.h"

#include "check.h"
#include "conversation.h"

/* B's port tells who Zeek takes for the server when the capture begins in the middle. */
enum { WEB = 80, UNKNOWN_SERVER = 40001 };

#define HANDSHAKE                                                                                  \
    A(0, SYN, 100, 0, 0, 1000), B(10, SYN_ACK, 500, 101, 0, 1000), A(20, ACK, 101, 501, 0, 1000)

static const struct example {
    const char *state, *history;
    uint16_t port_b;
    struct line lines[LINES_MAX];
} examples[] = {
    {"S0", "S", WEB, {A(0, SYN, 100, 0, 0, 1000)}},
    {"S0", "S", WEB, {A(0, SYN, 100, 0, 0, 1000), A(3000, SYN, 100, 0, 0, 1000)}},
    {"REJ", "Sr", WEB, {A(0, SYN, 100, 0, 0, 1000), B(10, RST_ACK, 0, 101, 0, 0)}},
    {"RSTOS0", "SR", WEB, {A(0, SYN, 100, 0, 0, 1000), A(10, RST, 101, 0, 0, 0)}},
    {"SH", "SF", WEB, {A(0, SYN, 100, 0, 0, 1000), A(10, FIN, 101, 0, 0, 1000)}},
    {"SHR", "^hf", WEB, {B(0, SYN_ACK, 500, 101, 0, 1000), B(10, FIN_ACK, 501, 101, 0, 1000)}},
    {"RSTRH", "^hr", WEB, {B(0, SYN_ACK, 500, 101, 0, 1000), B(10, RST, 501, 0, 0, 0)}},
    {"S1", "ShA", WEB, {HANDSHAKE}},
    {"S1",
     "ShADa",
     WEB,
     {HANDSHAKE, A(30, ACK, 101, 501, 10, 1000), B(40, ACK, 501, 111, 0, 1000)}},
    {"S2",
     "ShAFa",
     WEB,
     {HANDSHAKE, A(30, FIN_ACK, 101, 501, 0, 1000), B(40, ACK, 501, 102, 0, 1000)}},
    {"S3",
     "ShAf",
     WEB,
     {HANDSHAKE, B(30, FIN_ACK, 501, 101, 0, 1000), A(40, ACK, 101, 502, 0, 1000)}},
    {"RSTO", "ShAR", WEB, {HANDSHAKE, A(30, RST_ACK, 101, 501, 0, 0)}},
    {"RSTR", "ShADr", WEB, {HANDSHAKE, A(30, ACK, 101, 501, 10, 1000), B(40, RST, 501, 0, 0, 0)}},
    {"SF",
     "ShADadFf",
     WEB,
     {HANDSHAKE, A(30, ACK, 101, 501, 10, 1000), B(40, ACK, 501, 111, 0, 1000),
      B(50, ACK, 501, 111, 20, 1000), A(60, ACK, 111, 521, 0, 1000),
      A(70, FIN_ACK, 111, 521, 0, 1000), B(80, FIN_ACK, 521, 112, 0, 1000),
      A(90, ACK, 112, 522, 0, 1000)}},
    /* The SYN was missed. */
    {"SF",
     "^hADdFaf",
     WEB,
     {B(0, SYN_ACK, 500, 101, 0, 1000), A(10, ACK, 101, 501, 0, 1000),
      A(20, ACK, 101, 501, 10, 1000), B(30, ACK, 501, 111, 20, 1000),
      A(40, FIN_ACK, 111, 521, 0, 1000), B(50, ACK, 521, 112, 0, 1000),
      B(60, FIN_ACK, 521, 112, 0, 1000), A(70, ACK, 112, 522, 0, 1000)}},
    /* The same without a port that tells: the ACK turns it round. */
    {"OTH",
     "^hA",
     UNKNOWN_SERVER,
     {B(0, SYN_ACK, 500, 101, 0, 1000), A(10, ACK, 101, 501, 0, 1000)}},
    {"OTH", "^h", WEB, {B(0, SYN_ACK, 500, 101, 0, 1000)}},
    {"OTH", "H", UNKNOWN_SERVER, {B(0, SYN_ACK, 500, 101, 0, 1000)}},
    {"OTH",
     "DaA",
     UNKNOWN_SERVER,
     {A(0, ACK, 101, 501, 10, 1000), B(10, ACK, 501, 111, 0, 1000), A(20, ACK, 111, 501, 0, 1000)}},
    /* The end of the data was lost. */
    {"SF",
     "ShADafgF",
     WEB,
     {HANDSHAKE, A(30, ACK, 101, 501, 10, 1000), B(40, ACK, 501, 111, 0, 1000),
      B(50, FIN_ACK, 3403, 111, 0, 1000), A(60, ACK, 111, 3404, 0, 1000),
      A(70, FIN_ACK, 111, 3404, 0, 1000), B(80, ACK, 3404, 112, 0, 1000)}},
    /* Gaps both ways. */
    {"RSTO",
     "ShADaGdgtR",
     WEB,
     {HANDSHAKE, A(30, ACK, 101, 501, 10, 1000), B(40, ACK, 501, 111, 0, 1000),
      B(50, ACK, 501, 131, 0, 1000), B(60, ACK, 501, 131, 20, 1000), A(70, ACK, 131, 541, 0, 1000),
      B(80, ACK, 501, 131, 20, 1000), A(90, RST, 131, 0, 0, 0)}},
    /* Data beyond a hole waits; the hole is filled before the ACK, so there is no gap. */
    {"S1",
     "ShADTa",
     WEB,
     {HANDSHAKE, A(30, ACK, 101, 501, 10, 1000), A(31, ACK, 121, 501, 10, 1000),
      A(32, ACK, 111, 501, 10, 1000), B(40, ACK, 501, 131, 0, 1000)}},
    /* FIN and RST at once; SYN and FIN at once. */
    {"RSTO", "ShAI", WEB, {HANDSHAKE, A(30, FIN | RST, 101, 0, 0, 0)}},
    {"SH", "Q", WEB, {A(0, SYN | FIN, 100, 0, 0, 1000)}},
    /* The 1st and the 10th window of 0. */
    {"S1",
     "ShAaww",
     WEB,
     {HANDSHAKE, B(30, ACK, 501, 101, 0, 0), B(31, ACK, 501, 101, 0, 0), B(32, ACK, 501, 101, 0, 0),
      B(33, ACK, 501, 101, 0, 0), B(34, ACK, 501, 101, 0, 0), B(35, ACK, 501, 101, 0, 0),
      B(36, ACK, 501, 101, 0, 0), B(37, ACK, 501, 101, 0, 0), B(38, ACK, 501, 101, 0, 0),
      B(39, ACK, 501, 101, 0, 0)}},
    /* An RST again, first with the same number, then with another one. */
    {"RSTR",
     "ShArr",
     WEB,
     {HANDSHAKE, B(30, RST, 501, 0, 0, 0), B(31, RST, 501, 0, 0, 0), B(32, RST, 601, 0, 0, 0)}},
};

static void test_example(const struct example *example)
{
    struct conversation talk;
    const struct ports ends = {40000, example->port_b};
    conversation_open(&talk);
    for (unsigned i = 0; i < LINES_MAX && example->lines[i].from; i++)
        take_line(&talk, &example->lines[i], ends);
    size_t length;
    const char *history = zeek_history_text(&talk.zeek.history, &length);
    char text[64];
    snprintf(text, sizeof text, "%.*s", (int)length, history);
    CHECK_TEXT(text, example->history);
    int before = failures;
    CHECK_TEXT(zeek_conn_state(&talk.zeek), example->state);
    if (failures > before)
        fprintf(stderr, "  with history %s\n", example->history);
    conversation_close(&talk);
}

/* A history that grows without end is cut at a length, and the connection goes on. */
static void test_endless_history(void)
{
    struct conversation talk;
    const struct ports ends = {40000, WEB};
    conversation_open(&talk);
    for (uint32_t i = 0; i < 70000; i++)
        take_line(&talk, &(struct line)A(0, RST, i, 0, 0, 0), ends);
    size_t length;
    const char *history = zeek_history_text(&talk.zeek.history, &length);
    CHECK(length > 60000 && length < 70000);
    CHECK(history[0] == 'R' && history[length - 1] == 'R');
    CHECK_TEXT(zeek_conn_state(&talk.zeek), "OTH");
    conversation_close(&talk);
}

/* Holes without end: what waits beyond them is bounded. */
static void test_endless_holes(void)
{
    struct conversation talk;
    const struct ports ends = {40000, WEB};
    static const struct line handshake[] = {HANDSHAKE};
    conversation_open(&talk);
    for (int i = 0; i < 3; i++)
        take_line(&talk, &handshake[i], ends);
    for (uint32_t i = 0; i < 20000; i++)
        take_line(&talk, &(struct line)A(0, ACK, 201 + 20 * i, 501, 10, 1000), ends);
    CHECK(ring_count(&talk.zeek.odd[CLIENT].waiting) <= 1024);
    take_line(&talk, &(struct line)B(0, ACK, 501, 201 + 20 * 20000, 0, 1000), ends);
    CHECK_INT(ring_count(&talk.zeek.odd[CLIENT].waiting), 0);
    conversation_close(&talk);
}

int main(void)
{
    for (size_t i = 0; i < sizeof examples / sizeof *examples; i++)
        test_example(&examples[i]);
    test_endless_history();
    test_endless_holes();
    return check_done();
}
