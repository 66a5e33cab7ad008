"""More connections than are shown one after the other: rows that ask ahead for what later rows need."""
from conversation import MILLISECOND, START, Conversation
from scenario import framed, scenario


@scenario
def dozen():
    """Twelve conversations side by side, every third of which sends something again."""
    talks = [Conversation(client_port=40000 + i, start=START + i * MILLISECOND).whole() for i in range(12)]
    for talk in talks[::3]:
        talk.client.send(100, seq=101)
    return framed(*talks)
