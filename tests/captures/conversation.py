"""Two hosts that talk TCP, as a scenario reads.

    talk = Conversation()
    talk.client.syn()
    talk.server.syn_ack()
    talk.client.ack()
    talk.client.send(100, after=5)        # 5 ms later, instead of the usual 10
    talk.client.send(100, lost=True)      # sent, but neither captured nor received
    talk.server.ack()                     # acknowledges what came in without a hole
    talk.client.send(100, seq=201)        # any field of the header can be given

`talk.packets` then holds pairs of (time in ns, IP packet).  Numbers are chosen for the eye: the client's initial
sequence number is 100 and the server's 500, so their first data bytes are 101 and 501.
"""
import packets as p

MILLISECOND = 1_000_000
START = 1_700_000_000 * 1_000 * MILLISECOND  # 2023-11-14 22:13:20 UTC
STEP = 10  # milliseconds between packets, unless `after` says otherwise


class Host:
    """One side.  `next_seq` is the next number it sends, `expected` the next one it waits for."""

    def __init__(self, talk, ip, port, isn, window):
        self.talk, self.ip, self.port, self.isn, self.window = talk, ip, port, isn, window
        self.next_seq, self.expected, self.waiting = isn, 0, []
        self.ttl, self.ident = 64, 0
        self.peer = None

    def segment(self, flags, payload=b"", after=STEP, lost=False, seq=None, ack=None, window=None, options=b"",
                ip_fields=None, **tcp_fields):
        """Sends one segment and returns its IP packet."""
        self.talk.now += int(after * MILLISECOND)
        seq = self.next_seq if seq is None else seq
        ack = (self.expected if flags & p.ACK else 0) if ack is None else ack
        end = seq + len(payload) + bool(flags & (p.SYN | p.FIN))
        self.next_seq = max(self.next_seq, end)
        self.ident += 1
        window = self.window if window is None else window
        segment = p.tcp(self.ip, self.peer.ip, self.port, self.peer.port, seq, ack, flags, window, options, payload,
                        **tcp_fields)
        fields = {"hop_limit": self.ttl} if ":" in self.ip else {"ttl": self.ttl, "ident": self.ident}
        packet = p.ip(segment, self.ip, self.peer.ip, **{**fields, **(ip_fields or {})})
        if not lost:
            self.peer.receive(seq, end, flags)
            self.talk.packets.append((self.talk.now, packet))
        return packet

    def receive(self, seq, end, flags):
        if flags & p.SYN:
            self.expected = seq
        self.waiting.append((seq, end))
        for left, right in sorted(self.waiting):
            if left <= self.expected < right:
                self.expected = right

    def syn(self, **fields):
        return self.segment(p.SYN, **fields)

    def syn_ack(self, **fields):
        return self.segment(p.SYN | p.ACK, **fields)

    def ack(self, number=None, **fields):
        return self.segment(p.ACK, ack=number, **fields)

    def send(self, length, **fields):
        """`length` bytes of payload, letters that tell how far into the stream they are."""
        seq = fields.get("seq")
        start = (self.next_seq if seq is None else seq) - self.isn - 1
        payload = bytes(ord("a") + (start + i) % 26 for i in range(length))
        return self.segment(fields.pop("flags", p.PSH | p.ACK), payload, **fields)

    def fin(self, **fields):
        return self.segment(p.FIN | p.ACK, **fields)

    def rst(self, **fields):
        return self.segment(p.RST | p.ACK, **fields)


class Conversation:
    def __init__(self, client="10.0.0.1", server="10.0.0.2", client_port=40000, server_port=80, client_isn=100,
                 server_isn=500, client_window=64000, server_window=32000, start=START):
        """The first packet is at `start` (ns)."""
        self.packets, self.now = [], start - STEP * MILLISECOND
        self.client = Host(self, client, client_port, client_isn, client_window)
        self.server = Host(self, server, server_port, server_isn, server_window)
        self.client.peer, self.server.peer = self.server, self.client

    def handshake(self, client_options=b"", server_options=b"", after=STEP):
        self.client.syn(options=client_options)
        self.server.syn_ack(options=server_options, after=after)
        self.client.ack(after=after)

    def join(self):
        """Goes on as if the handshake had happened before the capture."""
        self.client.next_seq = self.server.expected = self.client.isn + 1
        self.server.next_seq = self.client.expected = self.server.isn + 1
        return self

    def exchange(self, request=100, response=300):
        self.client.send(request)
        self.server.ack()
        self.server.send(response)
        self.client.ack()

    def close(self):
        """Each side's FIN, and its acknowledgement."""
        self.client.fin()
        self.server.ack()
        self.server.fin()
        self.client.ack()

    def whole(self, **options):
        """Handshake, one request, its response, and the end: S2F2."""
        self.handshake(**options)
        self.exchange()
        self.close()
        return self
