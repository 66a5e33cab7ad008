#!/usr/bin/env python3
"""Makes the captures that the test scripts read: OUT_DIR/TOPIC/NAME, always the same bytes.

usage: make_captures.py OUT_DIR    (a folder that is not there yet)

A topic is a module beside this one; each of its scenarios is a function that says what its capture shows.
"""
import os
import sys

import bombs  # noqa: F401 (importing a topic registers its scenarios)
import damage  # noqa: F401
import encapsulation  # noqa: F401
import formats  # noqa: F401
import fragments  # noqa: F401
import headers  # noqa: F401
import judgements  # noqa: F401
import link_layers  # noqa: F401
import many_connections  # noqa: F401
import multi_file  # noqa: F401
import round_trips  # noqa: F401
import states  # noqa: F401
import times  # noqa: F401
import windows  # noqa: F401
from scenario import write_all


def write_what_is_no_file(folder):
    """A folder without a capture, and a capture that nobody may read."""
    os.makedirs(os.path.join(folder, "empty_folder"))
    forbidden = os.path.join(folder, "forbidden.pcap")
    with open(forbidden, "wb"):
        os.chmod(forbidden, 0)


if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1].startswith("-"):
        sys.exit(__doc__)
    write_all(sys.argv[1])
    write_what_is_no_file(os.path.join(sys.argv[1], "damage"))
