#include "tcp/sequence.h"

#include "tcp/sequence_number.h"
#include "tcp/window.h"

enum {
    FAST_RETRANSMISSION_NS = 20 * 1000 * 1000, /* tshark: within 20 ms of the duplicate ACK */
    OUT_OF_ORDER_NS = 3 * 1000 * 1000,  /* tshark: 3 ms if the initial round trip is unknown */
    SACK_BLOCKS_IN_FLIGHT = 3,          /* tshark keeps the first three */
    IN_FLIGHT_MAX = 2000 * 1000 * 1000, /* tshark shows no larger value */
};

/* One segment, with what the rules ask of it again and again. */
struct view {
    struct sequence_state *f, *r;
    const struct segment *segment;
    const struct sequence_context *context;
    uint32_t length;     /* payload */
    uint32_t end;        /* seq + length, and 1 for SYN or FIN */
    bool is_control;     /* SYN, FIN or RST */
    bool takes_sequence; /* payload, SYN or FIN */
    bool is_pure_ack; /* repeats the last sequence and acknowledgement numbers, carries nothing */
};

static struct view view_of(struct sequence_state *f, struct sequence_state *r,
                           const struct segment *segment, const struct sequence_context *context)
{
    bool syn_or_fin = segment->flags & (TCP_SYN | TCP_FIN);
    struct view view = {
        .f = f,
        .r = r,
        .segment = segment,
        .context = context,
        .length = segment->payload_length,
        .end = sequence_end(segment),
        .is_control = segment->flags & (TCP_SYN | TCP_FIN | TCP_RST),
        .takes_sequence = segment->payload_length || syn_or_fin,
    };
    view.is_pure_ack =
        !view.length && segment->seq == f->next && segment->ack == f->last_ack && !view.is_control;
    return view;
}

void sequence_start(struct sequence_state *state)
{
    state->window_scale = WINDOW_SCALE_UNKNOWN;
}

/* The raw window field of the latest segment; no window that there can be, before the first. */
static uint32_t latest_window(const struct sequence_state *state)
{
    return state->window_known ? state->window : UINT32_MAX;
}

static bool fills_window(const struct view *view)
{
    const struct sequence_state *r = view->r;
    if (!view->length || view->is_control || r->window_scale == WINDOW_SCALE_UNKNOWN)
        return false;
    bool is_raw = r->first_ack_pending || r->window_scale == WINDOW_SCALE_UNUSED;
    uint32_t window = is_raw ? latest_window(r) : latest_window(r) << r->window_scale;
    return view->segment->seq + view->length == r->last_ack + window;
}

static bool is_keep_alive(const struct view *view)
{
    return view->length <= 1 && !view->is_control && view->segment->seq == view->f->next - 1;
}

/* Judgements on an ACK that carries nothing new: only one of them holds. */
static uint32_t judge_pure_ack(const struct view *view)
{
    struct sequence_state *f = view->f;
    bool same_window = view->segment->window == latest_window(f);
    if (view->segment->window == 0)
        return latest_window(f) == 0 && view->r->was_zero_window_probe
                   ? JUDGED_ZERO_WINDOW_PROBE_ACK
                   : 0;
    if (!same_window)
        return JUDGED_WINDOW_UPDATE;
    if (view->r->was_keep_alive)
        return JUDGED_KEEP_ALIVE_ACK;
    if (view->context->may_repeat_ack)
        return 0;
    f->duplicates = f->duplicates == DUPLICATES_BLOCKED ? 1 : f->duplicates + 1;
    return JUDGED_DUPLICATE_ACK;
}

static uint32_t judge_state(const struct view *view)
{
    const struct segment *segment = view->segment;
    struct sequence_state *f = view->f, *r = view->r;
    if (view->length == 1 && segment->seq == f->next && latest_window(r) == 0)
        return JUDGED_ZERO_WINDOW_PROBE;
    uint32_t judged = 0;
    if (segment->window == 0 && !view->is_control)
        judged |= JUDGED_ZERO_WINDOW;
    if (f->next && seq_after(segment->seq, f->next) && !(segment->flags & TCP_RST)) {
        judged |= JUDGED_LOST_SEGMENT;
        f->in_flight_hidden = true;
    }
    if (is_keep_alive(view))
        judged |= JUDGED_KEEP_ALIVE;
    if (fills_window(view))
        judged |= JUDGED_WINDOW_FULL;
    if (view->is_pure_ack)
        judged |= judge_pure_ack(view);
    return judged;
}

/* An ACK of data that was never seen. */
static uint32_t judge_ack_of_lost(const struct view *view)
{
    struct sequence_state *r = view->r;
    if (!(view->segment->flags & TCP_ACK) || !r->max_ack ||
        !seq_after(view->segment->ack, r->max_ack))
        return 0;
    if (seq_before(r->max_ack, r->next)) {
        r->max_ack = r->next;
        return JUDGED_ACK_LOST_SEGMENT;
    }
    bool is_first = r->duplicates == 0;
    r->duplicates = DUPLICATES_BLOCKED;
    return is_first ? JUDGED_ACK_LOST_SEGMENT : 0;
}

/* Time since `then`, unsigned as in tshark: a step back in time is huge. */
static uint64_t elapsed(const struct view *view, int64_t then_ns)
{
    return (uint64_t)view->segment->time_ns - (uint64_t)then_ns;
}

/* The retransmission family: at most one of four. */
static uint32_t judge_repetition(const struct view *view)
{
    const struct sequence_state *f = view->f, *r = view->r;
    uint32_t seq = view->segment->seq;
    bool is_old = f->next && seq_before(seq, f->next);
    if (view->length > 1 && seq == f->next - 1)
        is_old = false; /* data after a probe of one byte */
    if (view->length && r->last_ack && seq_at_or_before(seq + view->length, r->last_ack))
        return JUDGED_RETRANSMISSION | JUDGED_SPURIOUS_RETRANSMISSION;
    if (!is_old)
        return 0;
    if (r->duplicates >= 2 && seq == r->last_ack &&
        elapsed(view, r->last_time_ns) < FAST_RETRANSMISSION_NS)
        return JUDGED_RETRANSMISSION | JUDGED_FAST_RETRANSMISSION;
    int64_t initial_rtt_ns = view->context->initial_rtt_ns;
    uint64_t soon = initial_rtt_ns ? (uint64_t)initial_rtt_ns : OUT_OF_ORDER_NS;
    if (elapsed(view, f->next_time_ns) < soon && f->next != view->end)
        return JUDGED_OUT_OF_ORDER;
    return JUDGED_RETRANSMISSION;
}

/* What the segment has reached; a zero window probe reaches nothing. */
static void advance(const struct view *view, uint32_t end)
{
    struct sequence_state *f = view->f;
    if (!f->next || seq_after(end, f->next)) {
        f->next = end;
        f->next_time_ns = view->segment->time_ns;
    }
    if (!f->max_ack || view->segment->seq == f->max_ack)
        f->max_ack = f->next;
}

uint32_t sequence_in_flight(const struct sequence_state *f, const struct sequence_state *r,
                            const struct segment *segment, uint32_t span)
{
    if (!segment->payload_length || f->in_flight_hidden || !span)
        return 0;
    uint32_t bytes = span - r->sack_bytes - !!(segment->flags & (TCP_SYN | TCP_FIN));
    return bytes < IN_FLIGHT_MAX ? bytes : 0;
}

void sequence_judge(struct sequence_state *f, struct sequence_state *r,
                    const struct segment *segment, const struct sequence_context *context,
                    struct sequence_verdict *verdict)
{
    struct view view = view_of(f, r, segment, context);
    if (segment->flags & TCP_ACK)
        r->in_flight_hidden = false;

    uint32_t judged = judge_state(&view);
    verdict->duplicate_ack_number = judged & JUDGED_DUPLICATE_ACK ? f->duplicates : 0;
    if (segment->ack != f->last_ack)
        f->duplicates = 0;
    judged |= judge_ack_of_lost(&view);
    if (view.takes_sequence && !(judged & JUDGED_KEEP_ALIVE))
        judged |= judge_repetition(&view);
    verdict->judgements |= judged;

    bool is_probe = judged & JUDGED_ZERO_WINDOW_PROBE;
    if (!is_probe)
        advance(&view, context->was_listed ? view.end : segment->seq + view.length);
    f->window = segment->window;
    f->window_known = true;
    f->last_ack = segment->ack;
    f->last_time_ns = segment->time_ns;
    f->was_keep_alive = judged & JUDGED_KEEP_ALIVE;
    f->was_zero_window_probe = is_probe;
}

void sequence_finish(struct sequence_state *f, struct sequence_state *r,
                     const struct segment *segment)
{
    if (segment->flags & TCP_SYN)
        f->first_ack_pending = true;
    else if (segment->flags & TCP_ACK)
        f->first_ack_pending = false;
    f->sack_bytes = 0;
    for (int i = 0; i < segment->options.sack_count && i < SACK_BLOCKS_IN_FLIGHT; i++)
        f->sack_bytes += segment->options.sack[i].right - segment->options.sack[i].left;
    if (segment->flags & TCP_SYN || segment->options.has_window_scale)
        window_negotiate(segment, &f->window_scale, &r->window_scale);
}
