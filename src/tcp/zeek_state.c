#include "tcp/zeek_state.h"

#include "tcp/sequence_number.h"

#include <ctype.h>
#include <string.h>

/* Letters that are written once a side, and the marks that remember it. */
enum letter_mark {
    MARK_SYN = 1,
    MARK_FIN = 2,
    MARK_RST = 4,
    MARK_DATA = 8,
    MARK_ACK = 16,
    MARK_FIN_RST = 32,
    MARK_MULTI_FLAG = 64,
};

enum {
    /* Zeek trusts no SYN, RST or ACK of 0 that jumps farther (TOO_LARGE_SEQ_DELTA). */
    TOO_LARGE_JUMP = 1 << 20,
    /* More holes than this at once: the data beyond them counts as missing when it is acknowledged.
     */
    WAITING_MAX = 1024,
    HISTORY_MAX = 65536, /* letters; only an attacker's connection has more */
};

/* One segment on its way through the state machine. */
struct step {
    struct zeek_connection *zeek;
    struct zeek_endpoint *endpoint, *peer;
    const struct segment *segment;
    bool is_originator;
    uint32_t length; /* of the payload */
    struct zeek_memory *memory;
    struct fault *fault;
};

static bool has(const struct step *step, unsigned flag)
{
    return step->segment->flags & flag;
}

/* What is kept of an endpoint's rare things; NULL if there were none in the connection. */
static struct zeek_oddities *known_oddities(const struct step *step,
                                            const struct zeek_endpoint *endpoint)
{
    const struct zeek_connection *zeek = step->zeek;
    return zeek->odd ? &zeek->odd[endpoint - zeek->side] : NULL;
}

/* The same, from now on; NULL with a fault. */
static struct zeek_oddities *oddities_of(struct step *step, const struct zeek_endpoint *endpoint)
{
    struct zeek_connection *zeek = step->zeek;
    if (!zeek->odd)
        zeek->odd = arena_allocate(&step->memory->arena, 2 * sizeof *zeek->odd, step->fault);
    return known_oddities(step, endpoint);
}

/* ---- history ---- */

static struct zeek_long_history *large_history(const struct zeek_history *history)
{
    struct zeek_long_history *large;
    memcpy(&large, history->text, sizeof large);
    return large;
}

/* Moves the history to a block with room for twice as much. */
static bool enlarge(struct zeek_history *history, struct zeek_memory *memory, struct fault *fault)
{
    size_t length;
    const char *text = zeek_history_text(history, &length);
    size_t capacity = 2 * length;
    struct zeek_long_history *large =
        arena_allocate(&memory->arena, sizeof *large + capacity, fault);
    if (!large)
        return false;
    memcpy(large->text, text, length);
    large->length = (uint32_t)length;
    large->capacity = (uint32_t)capacity;
    memcpy(history->text, &large, sizeof large);
    history->is_large = true;
    return true;
}

static bool append_to_large(struct zeek_history *history, char letter, struct zeek_memory *memory,
                            struct fault *fault)
{
    struct zeek_long_history *large = large_history(history);
    if (large->length >= HISTORY_MAX)
        return true;
    if (large->length == large->capacity && !enlarge(history, memory, fault))
        return false;
    large = large_history(history);
    large->text[large->length++] = letter;
    return true;
}

static bool append_letter(struct zeek_history *history, char letter, struct zeek_memory *memory,
                          struct fault *fault)
{
    if (!history->is_large && history->length == ZEEK_HISTORY_INLINE &&
        !enlarge(history, memory, fault))
        return false;
    if (history->is_large)
        return append_to_large(history, letter, memory, fault);
    history->text[history->length++] = letter;
    return true;
}

static bool write_letter(struct step *step, const struct zeek_endpoint *endpoint, char letter)
{
    bool is_originator = endpoint == &step->zeek->side[step->zeek->originator];
    return append_letter(&step->zeek->history, is_originator ? letter : (char)tolower(letter),
                         step->memory, step->fault);
}

/* Writes the letter the first time, and again if the relative number differs from the last one of
 * its kind. */
static bool write_numbered(struct step *step, enum letter_mark mark, char letter, uint32_t number,
                           uint32_t *last)
{
    bool again = step->endpoint->letters & mark;
    bool differs = *last != number;
    step->endpoint->letters |= (uint8_t)mark;
    *last = number;
    return again && !differs ? true : write_letter(step, step->endpoint, letter);
}

static bool write_once(struct step *step, enum letter_mark mark, char letter)
{
    if (step->endpoint->letters & mark)
        return true;
    step->endpoint->letters |= (uint8_t)mark;
    return write_letter(step, step->endpoint, letter);
}

/* Writes the letter at the 1st, 10th, 100th … event. */
static bool write_counted(struct step *step, const struct zeek_endpoint *endpoint, char letter,
                          uint32_t *events)
{
    if (*events == UINT32_MAX)
        return true;
    uint32_t count = ++*events;
    while (count % 10 == 0)
        count /= 10;
    return count == 1 ? write_letter(step, endpoint, letter) : true;
}

/* The relative number of a SYN is 0, but for one after the end. */
static bool write_syn(struct step *step, uint32_t relative)
{
    uint32_t zero = 0, *last = &zero;
    if (relative || step->zeek->odd) {
        struct zeek_oddities *odd = oddities_of(step, step->endpoint);
        if (!odd)
            return false;
        last = &odd->last_syn;
    }
    return write_numbered(step, MARK_SYN, has(step, TCP_ACK) ? 'H' : 'S', relative, last);
}

static bool write_segment(struct step *step, uint32_t relative)
{
    struct zeek_endpoint *endpoint = step->endpoint;
    bool syn = has(step, TCP_SYN), fin = has(step, TCP_FIN), rst = has(step, TCP_RST);
    if (syn + fin + rst > 1)
        return fin && rst ? write_once(step, MARK_FIN_RST, 'I')
                          : write_once(step, MARK_MULTI_FLAG, 'Q');
    if (syn)
        return write_syn(step, relative);
    if (fin)
        return write_numbered(step, MARK_FIN, 'F', relative + step->length, &endpoint->last_fin);
    if (rst) {
        struct zeek_oddities *odd = oddities_of(step, endpoint);
        return odd && write_numbered(step, MARK_RST, 'R', relative, &odd->last_rst);
    }
    if (step->length)
        return write_once(step, MARK_DATA, 'D');
    return has(step, TCP_ACK) ? write_once(step, MARK_ACK, 'A') : true;
}

/* ---- roles ---- */

/* Ports of the servers whose protocols Zeek knows (likely_server_ports). */
static bool is_server_port(uint16_t port)
{
    static const uint16_t ports[] = {21,   22,   25,   53,   80,   81,   88,   102,  135,  139,
                                     143,  389,  443,  445,  465,  502,  514,  563,  585,  587,
                                     614,  631,  636,  989,  990,  992,  993,  995,  1080, 1434,
                                     1883, 2811, 3128, 3268, 3306, 3389, 5222, 5223, 5269, 5432,
                                     6379, 6666, 6667, 6668, 6669, 8000, 8080, 8888, 20000};
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
        if (ports[i] == port)
            return true;
    return false;
}

static bool flip(struct step *step)
{
    struct zeek_connection *zeek = step->zeek;
    bool originator_seen = zeek->originator_seen;
    zeek->originator = !zeek->originator;
    zeek->originator_seen = zeek->responder_seen;
    zeek->responder_seen = originator_seen;
    zeek->is_partial = false;
    step->is_originator = !step->is_originator;
    return write_letter(step, step->endpoint, '^');
}

/* The first segment's sender is the originator, unless the ports say otherwise. */
static bool start(struct step *step, unsigned side)
{
    struct zeek_connection *zeek = step->zeek;
    zeek->is_started = true;
    zeek->originator = side;
    step->is_originator = true;
    bool syn = has(step, TCP_SYN);
    uint16_t src = step->segment->src_port, dst = step->segment->dst_port;
    if ((syn && !has(step, TCP_ACK)) || !is_server_port(src))
        return true;
    if (is_server_port(dst) && (syn || src >= dst))
        return true;
    return flip(step);
}

/* A connection that began with a SYN+ACK is turned round when anything but a handshake follows. */
static bool flip_after_syn_ack(struct step *step)
{
    struct zeek_history *history = &step->zeek->history;
    if (history->length != 1 || history->text[0] != 'H' || has(step, TCP_SYN | TCP_FIN | TCP_RST) ||
        (!step->length && !has(step, TCP_ACK)))
        return true;
    history->length = 0;
    return flip(step) && write_letter(step, &step->zeek->side[step->zeek->originator ^ 1], 'H');
}

static void note_partial(struct step *step)
{
    struct zeek_connection *zeek = step->zeek;
    if (step->is_originator) {
        if (!zeek->originator_seen)
            zeek->is_partial = !has(step, TCP_SYN) || has(step, TCP_ACK);
        zeek->originator_seen = true;
    } else {
        if (!zeek->responder_seen && !zeek->is_partial)
            zeek->is_partial = !has(step, TCP_SYN);
        zeek->responder_seen = true;
    }
}

/* ---- sequence numbers ---- */

static void set_numbers(struct zeek_endpoint *endpoint, uint32_t first, uint32_t last)
{
    endpoint->start = endpoint->acked = first;
    endpoint->last = last;
    endpoint->delivered = endpoint->trimmed = first + 1;
}

static void initialise_endpoint(struct step *step, uint32_t end)
{
    struct zeek_endpoint *endpoint = step->endpoint;
    uint32_t seq = step->segment->seq;
    bool syn = has(step, TCP_SYN);
    switch (endpoint->state) {
    case ZEEK_INACTIVE:
        set_numbers(endpoint, syn ? seq : seq - 1, syn ? end : seq);
        break;
    case ZEEK_SYN_SENT:
    case ZEEK_SYN_ACK_SENT:
        if (syn && seq != endpoint->start)
            set_numbers(endpoint, seq, end);
        break;
    case ZEEK_PARTIAL:
    case ZEEK_ESTABLISHED:
        if (syn)
            set_numbers(endpoint, seq, end);
        break;
    case ZEEK_RESET:
        if (syn && endpoint->previous == ZEEK_INACTIVE)
            set_numbers(endpoint, seq, end);
        break;
    default:
        break;
    }
}

/* Takes the ACK number; returns it if it can say something about the peer's data, else the peer's
 * start. */
static uint32_t take_ack(struct step *step)
{
    struct zeek_endpoint *peer = step->peer;
    uint32_t ack = step->segment->ack;
    if (peer->state == ZEEK_INACTIVE) {
        set_numbers(peer, ack - 1, ack - 1);
        return ack;
    }
    if (seq_before(ack, peer->start))
        return peer->start;
    int32_t advance = seq_distance(ack, peer->acked);
    if (!has(step, TCP_RST) && advance > 0 && !(ack == 0 && advance > TOO_LARGE_JUMP))
        peer->acked = ack;
    return ack;
}

static bool advance_last(struct step *step, uint32_t end)
{
    struct zeek_endpoint *endpoint = step->endpoint;
    int32_t advance = seq_distance(end, endpoint->last);
    if (has(step, TCP_SYN | TCP_RST) && (advance > TOO_LARGE_JUMP || advance < -TOO_LARGE_JUMP))
        return true;
    if (has(step, TCP_FIN) && endpoint->last == endpoint->start + 1)
        endpoint->last = end;
    else if (endpoint->state == ZEEK_RESET)
        return true;
    else if (advance > 0)
        endpoint->last = end;
    else if (step->length) {
        struct zeek_oddities *odd = oddities_of(step, endpoint);
        return odd && write_counted(step, endpoint, 'T', &odd->repeats);
    }
    return true;
}

/* ---- states ---- */

static void set_state(struct zeek_endpoint *endpoint, enum zeek_endpoint_state state)
{
    if (endpoint->state == state)
        return;
    endpoint->previous = endpoint->state;
    endpoint->state = (uint8_t)state;
}

static bool syn_from_inactive(struct step *step)
{
    struct zeek_endpoint *endpoint = step->endpoint, *peer = step->peer;
    if (step->is_originator) {
        set_state(endpoint, has(step, TCP_ACK) ? ZEEK_SYN_ACK_SENT : ZEEK_SYN_SENT);
        return true;
    }
    if (!has(step, TCP_ACK) && peer->state == ZEEK_SYN_ACK_SENT &&
        step->segment->seq == endpoint->start) {
        if (!flip(step))
            return false;
        set_state(peer, ZEEK_ESTABLISHED);
    }
    if (peer->state == ZEEK_SYN_SENT)
        set_state(peer, ZEEK_ESTABLISHED);
    set_state(endpoint, ZEEK_ESTABLISHED);
    return true;
}

static bool leave_inactive(struct step *step)
{
    struct zeek_endpoint *endpoint = step->endpoint, *peer = step->peer;
    if (has(step, TCP_SYN) && !syn_from_inactive(step))
        return false;
    if (has(step, TCP_FIN))
        set_state(endpoint, ZEEK_CLOSED);
    if (has(step, TCP_RST))
        set_state(endpoint, ZEEK_RESET);
    if (endpoint->state != ZEEK_INACTIVE)
        return true;
    if (!step->is_originator && step->length == 0 && peer->state == ZEEK_SYN_SENT)
        return true;
    if (has(step, TCP_ACK) && peer->state == ZEEK_ESTABLISHED) {
        set_state(endpoint, ZEEK_ESTABLISHED);
        step->zeek->is_partial = false;
    } else {
        set_state(endpoint, ZEEK_PARTIAL);
    }
    return true;
}

static void leave_established(struct step *step)
{
    struct zeek_endpoint *endpoint = step->endpoint, *peer = step->peer;
    if (has(step, TCP_SYN) && !has(step, TCP_ACK) && endpoint->state == ZEEK_PARTIAL &&
        peer->state == ZEEK_INACTIVE)
        set_state(endpoint, ZEEK_SYN_SENT);
    if (has(step, TCP_FIN) && !has(step, TCP_RST)) {
        set_state(endpoint, ZEEK_CLOSED);
        if (peer->state == ZEEK_RESET && peer->previous == ZEEK_CLOSED)
            set_state(peer, ZEEK_CLOSED);
    }
    if (has(step, TCP_RST))
        set_state(endpoint, ZEEK_RESET);
}

static bool update_state(struct step *step)
{
    struct zeek_endpoint *endpoint = step->endpoint;
    switch (endpoint->state) {
    case ZEEK_INACTIVE:
        return leave_inactive(step);
    case ZEEK_SYN_SENT:
    case ZEEK_SYN_ACK_SENT:
        if (has(step, TCP_FIN))
            set_state(endpoint, ZEEK_CLOSED);
        if (has(step, TCP_RST))
            set_state(endpoint, ZEEK_RESET);
        return true;
    case ZEEK_PARTIAL:
    case ZEEK_ESTABLISHED:
        leave_established(step);
        return true;
    case ZEEK_CLOSED:
        if (has(step, TCP_RST) && step->peer->state != ZEEK_CLOSED)
            set_state(endpoint, ZEEK_RESET);
        return true;
    default:
        return true;
    }
}

/* ---- gaps ---- */

static struct zeek_block *block_at(const struct ring *waiting, unsigned i)
{
    return ring_at(waiting, i, sizeof(struct zeek_block));
}

/* Drops the waiting blocks that begin at or before what is delivered, and moves it past them. */
static void deliver_waiting(struct step *step, struct zeek_endpoint *endpoint)
{
    struct zeek_oddities *odd = known_oddities(step, endpoint);
    unsigned taken = 0, count = odd ? ring_count(&odd->waiting) : 0;
    for (; taken < count; taken++) {
        const struct zeek_block *block = block_at(&odd->waiting, taken);
        if (seq_after(block->first, endpoint->delivered))
            break;
        if (seq_after(block->end, endpoint->delivered))
            endpoint->delivered = block->end;
    }
    if (taken)
        ring_drop(&odd->waiting, taken, &step->memory->blocks);
}

static bool wait_for_hole(struct step *step, uint32_t first, uint32_t end)
{
    struct zeek_oddities *odd = oddities_of(step, step->endpoint);
    if (!odd)
        return false;
    unsigned i = ring_count(&odd->waiting);
    while (i > 0 && seq_before(first, block_at(&odd->waiting, i - 1)->first))
        i--;
    if (i > 0 && !seq_after(first, block_at(&odd->waiting, i - 1)->end)) {
        if (seq_after(end, block_at(&odd->waiting, i - 1)->end))
            block_at(&odd->waiting, i - 1)->end = end;
        return true;
    }
    if (ring_count(&odd->waiting) == WAITING_MAX)
        return true;
    struct zeek_block *block = ring_insert(&odd->waiting, i, &step->memory->blocks, step->fault);
    if (!block)
        return false;
    *block = (struct zeek_block){first, end};
    return true;
}

/* Takes payload that was captured in full. */
static bool take_data(struct step *step)
{
    struct zeek_endpoint *endpoint = step->endpoint;
    uint32_t first = step->segment->seq + (has(step, TCP_SYN) ? 1 : 0);
    uint32_t end = first + step->length;
    uint32_t old =
        seq_after(endpoint->acked, endpoint->trimmed) ? endpoint->acked : endpoint->trimmed;
    if (!seq_after(end, old))
        return true;
    if (seq_before(first, old))
        first = old;
    if (seq_after(first, endpoint->delivered))
        return wait_for_hole(step, first, end);
    if (seq_after(end, endpoint->delivered))
        endpoint->delivered = end;
    deliver_waiting(step, endpoint);
    return true;
}

static bool is_clean(const struct zeek_endpoint *endpoint)
{
    return endpoint->state == ZEEK_ESTABLISHED ||
           (endpoint->state == ZEEK_CLOSED && endpoint->previous == ZEEK_ESTABLISHED);
}

static bool note_gap(struct step *step)
{
    if (!is_clean(step->peer) || !is_clean(step->endpoint))
        return true;
    struct zeek_oddities *odd = oddities_of(step, step->peer);
    return odd && write_counted(step, step->peer, 'G', &odd->gaps);
}

/* The ACK covers data of the peer up to `ack`: each hole below it is a gap. */
static bool acknowledge(struct step *step, uint32_t ack)
{
    struct zeek_endpoint *sender = step->peer;
    if (sender->sent_fin && !seq_before(ack - sender->start, sender->fin_end))
        ack = sender->start + sender->fin_end - 1;
    if (!seq_after(ack, sender->trimmed))
        return true;
    sender->trimmed = ack;
    if (!seq_after(ack, sender->delivered) || (step->zeek->is_partial && ack - sender->start <= 2))
        return true;
    const struct zeek_oddities *odd = known_oddities(step, sender);
    while (odd && ring_count(&odd->waiting) && seq_before(block_at(&odd->waiting, 0)->first, ack)) {
        if (!note_gap(step))
            return false;
        sender->delivered = block_at(&odd->waiting, 0)->first;
        deliver_waiting(step, sender);
    }
    if (seq_after(ack, sender->delivered)) {
        if (!note_gap(step))
            return false;
        sender->delivered = ack;
    }
    deliver_waiting(step, sender);
    return true;
}

/* ---- the segment ---- */

static bool note_zero_window(struct step *step)
{
    if (step->segment->window || has(step, TCP_RST) || step->peer->state == ZEEK_CLOSED ||
        step->endpoint->state == ZEEK_RESET)
        return true;
    struct zeek_oddities *odd = oddities_of(step, step->endpoint);
    return odd && write_counted(step, step->endpoint, 'W', &odd->zero_windows);
}

/* The order is Zeek's own: letters, numbers, state, then what the ACK and the data reveal. */
static bool process(struct step *step)
{
    const struct segment *segment = step->segment;
    struct zeek_endpoint *endpoint = step->endpoint;
    uint32_t span =
        (has(step, TCP_RST) ? 0 : step->length) + has(step, TCP_SYN) + has(step, TCP_FIN);
    uint32_t end = segment->seq + span;
    note_partial(step);
    initialise_endpoint(step, end);
    uint32_t relative = segment->seq - endpoint->start;
    bool is_before_start = seq_distance(segment->seq, endpoint->start) < 0;
    if (!write_segment(step, relative) || !note_zero_window(step))
        return false;
    if (has(step, TCP_FIN)) {
        endpoint->sent_fin = true;
        endpoint->fin_end = relative + span;
    }
    uint32_t ack = has(step, TCP_ACK) ? take_ack(step) : 0;
    if (!advance_last(step, end) || !update_state(step))
        return false;
    if (has(step, TCP_ACK) && !acknowledge(step, ack))
        return false;
    bool is_whole = segment->payload.left >= step->length;
    if (step->length && is_whole && !has(step, TCP_RST) && !is_before_start)
        return take_data(step);
    return true;
}

bool zeek_take(struct zeek_connection *zeek, const struct segment *segment, unsigned side,
               struct zeek_memory *memory, struct fault *fault)
{
    if (!segment->length_known || !segment->flags_known || !segment->options_known)
        return true;
    struct step step = {
        .zeek = zeek,
        .endpoint = &zeek->side[side],
        .peer = &zeek->side[side ^ 1],
        .segment = segment,
        .is_originator = zeek->originator == side,
        .length = segment->payload_length,
        .memory = memory,
        .fault = fault,
    };
    if (zeek->is_started ? !flip_after_syn_ack(&step) : !start(&step, side))
        return false;
    return process(&step);
}

const char *zeek_history_text(const struct zeek_history *history, size_t *length)
{
    *length = history->is_large ? large_history(history)->length : history->length;
    return history->is_large ? large_history(history)->text : history->text;
}

/* ---- conn_state ---- */

static bool is_quiet(const struct zeek_endpoint *endpoint)
{
    return endpoint->state == ZEEK_INACTIVE || endpoint->state == ZEEK_PARTIAL;
}

static uint32_t size_of(const struct zeek_endpoint *endpoint, const struct zeek_endpoint *peer)
{
    if (endpoint->previous == ZEEK_SYN_SENT && endpoint->state == ZEEK_RESET &&
        peer->state == ZEEK_INACTIVE && endpoint->acked != endpoint->start &&
        endpoint->acked != endpoint->start + 1)
        return 0;
    uint32_t high = seq_after(endpoint->last, endpoint->acked) ? endpoint->last : endpoint->acked;
    uint32_t size = high - endpoint->start;
    size -= size != 0;
    size -= size != 0 && endpoint->sent_fin;
    return size;
}

/* A SYN, then an RST of the same side with nothing substantial between. */
static bool is_reset_right_after_syn(const struct zeek_connection *zeek)
{
    size_t length;
    const char *text = zeek_history_text(&zeek->history, &length), *end = text + length;
    if (length && *text == '^')
        text++;
    if (text == end || *text != 'S')
        return false;
    while (text < end && !strchr("HAFGIQR", *text))
        text++;
    return text < end && *text == 'R';
}

const char *zeek_conn_state(const struct zeek_connection *zeek)
{
    const struct zeek_endpoint *o = &zeek->side[zeek->originator];
    const struct zeek_endpoint *r = &zeek->side[zeek->originator ^ 1];
    if (r->state == ZEEK_RESET) {
        if (o->state == ZEEK_SYN_SENT || o->state == ZEEK_SYN_ACK_SENT)
            return "REJ";
        if (o->state == ZEEK_RESET && size_of(o, r) == 0 && size_of(r, o) == 0)
            return "REJ";
        return is_quiet(o) ? "RSTRH" : "RSTR";
    }
    if (o->state == ZEEK_RESET) {
        if (!is_quiet(r))
            return "RSTO";
        return is_reset_right_after_syn(zeek) ? "RSTOS0" : "OTH";
    }
    if (r->state == ZEEK_CLOSED && o->state == ZEEK_CLOSED)
        return "SF";
    if (o->state == ZEEK_CLOSED)
        return is_quiet(r) ? "SH" : "S2";
    if (r->state == ZEEK_CLOSED)
        return is_quiet(o) ? "SHR" : "S3";
    if (o->state == ZEEK_SYN_SENT && r->state == ZEEK_INACTIVE)
        return "S0";
    if (o->state == ZEEK_ESTABLISHED && r->state == ZEEK_ESTABLISHED)
        return "S1";
    return "OTH";
}
