"""How scenarios become files.

    @scenario
    def s2f2():
        '''What the capture shows.'''
        return Conversation().whole()

makes TOPIC/s2f2.pcap, the topic being the name of the module.  A scenario returns a Conversation, records, or the
bytes of the whole file; or a dict of such by file name, where one idea has many files; a name may begin with a folder.
"""
import heapq
import os

import packets as p
from capture_files import pcap, records
from conversation import Conversation

SCENARIOS = []


def scenario(function):
    SCENARIOS.append(function)
    return function


def framed(*talks, wrap=p.ethernet):
    """The packets of conversations with a link-layer header each; several conversations in order of time."""
    return records(heapq.merge(*(talk.packets for talk in talks), key=lambda packet: packet[0]), wrap)


def content(made):
    if isinstance(made, Conversation):
        made = framed(made)
    return made if isinstance(made, bytes) else pcap(made)


def write_all(folder):
    for function in SCENARIOS:
        topic = os.path.join(folder, function.__module__)
        made = function()
        files = made if isinstance(made, dict) else {function.__name__ + ".pcap": made}
        for name, value in files.items():
            path = os.path.join(topic, name)
            os.makedirs(os.path.dirname(path), exist_ok=True)
            with open(path, "wb") as file:
                file.write(content(value))
