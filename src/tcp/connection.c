#include "tcp/connection.h"

#include <inttypes.h>
#include <stdio.h>

static bool is_syn(const struct segment *segment)
{
    return (segment->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN;
}

static bool is_syn_ack(const struct segment *segment)
{
    return (segment->flags & (TCP_SYN | TCP_ACK)) == (TCP_SYN | TCP_ACK);
}

static enum side sender_of(const struct connection *connection, bool sender_is_low)
{
    return sender_is_low == connection->client_is_low ? CLIENT : SERVER;
}

void connection_start(struct connection *connection, const struct flow_key *key,
                      const struct segment *segment, bool sender_is_low, bool is_reuse)
{
    connection->key = *key;
    connection->client_is_low = is_syn_ack(segment) ? !sender_is_low : sender_is_low;
    connection->client_by = is_syn(segment)       ? CLIENT_BY_SYN
                            : is_syn_ack(segment) ? CLIENT_BY_SYN_ACK
                                                  : CLIENT_BY_FIRST;
    connection->starts_with_syn = segment->flags & TCP_SYN;
    connection->vlan_id = segment->vlan_id;
    connection->tunnel = segment->tunnel;
    connection->is_reuse = is_reuse;
    connection->start_ns = segment->time_ns;
    connection->first_frame = segment->frame;
    connection->first_file = segment->file;
    sequence_start(&connection->side[CLIENT].sequence);
    sequence_start(&connection->side[SERVER].sequence);
    if (is_syn(segment)) {
        connection->completeness = COMPLETENESS_SYN;
        if (segment->payload_length && !is_reuse)
            connection->completeness |= COMPLETENESS_DATA;
    }
}

bool connection_is_reused(const struct connection *connection, const struct segment *segment,
                          bool sender_is_low)
{
    const struct sequence_state *f =
        &connection->side[sender_of(connection, sender_is_low)].sequence;
    return is_syn(segment) && f->base_known && f->base != segment->seq;
}

/* Repeated SYNs, and the numbers that relative ones are counted from: reference points that tshark
 * sets before it judges. */
static bool set_bases(struct direction *sender, struct direction *receiver,
                      const struct segment *segment, struct verdict *verdict,
                      struct tcp_memory *memory, struct fault *fault)
{
    struct sequence_state *f = &sender->sequence, *r = &receiver->sequence;
    bool syn = segment->flags & TCP_SYN, ack = segment->flags & TCP_ACK;
    if (!syn && f->base_known && r->base_known)
        return true;
    if (is_syn(segment) && f->base_known)
        f->next = f->max_ack;
    if (is_syn_ack(segment) && f->base_known && f->base != segment->seq) {
        f->base = segment->seq;
        verdict->sequence.judgements |= JUDGED_REUSED_PORTS;
        if (!in_flight_rebase(&sender->in_flight, f->base, memory, fault))
            return false;
    }
    if (!segment->length_known)
        return true;
    if (!f->base_known) {
        f->base = syn ? segment->seq : segment->seq - 1;
        f->base_known = true;
    }
    if (!r->base_known && ack) {
        r->base = segment->ack - 1;
        r->base_known = true;
    }
    return true;
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
    if (is_syn_ack(segment))
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
    if (is_syn(segment)) {
        connection->syn_time_ns = segment->time_ns;
        connection->syn_time_known = true;
    }
    if (!connection->syn_time_known || !(segment->flags & TCP_ACK) ||
        (connection->initial_rtt_ns && !is_syn_ack(segment)))
        return;
    int64_t since = segment->time_ns - connection->syn_time_ns;
    if (is_syn_ack(segment) && !connection->syn_rtt_known) {
        connection->syn_rtt_ns = since;
        connection->syn_rtt_known = true;
    }
    if (!is_syn_ack(segment) && !connection->initial_rtt_ns)
        connection->initial_rtt_ns = since;
}

static void note_syn_options(struct direction *sender, const struct segment *segment)
{
    const struct tcp_options *options = &segment->options;
    if (sender->syn_seen)
        return;
    sender->syn_seen = true;
    sender->isn = segment->seq;
    sender->syn_options_known = segment->options_known;
    sender->mss = options->mss;
    sender->mss_known = options->has_mss;
    sender->window_scale = options->window_scale;
    sender->window_scale_known = options->has_window_scale;
    sender->sack_permitted = options->sack_permitted;
    sender->timestamps = options->has_timestamps;
}

static void count_segment(struct direction *sender, const struct segment *segment)
{
    if (sender->packets == 0)
        sender->ttl = segment->ttl;
    else if (segment->time_ns - sender->sequence.last_time_ns > sender->idle_max_ns)
        sender->idle_max_ns = segment->time_ns - sender->sequence.last_time_ns;
    sender->packets++;
    sender->wire_bytes += segment->wire_length;
    sender->bytes += segment->payload_length;
    sender->data_packets += segment->payload_length > 0;
    if (segment->flags & TCP_SYN)
        note_syn_options(sender, segment);
}

/* The direction's trouble, which begins now if there was none; NULL with a fault. */
static struct trouble *trouble_of(struct direction *direction, struct tcp_memory *memory,
                                  struct fault *fault)
{
    if (!direction->trouble)
        direction->trouble = arena_allocate(&memory->arena, sizeof *direction->trouble, fault);
    return direction->trouble;
}

static bool count_judgements(struct direction *sender, const struct segment *segment,
                             uint32_t judgements, struct tcp_memory *memory, struct fault *fault)
{
    uint32_t counted = judgements & ((1u << JUDGEMENTS_COUNTED) - 1);
    if (!counted)
        return true;
    if (!trouble_of(sender, memory, fault))
        return false;
    for (int bit = 0; bit < JUDGEMENTS_COUNTED; bit++)
        sender->trouble->counts[bit] += counted >> bit & 1;
    if (counted & JUDGED_RETRANSMISSION)
        sender->trouble->retransmitted_bytes += segment->payload_length;
    return true;
}

/* What tcptrace records of a segment: SYN and FIN take a number each; a probe of a closed window is
 * nothing. */
static uint32_t recorded_length(const struct direction *receiver, const struct segment *segment)
{
    bool syn = segment->flags & TCP_SYN, fin = segment->flags & TCP_FIN;
    bool is_probe = receiver->packets && !receiver->window_is_open && !syn;
    return is_probe ? 0 : segment->promised_length + syn + fin;
}

/* tcptrace's unique bytes: the payload without what was recorded before.  SYN and FIN are no bytes;
 * a further one is taken off what was repeated even if it had a new number. */
static bool count_unique(struct direction *sender, const struct segment *segment, uint32_t recorded,
                         uint32_t repeated, struct tcp_memory *memory, struct fault *fault)
{
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
    if (!trouble_of(sender, memory, fault))
        return false;
    sender->trouble->unique_difference += difference;
    return true;
}

/* Puts the segment among what is in flight; *listed as in_flight_send. */
static bool send(struct direction *sender, const struct direction *receiver,
                 const struct segment *segment, bool *listed, struct tcp_memory *memory,
                 struct fault *fault)
{
    const struct transmission sent = {
        .seq = segment->seq,
        .end = sequence_end(segment),
        .length = recorded_length(receiver, segment),
        .base = sender->sequence.base,
        .time_ns = segment->time_ns,
    };
    uint32_t repeated = 0;
    *listed = true;
    if ((sent.end != sent.seq || sent.length) &&
        !in_flight_send(&sender->in_flight, &sent, listed, &repeated, memory, fault))
        return false;
    return count_unique(sender, segment, sent.length, repeated, memory, fault);
}

/* Takes the ACK number off what the receiver has in flight: Wireshark's ack_rtt of this segment,
 * and tcptrace's round trip of the data that it acknowledges. */
static bool acknowledge(struct direction *receiver, const struct segment *segment,
                        struct sequence_verdict *verdict, struct tcp_memory *memory,
                        struct fault *fault)
{
    struct acknowledged result;
    if (!in_flight_acknowledge(&receiver->in_flight, segment->ack, segment->flags & TCP_ACK,
                               receiver->sequence.base, &result, memory, fault))
        return false;
    verdict->ack_rtt_ns = segment->time_ns - result.exact_sent_ns;
    verdict->has_ack_rtt = result.is_exact && verdict->ack_rtt_ns; /* tshark hides a time of 0 */
    if (result.is_sample)
        round_trips_add(&receiver->round_trips, segment->time_ns - result.sample_sent_ns);
    return true;
}

/* Everything that needs the segment's length: the judgements, and what is in flight before and
 * after. */
static bool analyse(struct connection *connection, struct direction *sender,
                    struct direction *receiver, const struct segment *segment,
                    struct sequence_verdict *verdict, struct tcp_memory *memory,
                    struct fault *fault)
{
    bool listed;
    if (!send(sender, receiver, segment, &listed, memory, fault))
        return false;
    sequence_judge(&sender->sequence, &receiver->sequence, segment, connection->initial_rtt_ns,
                   listed, verdict);
    if (!acknowledge(receiver, segment, verdict, memory, fault))
        return false;
    verdict->bytes_in_flight = sequence_in_flight(&sender->sequence, &receiver->sequence, segment,
                                                  in_flight_span(&sender->in_flight));
    if (!(segment->flags & TCP_RST))
        sender->window_is_open = segment->window && segment->flags & (TCP_ACK | TCP_SYN);
    return true;
}

/* Numbers and window as tshark shows them: of a segment of unknown length, as they were sent. */
static void show_relative(const struct sequence_state *f, const struct sequence_state *r,
                          const struct segment *segment, struct verdict *verdict)
{
    verdict->rel_seq = segment->seq;
    verdict->rel_ack = segment->ack;
    verdict->window_known = window_scaled(segment, f->window_scale, &verdict->window_scaled);
    if (!segment->length_known) {
        verdict->window_scaled = segment->window;
        return;
    }
    verdict->rel_seq -= f->base;
    if (segment->flags & TCP_ACK)
        verdict->rel_ack -= r->base;
}

/* The values of tcp_packets and their sums. */
static bool count_verdict(struct direction *sender, const struct segment *segment,
                          const struct verdict *verdict, struct tcp_memory *memory,
                          struct fault *fault)
{
    if (verdict->sequence.bytes_in_flight > sender->bytes_in_flight_max)
        sender->bytes_in_flight_max = verdict->sequence.bytes_in_flight;
    if (verdict->window_known)
        window_statistics_add(&sender->window, verdict->window_scaled);
    return count_judgements(sender, segment, verdict->sequence.judgements, memory, fault);
}

bool connection_take(struct connection *connection, const struct segment *segment,
                     bool sender_is_low, struct verdict *verdict, struct tcp_memory *memory,
                     struct fault *fault)
{
    enum side side = sender_of(connection, sender_is_low);
    struct direction *sender = &connection->side[side], *receiver = &connection->side[side ^ 1];
    bool is_first = sender->packets + receiver->packets == 0;
    verdict->from_client = side == CLIENT;
    connection->end_ns = segment->time_ns;
    connection->last_frame = segment->frame;
    connection->last_file = segment->file;
    connection->reassembled |= segment->reassembled;
    count_flags(connection, segment);
    count_segment(sender, segment);
    if (!set_bases(sender, receiver, segment, verdict, memory, fault))
        return false;
    show_relative(&sender->sequence, &receiver->sequence, segment, verdict);
    if (segment->length_known &&
        !analyse(connection, sender, receiver, segment, &verdict->sequence, memory, fault))
        return false;
    if (!segment->options_known)
        verdict->sequence = (struct sequence_verdict){0}; /* tshark stops before it shows them */
    if (segment->flags_known) {
        if (!is_first)
            add_completeness(connection, segment);
        time_handshake(connection, segment);
        sequence_finish(&sender->sequence, &receiver->sequence, segment);
    }
    return count_verdict(sender, segment, verdict, memory, fault) &&
           zeek_take(&connection->zeek, segment, side, memory, fault);
}

uint64_t direction_count(const struct direction *direction, enum judgement judgement)
{
    return direction->trouble ? direction->trouble->counts[__builtin_ctz(judgement)] : 0;
}

uint64_t direction_unique_bytes(const struct direction *direction)
{
    return direction->bytes +
           (direction->trouble ? (uint64_t)direction->trouble->unique_difference : 0);
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
