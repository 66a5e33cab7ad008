#include "tcp/connection.h"

#include "capture/time_between.h"

#include <inttypes.h>
#include <stdio.h>

/* One segment on its way through its connection. */
struct step {
    struct connection *connection;
    struct direction *sender, *receiver;
    const struct segment *segment;
    const struct assignment *assignment;
    struct verdict *verdict;
    struct tcp_memory *memory;
    struct fault *fault;
};

/* The first segment of a connection, which is zero. */
static bool start(struct step *step)
{
    struct connection *connection = step->connection;
    const struct segment *segment = step->segment;
    const struct assignment *assignment = step->assignment;
    bool is_syn = segment_is_syn(segment), sender_is_low;
    struct flow_key key;
    flow_key_of(segment, &key, &sender_is_low);
    connection->client_is_low = sender_is_low == (assignment->side == CLIENT);
    connection->client_by = is_syn                        ? CLIENT_BY_SYN
                            : segment_is_syn_ack(segment) ? CLIENT_BY_SYN_ACK
                                                          : CLIENT_BY_FIRST;
    connection->starts_with_syn = segment->flags & TCP_SYN;
    connection->vlan_id = segment->vlan_id;
    connection->tunnel = segment->tunnel;
    connection->is_reuse = assignment->events & GROUPING_REUSE;
    connection->start_ns = segment->time_ns;
    connection->first_frame = segment->frame;
    connection->first_file = segment->file;
    sequence_start(&connection->side[CLIENT].sequence);
    sequence_start(&connection->side[SERVER].sequence);
    if (is_syn && segment->flags_known) {
        connection->completeness = COMPLETENESS_SYN;
        if (segment->payload_length && !connection->is_reuse)
            connection->completeness |= COMPLETENESS_DATA;
    }
    return end_points_set(&connection->ends, &key, &step->memory->arena, step->fault);
}

static void count_flag(uint32_t *count, bool is_set)
{
    *count += is_set && *count < UINT32_MAX;
}

static void count_flags(struct connection *connection, const struct segment *segment)
{
    if (connection->fin_count && segment->payload_length)
        connection->data_after_fin = true;
    if (!(segment->flags & (TCP_SYN | TCP_FIN | TCP_RST)))
        return;
    count_flag(&connection->syn_count, segment->flags & TCP_SYN);
    count_flag(&connection->fin_count, segment->flags & TCP_FIN);
    count_flag(&connection->rst_count, segment->flags & TCP_RST);
}

static void add_completeness(struct connection *connection, const struct segment *segment)
{
    unsigned seen = 0;
    if (segment_is_syn_ack(segment))
        seen |= COMPLETENESS_SYN_ACK;
    else if (segment->flags & TCP_ACK)
        seen |= segment->payload_length ? COMPLETENESS_DATA : COMPLETENESS_ACK;
    if ((segment->flags & (TCP_FIN | TCP_ACK)) == (TCP_FIN | TCP_ACK))
        seen |= COMPLETENESS_FIN;
    if (segment->flags & TCP_RST)
        seen |= COMPLETENESS_RST;
    connection->completeness |= (uint8_t)seen;
}

static void time_handshake(struct connection *connection, const struct segment *segment)
{
    if (segment_is_syn(segment)) {
        connection->syn_time_ns = segment->time_ns;
        connection->syn_time_known = true;
    }
    if (!connection->syn_time_known || !(segment->flags & TCP_ACK) ||
        (connection->initial_rtt_ns && !segment_is_syn_ack(segment)))
        return;
    int64_t since = time_between(connection->syn_time_ns, segment->time_ns);
    if (segment_is_syn_ack(segment) && !connection->syn_rtt_known) {
        connection->syn_rtt_ns = since;
        connection->syn_rtt_known = true;
    }
    bool is_seen_by_tshark = connection->syn_time_ns != 0; /* 0 is "no SYN yet" to it */
    if (!segment_is_syn_ack(segment) && !connection->initial_rtt_ns && is_seen_by_tshark)
        connection->initial_rtt_ns = since;
}

static void note_syn(struct connection *connection, enum side side, const struct segment *segment)
{
    struct direction *sender = &connection->side[side];
    const struct tcp_options *options = &segment->options;
    if (sender->syn_seen)
        return;
    sender->syn_seen = true;
    connection->isn[side] = segment->seq;
    sender->syn_options_known = segment->options_known;
    sender->mss = options->mss;
    sender->mss_known = options->has_mss;
    sender->window_scale = options->window_scale;
    sender->window_scale_known = options->has_window_scale;
    sender->sack_permitted = options->sack_permitted;
    sender->timestamps = options->has_timestamps;
}

/* The first segment that a side sends.  If that is an RST, its window counts as closed. */
static void start_side(struct direction *sender, const struct segment *segment)
{
    sender->ttl = segment->ttl;
    sender->sequence.window_is_closed = true;
}

static void note_pause(struct direction *sender, int64_t pause_ns)
{
    if (pause_ns > sender->idle_max_ns)
        sender->idle_max_ns = pause_ns;
}

static void count_segment(struct direction *sender, const struct segment *segment)
{
    if (sender->packets == 0)
        start_side(sender, segment);
    else
        note_pause(sender, time_between(sender->sequence.last_time_ns, segment->time_ns));
    sender->packets++;
    sender->wire_bytes += segment->wire_length;
    sender->bytes += segment->payload_length;
    sender->data_packets += segment->payload_length > 0;
}

/* What one side keeps of its troubles, from now on if there were none; NULL with a fault. */
static struct trouble *trouble_of_sender(struct step *step)
{
    struct connection *connection = step->connection;
    if (!connection->trouble)
        connection->trouble =
            arena_allocate(&step->memory->arena, 2 * sizeof *connection->trouble, step->fault);
    return connection->trouble ? &connection->trouble[step->assignment->side] : NULL;
}

/* Repeated SYNs: reference points that tshark sets before it judges. */
static bool take_events(struct step *step)
{
    unsigned events = step->assignment->events;
    struct direction *sender = step->sender;
    if (events & GROUPING_SYN)
        sender->sequence.next = sender->sequence.max_ack;
    if (events & (GROUPING_REUSE | GROUPING_REBASED))
        step->verdict->sequence.judgements |= JUDGED_REUSED_PORTS;
    return !(events & GROUPING_REBASED) ||
           in_flight_rebase(&sender->in_flight, step->assignment->base[SENDER], step->memory,
                            step->fault);
}

/* What tcptrace records of a segment: SYN and FIN take a number each; a probe of a closed window is
 * nothing. */
static uint32_t recorded_length(const struct direction *receiver, const struct segment *segment)
{
    bool syn = segment->flags & TCP_SYN, fin = segment->flags & TCP_FIN;
    bool is_probe = receiver->sequence.window_is_closed && !syn;
    return is_probe ? 0 : segment->promised_length + syn + fin;
}

/* tcptrace's unique bytes: the payload without what was recorded before.  SYN and FIN are no bytes;
 * a further one is taken off what was repeated even if it had a new number. */
static bool count_unique(struct step *step, uint32_t recorded, uint32_t repeated)
{
    struct direction *sender = step->sender;
    const struct segment *segment = step->segment;
    bool syn = segment->flags & TCP_SYN, fin = segment->flags & TCP_FIN;
    if (!repeated && recorded == segment->payload_length && !syn && !fin)
        return true;
    int64_t again = (int64_t)repeated - (syn && sender->syn_sent) - (fin && sender->fin_sent);
    int64_t unique = recorded ? segment->promised_length - again : 0;
    int64_t difference = (unique > 0 ? unique : 0) - segment->payload_length;
    sender->syn_sent |= syn;
    sender->fin_sent |= fin;
    if (!difference)
        return true;
    struct trouble *trouble = trouble_of_sender(step);
    if (!trouble)
        return false;
    trouble->unique_difference += difference;
    return true;
}

/* Puts the segment among what is in flight; *listed as in_flight_send. */
static bool send(struct step *step, bool *listed)
{
    const struct segment *segment = step->segment;
    const struct transmission sent = {
        .seq = segment->seq,
        .end = sequence_end(segment),
        .length = recorded_length(step->receiver, segment),
        .base = step->assignment->base[SENDER],
        .time_ns = segment->time_ns,
    };
    uint32_t repeated = 0;
    *listed = true;
    if ((sent.end != sent.seq || sent.length) &&
        !in_flight_send(&step->sender->in_flight, &sent, listed, &repeated, step->memory,
                        step->fault))
        return false;
    return count_unique(step, sent.length, repeated);
}

/* Takes the ACK number off what the receiver has in flight: Wireshark's ack_rtt of this segment,
 * and tcptrace's round trip of the data that it acknowledges. */
static bool acknowledge(struct step *step)
{
    const struct segment *segment = step->segment;
    struct direction *receiver = step->receiver;
    struct sequence_verdict *verdict = &step->verdict->sequence;
    struct acknowledged result;
    unsigned by = (segment->length_known ? BY_WIRESHARK : 0) |
                  (segment->flags & TCP_ACK && segment->is_traced ? BY_TCPTRACE : 0);
    if (!by)
        return true;
    if (!in_flight_acknowledge(&receiver->in_flight, segment->ack, by,
                               step->assignment->base[RECEIVER], &result, step->memory,
                               step->fault))
        return false;
    verdict->ack_rtt_ns = time_between(result.exact_sent_ns, segment->time_ns);
    verdict->has_ack_rtt = result.is_exact && verdict->ack_rtt_ns; /* tshark hides a time of 0 */
    if (result.is_sample)
        round_trips_add(&receiver->round_trips,
                        time_between(result.sample_sent_ns, segment->time_ns));
    return true;
}

/* Whether the window was closed, as tcptrace sees it. */
static void note_window(struct direction *sender, const struct segment *segment)
{
    if (!(segment->flags & TCP_RST))
        sender->sequence.window_is_closed =
            !segment->window || !(segment->flags & (TCP_ACK | TCP_SYN));
}

/* Everything that needs the segment's length: the judgements, and what is in flight before and
 * after. */
static bool analyse(struct step *step)
{
    struct direction *sender = step->sender, *receiver = step->receiver;
    const struct segment *segment = step->segment;
    struct sequence_verdict *verdict = &step->verdict->sequence;
    struct connection *connection = step->connection;
    uint8_t *mptcp_known = &connection->mptcp_known[step->assignment->side];
    struct sequence_context context = {
        .initial_rtt_ns = connection->initial_rtt_ns,
        .may_repeat_ack = *mptcp_known != connection->mptcp_messages,
    };
    *mptcp_known = connection->mptcp_messages;
    if (!send(step, &context.was_listed))
        return false;
    sequence_judge(&sender->sequence, &receiver->sequence, segment, &context, verdict);
    if (!acknowledge(step))
        return false;
    verdict->bytes_in_flight = sequence_in_flight(&sender->sequence, &receiver->sequence, segment,
                                                  in_flight_span(&sender->in_flight));
    note_window(sender, segment);
    return true;
}

/* Of a segment whose data offset lies beyond the datagram, what tcptrace takes: ACK and window. */
static bool analyse_unsized(struct step *step)
{
    if (step->segment->is_traced)
        note_window(step->sender, step->segment);
    return acknowledge(step);
}

/* Numbers and window as tshark shows them: of a segment of unknown length, as they were sent. */
static void show_relative(struct step *step)
{
    const struct segment *segment = step->segment;
    struct verdict *verdict = step->verdict;
    verdict->rel_seq = segment->seq;
    verdict->rel_ack = segment->ack;
    verdict->window_known =
        window_scaled(segment, step->sender->sequence.window_scale, &verdict->window_scaled);
    if (!segment->length_known) {
        verdict->window_scaled = segment->window;
        return;
    }
    verdict->rel_seq -= step->assignment->base[SENDER];
    if (segment->flags & TCP_ACK)
        verdict->rel_ack -= step->assignment->base[RECEIVER];
}

static bool count_judgements(struct step *step)
{
    uint32_t judgements = step->verdict->sequence.judgements;
    uint32_t counted = judgements & ((1u << JUDGEMENTS_COUNTED) - 1);
    if (!counted)
        return true;
    struct trouble *trouble = trouble_of_sender(step);
    if (!trouble)
        return false;
    for (int bit = 0; bit < JUDGEMENTS_COUNTED; bit++)
        trouble->counts[bit] += counted >> bit & 1;
    if (counted & JUDGED_RETRANSMISSION)
        trouble->retransmitted_bytes += step->segment->payload_length;
    return true;
}

/* The sums of the values of tcp_packets. */
static bool count_verdict(struct step *step)
{
    struct direction *sender = step->sender;
    const struct verdict *verdict = step->verdict;
    if (verdict->sequence.bytes_in_flight > sender->in_flight.bytes_max)
        sender->in_flight.bytes_max = verdict->sequence.bytes_in_flight;
    if (verdict->window_known)
        window_statistics_add(&sender->window, verdict->window_scaled);
    return count_judgements(step);
}

static bool take(struct step *step)
{
    struct connection *connection = step->connection;
    const struct segment *segment = step->segment;
    bool is_first = step->assignment->events & GROUPING_FIRST;
    if (is_first && !start(step))
        return false;
    connection->end_ns = segment->time_ns;
    connection->last_frame = segment->frame;
    connection->last_file = segment->file;
    connection->reassembled |= segment->reassembled;
    count_flags(connection, segment);
    count_segment(step->sender, segment);
    if (segment->flags & TCP_SYN)
        note_syn(connection, step->assignment->side, segment);
    if (!take_events(step))
        return false;
    show_relative(step);
    if (segment->length_known ? !analyse(step) : !analyse_unsized(step))
        return false;
    if (segment_options_are_read(segment))
        connection->mptcp_messages |= segment->options.mptcp_messages;
    else /* tshark stops before it shows them */
        step->verdict->sequence = (struct sequence_verdict){0};
    if (segment->flags_known) {
        if (!is_first || connection->is_reuse)
            add_completeness(connection, segment);
        time_handshake(connection, segment);
        sequence_finish(&step->sender->sequence, &step->receiver->sequence, segment);
    } else {
        step->sender->sequence.sack_bytes = 0; /* tshark forgets the blocks before it gives up */
    }
    return count_verdict(step);
}

bool connection_take(struct connection *connection, const struct segment *segment,
                     const struct assignment *assignment, struct verdict *verdict,
                     struct tcp_memory *memory, struct fault *fault)
{
    struct step step = {
        .connection = connection,
        .sender = &connection->side[assignment->side],
        .receiver = &connection->side[assignment->side ^ 1],
        .segment = segment,
        .assignment = assignment,
        .verdict = verdict,
        .memory = memory,
        .fault = fault,
    };
    verdict->from_client = assignment->side == CLIENT;
    return take(&step);
}

uint64_t connection_judged(const struct connection *connection, enum side side,
                           enum judgement judgement)
{
    return connection->trouble ? connection->trouble[side].counts[__builtin_ctz(judgement)] : 0;
}

uint64_t connection_retransmitted_bytes(const struct connection *connection, enum side side)
{
    return connection->trouble ? connection->trouble[side].retransmitted_bytes : 0;
}

uint64_t connection_unique_bytes(const struct connection *connection, enum side side)
{
    uint64_t bytes = connection->side[side].bytes;
    return connection->trouble ? bytes + (uint64_t)connection->trouble[side].unique_difference
                               : bytes;
}

int connection_status(const struct connection *connection, char text[STATUS_TEXT_SIZE])
{
    if (connection->rst_count)
        return snprintf(text, STATUS_TEXT_SIZE, "R");
    return snprintf(text, STATUS_TEXT_SIZE, "S%" PRIu32 "F%" PRIu32, connection->syn_count,
                    connection->fin_count);
}

bool connection_is_open(const struct connection *connection)
{
    return !connection->fin_count || connection->data_after_fin;
}
