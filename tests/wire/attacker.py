"""Attacker: forges answers from the device's own address and port, whose socket it was given.

`python -m tests.wire.attacker DESCRIPTOR HOST PORT PER_SECOND LAST HEAD TAIL`: between HEAD and
TAIL (hexadecimal) stand four octets of an id, each time guessed anew: at random, or near the last
one that was asked with, which LAST, a file of four octets, tells it. It rests at SIGUSR1, goes on
at SIGUSR2, and stops at SIGTERM, when it says how many it sent.
"""

import mmap
import os
import signal
import socket
import sys
import time
from pathlib import Path


class Attack:
    """The state that signals change."""

    def __init__(self) -> None:
        self.is_over = False
        self.is_resting = True
        signal.signal(signal.SIGTERM, self.stop)
        signal.signal(signal.SIGUSR1, self.rest)
        signal.signal(signal.SIGUSR2, self.go_on)

    def stop(self, *_: object) -> None:
        self.is_over = True

    def rest(self, *_: object) -> None:
        self.is_resting = True

    def go_on(self, *_: object) -> None:
        self.is_resting = False


def main(arguments: list[str]) -> int:
    """Forge until told to stop; return how many left."""
    descriptor, host, port, per_second, last, head, tail = arguments
    victim, gap = (host, int(port)), 1.0 / float(per_second)
    before, behind = bytes.fromhex(head), bytes.fromhex(tail)
    attack, sent = Attack(), 0
    with (
        socket.socket(fileno=int(descriptor)) as sock,
        Path(last).open("rb") as file,
        mmap.mmap(file.fileno(), 4, prot=mmap.PROT_READ) as known,
    ):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        due = time.monotonic()
        while not attack.is_over:
            now = time.monotonic()
            if attack.is_resting or now < due:
                time.sleep(0.002)
                due = max(due, now) if attack.is_resting else due
                continue
            due = max(due + gap, now - 0.1)
            guess = int.from_bytes(os.urandom(4), "big") & 0x7FFFFFFF
            if sent % 2:
                near = int.from_bytes(known[:4], "big") + guess % 41 - 20
                guess = near & 0x7FFFFFFF
                if guess == int.from_bytes(known[:4], "big"):
                    continue  # near, not seen: who reads our questions has won
            sock.sendto(before + guess.to_bytes(4, "big") + behind, victim)
            sent += 1
    return sent


if __name__ == "__main__":
    sys.stdout.write(f"{main(sys.argv[1:])}\n")
