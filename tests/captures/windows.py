"""Receive windows: which of them are scaled, in every combination of options seen and missed."""
import packets as p
from conversation import Conversation
from scenario import scenario


def talk_with(client_options=b"", server_options=b"", missed=()):
    """The client offers 1000, the server 2000.  `missed` are packets of the handshake that were not captured."""
    talk = Conversation(client_window=1000, server_window=2000)
    talk.handshake(client_options, server_options)
    talk.exchange()
    for index in sorted(missed, reverse=True):
        del talk.packets[index]
    return talk


@scenario
def both_scale():
    """Both offer scaling: 1000 << 3 and 2000 << 7, but never on the SYNs."""
    return talk_with(p.window_scale(3), p.window_scale(7))


@scenario
def neither_scales():
    """Neither offers it: the raw windows are the effective ones."""
    return talk_with()


@scenario
def only_syn_scales():
    """The client alone offers it: not used."""
    return talk_with(client_options=p.window_scale(3))


@scenario
def only_synack_scales():
    """The server alone offers it, against the rule: not used."""
    return talk_with(server_options=p.window_scale(7))


@scenario
def syn_missed():
    """The server's shift is known, the client's is not."""
    return talk_with(p.window_scale(3), p.window_scale(7), missed=[0])


@scenario
def synack_missed():
    """The client's shift is known, the server's is not."""
    return talk_with(p.window_scale(3), p.window_scale(7), missed=[1])


@scenario
def handshake_missed():
    """Nothing is known of scaling."""
    return talk_with(p.window_scale(3), p.window_scale(7), missed=[0, 1, 2])


@scenario
def syn_missed_no_scaling():
    """A SYN+ACK without the option settles that there is no scaling."""
    return talk_with(missed=[0])


@scenario
def too_large_shift():
    """A shift above 14 counts as 14, RFC 7323 section 2.3."""
    return talk_with(p.window_scale(15), p.window_scale(255))


@scenario
def no_shift():
    """A shift of 0 offers scaling and scales nothing."""
    return talk_with(p.window_scale(0), p.window_scale(7))
