#!/usr/bin/env python3
"""The progress line and Ctrl-C, as a user at a terminal sees them.

    check_terminal.py EXTENSION MAKE_CAPTURES TCPREPORT

Long work is over a folder of hard links to one capture.  Ends with 77, skipped, without the sqlite3 shell.
"""
import os
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import time

LINKS = 12  # of 38 MB each: a second or more of work
PATIENCE = 60  # seconds, for a busy machine
STOP = 2  # seconds that a stop may take, starting and ending programs included
LINE = re.compile(r"\r\033\[K(\w[\w ]*): \d+ of \d+ MB(?:, \d+ packets)?, \d+ MB/s(?:, \d+ s left)?")
WIPE = "\r\033[K"


class Run:
    """A program whose stderr is a terminal."""

    def __init__(self, command, extension):
        self.terminal, end = pty.openpty()
        self.output = tempfile.TemporaryFile()  # a pipe would fill up while the terminal is read
        self.process = subprocess.Popen(
            command, env={**os.environ, "TCPVTAB": extension}, stdin=subprocess.DEVNULL, stdout=self.output, stderr=end
        )
        os.close(end)
        self.seen = ""

    def read(self):
        """Something that was written to the terminal; "" at the end."""
        try:
            text = os.read(self.terminal, 65536).decode()
        except OSError:  # Linux's way to say that nobody is at the other end
            text = ""
        self.seen += text
        return text

    def read_until(self, pattern):
        until = time.monotonic() + PATIENCE
        while not re.search(pattern, self.seen):
            if not self.read() or time.monotonic() > until:
                sys.exit(f"no {pattern!r} in {self.seen!r}")

    def finish(self):
        """Its status, its output, and all works that the line named."""
        while self.read():
            pass
        status = self.process.wait(PATIENCE)
        self.output.seek(0)
        output = self.output.read().decode()
        self.output.close()
        os.close(self.terminal)
        return status, output, set(LINE.findall(self.seen))

    def interrupt(self):
        asked = time.monotonic()
        self.process.send_signal(signal.SIGINT)
        finished = self.finish()
        if time.monotonic() - asked > STOP:
            sys.exit(f"Ctrl-C took {time.monotonic() - asked:.1f} s")
        return finished


def check(condition, *seen):
    if not condition:
        sys.exit(f"not as expected: {seen}")


def check_report(tcpreport, folder, extension):
    run = Run([tcpreport, folder], extension)
    status, output, works = run.finish()
    check(status == 0 and output.startswith("A) Total"), status, output[:100], run.seen)
    check(works == {"analysing"} and run.seen.endswith(WIPE), run.seen)
    check(LINE.sub("", run.seen).replace(WIPE, "") == "", run.seen)

    run = Run([tcpreport, folder], extension)
    run.read_until(LINE)
    status, output, _ = run.interrupt()
    check(status != 0 and output == "" and "interrupted" in run.seen, status, output, run.seen)

    quiet = subprocess.run([tcpreport, folder], env={**os.environ, "TCPVTAB": extension}, capture_output=True)
    check(quiet.returncode == 0 and quiet.stderr == b"", quiet.stderr)


def import_command(database, extension, folder, progress):
    load = ['-cmd', f'.load "{extension}"'] + (['-cmd', 'SELECT tcp_progress(1)'] if progress else [])
    return ["sqlite3", "-init", "/dev/null", "-batch", "-bail", *load, database, f"SELECT tcp_import('{folder}')"]


def tables(database):
    with sqlite3.connect(database) as connection:
        return connection.execute("SELECT count(*) FROM sqlite_schema").fetchone()[0]


def check_import(work, capture, extension):
    database = os.path.join(work, "trace.db")
    run = Run(import_command(database, extension, capture, True), extension)
    run.read_until("copying packets: ")
    status, _, works = run.interrupt()
    check(status != 0 and "interrupted" in run.seen and tables(database) == 0, status, run.seen)

    run = Run(import_command(database, extension, capture, True), extension)
    status, output, works = run.finish()
    check(status == 0 and "copying packets" in works and run.seen.endswith(WIPE), status, run.seen)
    check(works <= {"identifying", "analysing", "copying packets"}, works)

    # a library is silent unless it is asked
    run = Run(import_command(os.path.join(work, "silent.db"), extension, capture, False), extension)
    status, _, _ = run.finish()
    check(status == 0 and run.seen == "", run.seen)


def main():
    extension, make_captures, tcpreport = sys.argv[1:]
    if not shutil.which("sqlite3"):
        print("skipped: needs the sqlite3 shell")
        sys.exit(77)
    with tempfile.TemporaryDirectory() as work:
        capture, folder = os.path.join(work, "one.pcap"), os.path.join(work, "many")
        subprocess.run([make_captures, capture, "chat", "2000", "300000"], check=True)
        os.mkdir(folder)
        for i in range(LINKS):
            os.link(capture, os.path.join(folder, f"{i:02}.pcap"))
        check_report(tcpreport, folder, extension)
        check_import(work, capture, extension)
    print("the line is drawn and wiped, and Ctrl-C stops")


if __name__ == "__main__":
    main()
