"""Every state of the connection model, one capture each.  The name is the status where that says it all."""
from conversation import MILLISECOND, START, Conversation
from scenario import framed, scenario


def midstream():
    return Conversation().join()


@scenario
def s0f0():
    """Neither a SYN nor a FIN: the connection is older and younger than the capture."""
    talk = midstream()
    talk.exchange()
    return talk


@scenario
def s0f1():
    """Mid-stream, then one side closes."""
    talk = midstream()
    talk.exchange()
    talk.client.fin()
    talk.server.ack()
    return talk


@scenario
def s0f2():
    """Mid-stream, then both sides close."""
    talk = midstream()
    talk.exchange()
    talk.close()
    return talk


@scenario
def s1f0():
    """A SYN that nobody answers."""
    talk = Conversation()
    talk.client.syn()
    return talk


@scenario
def s1f1():
    """The SYN and one FIN; the SYN+ACK was not captured."""
    talk = Conversation()
    talk.client.syn()
    talk.join()
    talk.client.ack()
    talk.client.send(50)
    talk.client.fin()
    return talk


@scenario
def s1f2():
    """The SYN and both FINs; the SYN+ACK was not captured."""
    talk = Conversation()
    talk.client.syn()
    talk.join()
    talk.client.ack()
    talk.close()
    return talk


@scenario
def s2f0():
    """A connection that is still open when the capture ends."""
    talk = Conversation()
    talk.handshake()
    talk.exchange()
    return talk


@scenario
def s2f1():
    """One side has closed, the other has not."""
    talk = s2f0()
    talk.client.fin()
    talk.server.ack()
    return talk


@scenario
def s2f2():
    """The ordinary life of a connection."""
    return Conversation().whole()


@scenario
def s2f3():
    """The last FIN is lost on its way and sent again."""
    talk = Conversation()
    talk.handshake()
    talk.client.fin()
    talk.server.fin()
    talk.server.fin(seq=501, after=200)
    talk.client.ack()
    return talk


@scenario
def s3f0():
    """The SYN is sent twice, then answered."""
    talk = Conversation()
    talk.client.syn()
    talk.client.syn(seq=100, after=1000)
    talk.server.syn_ack()
    talk.client.ack()
    return talk


@scenario
def s3f1():
    talk = s3f0()
    talk.client.fin()
    talk.server.ack()
    return talk


@scenario
def s3f2():
    talk = s3f0()
    talk.exchange()
    talk.close()
    return talk


@scenario
def half_open():
    """SYN and SYN+ACK, but the handshake is never finished."""
    talk = Conversation()
    talk.client.syn()
    talk.server.syn_ack()
    talk.server.syn_ack(seq=500, after=1000)
    return talk


@scenario
def synack_first():
    """The capture begins with the SYN+ACK: its receiver is the client."""
    talk = Conversation().whole()
    del talk.packets[0]
    return talk


@scenario
def server_first():
    """Mid-stream, and the first segment comes from the server's side: its sender counts as the client."""
    talk = midstream()
    talk.server.send(300)
    talk.client.ack()
    talk.close()
    return talk


@scenario
def data_after_fin():
    """The client has closed, the server still sends: open, though it has both a SYN and FINs."""
    talk = s2f1()
    talk.server.send(200)
    talk.client.ack()
    return talk


@scenario
def data_between_fins():
    """Both sides close in the end, with data after the first FIN."""
    talk = data_after_fin()
    talk.server.fin()
    talk.client.ack()
    return talk


@scenario
def data_in_fin():
    """Data in the FIN segment itself comes before the end, not after it."""
    talk = Conversation()
    talk.handshake()
    talk.client.send(50, flags=0x019)
    talk.server.fin()
    talk.client.ack()
    return talk


@scenario
def reset_after_handshake():
    """A client that looks whether the port is open, and hangs up."""
    talk = Conversation()
    talk.handshake()
    talk.client.rst()
    return talk


@scenario
def refused():
    """No one listens at the port."""
    talk = Conversation()
    talk.client.syn()
    talk.server.rst(seq=0, window=0)
    return talk


@scenario
def reset_at_the_end():
    """Closed by both sides, and a late RST: complete and reset."""
    talk = Conversation().whole()
    talk.client.segment(0x004, window=0)
    return talk


@scenario
def reset_alone():
    """A capture that begins with the RST."""
    talk = midstream()
    talk.server.rst()
    return talk


@scenario
def simultaneous_open():
    """Both sides send a SYN before they see the other's, RFC 9293 figure 7."""
    talk = Conversation()
    talk.client.syn()
    talk.server.syn()
    talk.client.syn_ack(seq=100)
    talk.server.syn_ack(seq=500)
    talk.close()
    return talk


@scenario
def port_reuse():
    """The same ports again, with another initial sequence number: two connections."""
    first = Conversation().whole()
    second = Conversation(client_isn=7000, server_isn=9000, start=first.now + 1000 * MILLISECOND).whole()
    return framed(first, second)


@scenario
def port_reuse_same_number():
    """The same ports with the same initial sequence number: one connection, even after its end."""
    first = Conversation().whole()
    second = Conversation(start=first.now + 1000 * MILLISECOND).whole()
    return framed(first, second)


@scenario
def syn_after_midstream():
    """A mid-stream segment fixes the numbers, so a later SYN opens a new connection."""
    first = midstream()
    first.exchange()
    second = Conversation(client_isn=7000, server_isn=9000, start=first.now + 1000 * MILLISECOND).whole()
    return framed(first, second)


@scenario
def two_numbers():
    """Two SYNs with different numbers, none answered: two connections."""
    first, second = Conversation(), Conversation(client_isn=300, start=START + 1000 * MILLISECOND)
    first.client.syn()
    second.client.syn()
    return framed(first, second)


@scenario
def other_synack():
    """The SYN+ACK is repeated with another number, as a restarted server does: the same connection goes on."""
    talk = Conversation()
    talk.client.syn()
    talk.server.syn_ack()
    talk.server.syn_ack(seq=900)
    talk.client.ack()
    return talk


@scenario
def interleaved():
    """Three connections at once, by IPv4 and IPv6, one of them between the same hosts the other way round."""
    return framed(Conversation().whole(),
                  Conversation(client="10.0.0.2", server="10.0.0.1", start=START + 5 * MILLISECOND).whole(),
                  Conversation(client="2001:db8::1", server="2001:db8::2", start=START + 7 * MILLISECOND).whole())
