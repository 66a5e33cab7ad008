"""What Wireshark's sequence analysis says of single segments, one capture for each judgement or two.

The client's data begins at 101, the server's at 501.  Segments that are lost are sent, but not captured."""
import packets as p
from conversation import MILLISECOND, Conversation
from scenario import framed, scenario


def opened(after=10, **fields):
    talk = Conversation(**fields)
    talk.handshake(after=after)
    return talk


@scenario
def keep_alive():
    """Keep-alives of no byte and of one byte, both answered."""
    talk = opened()
    talk.client.send(10)
    talk.server.ack()
    talk.client.ack(seq=110)
    talk.server.ack()
    talk.client.send(1, seq=110)
    talk.server.ack()
    return talk


@scenario
def keep_alive_unanswered():
    """One byte, three times: taken for keep-alives, not for retransmissions."""
    talk = opened()
    for _ in range(3):
        talk.client.send(1, seq=101)
    return talk


def filled():
    """The server offers ten bytes, gets them and shuts its window."""
    talk = opened(server_window=10)
    talk.client.send(10)
    talk.server.ack(window=0)
    return talk


@scenario
def zero_window_probe():
    """Probes beyond a shut window until it opens."""
    talk = filled()
    talk.client.send(1, seq=111)
    talk.server.ack(111, window=0)
    talk.client.send(1, seq=111)
    talk.server.ack(111, window=100)
    return talk


@scenario
def zero_window_probe_accepted():
    """The server takes the probe's byte, and the client goes on with the next."""
    talk = filled()
    talk.client.send(1, seq=111)
    talk.server.ack(112, window=0)
    talk.client.send(1, seq=112)
    return talk


@scenario
def linux_probes():
    """Linux probes with an old sequence number: they look like keep-alives."""
    talk = filled()
    talk.client.ack(seq=110)
    talk.server.ack(window=0)
    talk.client.ack(seq=110)
    talk.server.ack(window=0)
    return talk


@scenario
def multipath():
    """ACKs repeat while Multipath TCP goes from one kind of message to the next: keys, data, an address."""
    key, data, address = p.option(30, bytes(10)), p.option(30, b"\x20\x01" + bytes(4)), p.option(30, b"\x30" + bytes(5))
    talk = Conversation()
    talk.client.syn(options=p.option(30, b"\x01\x00"))
    talk.server.syn_ack(options=key)
    talk.client.ack(options=key)
    talk.server.ack()
    talk.server.ack()
    talk.client.send(10, lost=True)
    talk.client.send(10, options=data)
    talk.server.ack(101)
    talk.server.ack(101)
    talk.server.ack(101, options=address)
    talk.server.ack(101)
    talk.server.ack(101)
    return talk


def swapped(after):
    """The second segment first; the first follows so many ms later.  The handshake took 40 ms."""
    talk = opened(after=20)
    talk.client.send(100, seq=201)
    talk.client.send(100, seq=101, after=after)
    talk.server.ack()
    return talk


@scenario
def out_of_order():
    """The missing segment comes sooner than the initial round trip: it was overtaken."""
    return swapped(after=1)


@scenario
def retransmission():
    """It comes later than that: it was sent again."""
    return swapped(after=50)


@scenario
def retransmission_of_newest():
    """A repeat of the newest segment is a retransmission, however soon it comes."""
    talk = opened(after=20)
    talk.client.send(100)
    talk.client.send(100, seq=101, after=1)
    return talk


def holes(after):
    talk = opened(after=20)
    talk.client.send(100, after=1)
    talk.client.send(100, after=1, lost=True)
    talk.client.send(100, after=1)
    talk.client.send(100, after=1)
    for _ in range(3):
        talk.server.ack(after=1)
    talk.client.send(100, seq=201, after=after)
    talk.server.ack()
    return talk


@scenario
def fast_retransmission():
    """Two duplicate ACKs, then the missing segment within 20 ms."""
    return holes(after=5)


@scenario
def slow_retransmission():
    """The same, but the answer comes after 60 ms: no fast retransmission."""
    return holes(after=60)


@scenario
def fast_retransmission_all_captured():
    """Four segments are captured, the second was lost behind the capture."""
    talk = opened(after=20)
    for _ in range(4):
        talk.client.send(100, after=1)
    for _ in range(3):
        talk.server.ack(201, after=1)
    talk.client.send(100, seq=201, after=5)
    return talk


@scenario
def spurious_retransmission():
    """Sent again though it was acknowledged."""
    talk = opened()
    for _ in range(4):
        talk.client.send(100)
    talk.server.ack()
    talk.client.send(100, seq=201)
    return talk


@scenario
def ack_lost_segment():
    """The server acknowledges what the capture has not seen."""
    talk = opened()
    talk.client.send(100)
    talk.server.ack(301)
    return talk


@scenario
def window_update():
    """The server makes its window larger without acknowledging anything new."""
    talk = opened()
    talk.client.send(100)
    talk.server.ack(window=1000)
    talk.server.ack(window=2000)
    talk.server.ack(window=2000)
    return talk


@scenario
def window_full_scaled():
    """Data up to the very end of a scaled window."""
    talk = Conversation(server_window=100)
    talk.handshake(p.window_scale(2), p.window_scale(3))
    talk.server.ack()
    for _ in range(8):
        talk.client.send(100)
    return talk


@scenario
def simultaneous_open():
    """Both sides open: the SYN+ACKs repeat the SYNs."""
    talk = Conversation()
    talk.client.syn()
    talk.server.syn()
    talk.client.syn_ack(seq=100)
    talk.server.syn_ack(seq=500)
    return talk


def fast_open():
    talk = Conversation()
    talk.client.segment(p.SYN, b"x" * 50)
    return talk


@scenario
def fast_open_refused():
    """Data in the SYN is not taken and sent again."""
    talk = fast_open()
    talk.server.syn_ack(ack=101)
    talk.client.send(50, seq=101)
    return talk


@scenario
def fast_open_repeated():
    """Data in the SYN is taken and nevertheless sent again."""
    talk = fast_open()
    talk.server.syn_ack()
    talk.client.send(50, seq=101)
    return talk


@scenario
def syn_repeated():
    """A SYN that is sent again is a retransmission."""
    talk = Conversation()
    talk.client.syn()
    talk.client.syn(seq=100, after=1000)
    talk.server.syn_ack()
    talk.client.ack()
    return talk


@scenario
def reused_ports():
    """The ports again with another number."""
    first = Conversation()
    first.client.syn()
    second = Conversation(client_isn=7000, server_isn=9000, start=first.now + 1000 * MILLISECOND)
    second.handshake()
    return framed(first, second)


@scenario
def wraparound():
    """Sequence numbers pass 2^32 in the middle of the data; one segment is sent again."""
    talk = opened(client_isn=2**32 - 151)
    for _ in range(3):
        talk.client.send(100)
    talk.server.ack(talk.client.isn + 301)
    talk.client.send(100, seq=2**32 - 50)
    talk.client.send(100)
    talk.server.ack()
    return talk


@scenario
def selective_acks():
    """SACK blocks make the bytes in flight fewer."""
    talk = Conversation()
    talk.handshake(p.sack_permitted(), p.sack_permitted())
    for lost in (False, True, False, False):
        talk.client.send(100, lost=lost)
    talk.server.ack()
    talk.server.ack(options=p.sack((301, 401)))
    talk.client.send(100)
    talk.server.ack(options=p.sack((301, 601)))
    talk.client.send(100, seq=201)
    talk.server.ack()
    return talk


@scenario
def time_goes_back():
    """The clock is set back by a second between a segment and its repeat: no longer out of order."""
    talk = opened(after=20)
    talk.client.send(100, seq=201)
    talk.client.send(100, seq=101, after=-1000)
    talk.server.ack(after=5)
    return talk


@scenario
def one_way():
    """Only the client's side was captured: nothing can be said of losses on the other."""
    talk = Conversation()
    talk.handshake()
    talk.exchange()
    talk.exchange()
    talk.client.send(100, seq=201)
    return [record for record in framed(talk) if record.data[26:30] == p.address("10.0.0.1")]
