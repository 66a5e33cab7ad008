"""Round trips: which acknowledgement measures which segment."""
from conversation import Conversation
from scenario import scenario


def opened():
    talk = Conversation()
    talk.handshake()
    return talk


@scenario
def simple():
    """Samples of 10, 20 and 30 ms for the client's data, 40 ms for the server's."""
    talk = opened()
    for milliseconds in (10, 20, 30):
        talk.client.send(100)
        talk.server.ack(after=milliseconds)
    talk.server.send(100)
    talk.client.ack(after=40)
    talk.close()
    return talk


@scenario
def cumulative():
    """One acknowledgement of three segments: one sample, of the last."""
    talk = opened()
    for _ in range(3):
        talk.client.send(100, after=1)
    talk.server.ack(after=25)
    return talk


@scenario
def retransmitted():
    """Karn's rule: no sample of a segment that was sent twice."""
    talk = opened()
    talk.client.send(100)
    talk.client.send(100, seq=101, after=300)
    talk.server.ack(after=20)
    talk.client.send(100)
    talk.server.ack(after=15)
    return talk


@scenario
def after_a_loss():
    """No sample of a segment that waited for the repeat of an earlier one."""
    talk = opened()
    talk.client.send(100)
    talk.client.send(100, after=1)
    talk.client.send(100, seq=101, after=300)
    talk.server.ack(after=20)
    return talk


@scenario
def middle_of_a_segment():
    """An acknowledgement inside a segment is no sample, and neither is the rest."""
    talk = opened()
    talk.client.send(100)
    talk.server.ack(151, after=12)
    talk.server.ack(201, after=13)
    return talk


@scenario
def both_ways():
    """Acknowledgements that come with the answer's data."""
    talk = opened()
    for milliseconds in (5, 15, 40):
        talk.client.send(100)
        talk.server.send(200, after=milliseconds)
    talk.client.ack(after=7)
    return talk


@scenario
def syn_retried():
    """The SYN was sent twice: the initial round trip runs from the last."""
    talk = Conversation()
    talk.client.syn()
    talk.client.syn(seq=100, after=1000)
    talk.server.syn_ack(after=30)
    talk.client.ack(after=2)
    return talk


@scenario
def syn_alone():
    """Without an answer there is no round trip."""
    talk = Conversation()
    talk.client.syn()
    return talk


@scenario
def offloaded():
    """tcptrace leaves out a frame whose IP length is 0: the next acknowledgement is the sample."""
    talk = opened()
    talk.server.send(100)
    talk.client.send(3000, after=5, ip_fields={"total_length": 0})
    talk.client.ack(after=2)
    talk.server.ack(after=1)
    talk.server.send(100, after=1)
    talk.client.send(3000, after=4, ip_fields={"total_length": 0})
    talk.server.send(100, after=1)
    talk.client.ack(after=8)
    return talk


@scenario
def data_offset_beyond():
    """The server's data offsets lie beyond its segments: tcptrace takes its acknowledgements and windows all the
    same."""
    talk = Conversation()
    talk.client.syn()
    talk.server.syn_ack(after=7, data_offset=15)
    talk.client.ack()
    talk.client.send(100)
    talk.server.ack(after=10, data_offset=15)
    talk.client.send(50)
    talk.server.ack(after=20)
    return talk
