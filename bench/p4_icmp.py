"""P4: ICMP echo, 10,000 targets on 127.x addresses, one echo each, ours against Debian's fping.

Both ping the same targets in turn, several rounds. Compared is CPU time, user and system: of our
engine in this process, and of fping's process. Every target must have answered both. Then our RTTs
are held against the kernel's own: a packet socket on loopback stamps each request on its way out
and each reply on its way in.

    python bench/p4_icmp.py --targets 10000
"""

import argparse
import asyncio
import gc
import resource
import shutil
import socket
import struct
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import uvloop

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from collectors.observation import Outcome  # noqa: E402
from collectors.ping.burst import Burst  # noqa: E402
from collectors.ping.collector import PingCollector  # noqa: E402
from collectors.ping.transport import PingSettings, open_transport  # noqa: E402
from collectors.target import PingTarget  # noqa: E402
from topology.model import DeviceId  # noqa: E402

PROMISE = 1.0
RTT_PROMISE_SECONDS = 50e-6
FPING = "fping"
SETTINGS = PingSettings(packets_per_second=1e6, packets_at_once=128)
AT_ONCE = 256  # bursts under way
SAMPLED = 2_000
SO_TIMESTAMPNS = 35
ETH_P_ALL = 3  # incoming and outgoing; ETH_P_IP would be incoming only
PACKET_HOST, PACKET_OUTGOING = 0, 4


def addresses(count: int) -> list[str]:
    """Return so many addresses of loopback."""
    return [
        f"127.{1 + number // 62_500}.{number // 250 % 250}.{1 + number % 250}"
        for number in range(count)
    ]


def targets(count: int, echoes: int) -> list[PingTarget]:
    """Return the devices."""
    return [
        PingTarget(
            device=DeviceId(f"d{number}"), address=address, echoes=echoes, spacing_seconds=0.05
        )
        for number, address in enumerate(addresses(count))
    ]


def cpu_seconds(who: int) -> float:
    """Return the CPU time used so far: user and system."""
    usage = resource.getrusage(who)
    return usage.ru_utime + usage.ru_stime


async def engine(asked: list[PingTarget], note: Callable[[Burst], None]) -> float:
    """Ping every target through the engine; return CPU seconds."""
    collector = PingCollector(open_transport(SETTINGS), settings=SETTINGS)
    left = iter(asked)
    finished = asyncio.Event()
    answered = 0

    def next_one(burst: Burst, outcome: Outcome) -> None:
        nonlocal answered
        answered += burst.answered
        note(burst)
        if outcome is not Outcome.OK:
            raise SystemExit(f"{burst.address}: {outcome}")
        following = next(left, None)
        if following is not None:
            collector.begin(following, next_one)
        elif collector.bursts_under_way == 0:
            finished.set()

    before = cpu_seconds(resource.RUSAGE_SELF)
    for _ in range(AT_ONCE):
        collector.begin(next(left), next_one)
    await finished.wait()
    spent = cpu_seconds(resource.RUSAGE_SELF) - before
    await collector.close()
    if answered != sum(target.echoes for target in asked):
        raise SystemExit(f"ours: {answered} replies")
    return spent


async def collect(asked: list[PingTarget]) -> float:
    """Ping every target as the cadence does, one task each; return CPU seconds."""
    collector = PingCollector(open_transport(SETTINGS), settings=SETTINGS)
    before = cpu_seconds(resource.RUSAGE_SELF)
    seen = await asyncio.gather(*(collector.collect(target) for target in asked))
    spent = cpu_seconds(resource.RUSAGE_SELF) - before
    await collector.close()
    if sum(len(each.rtts_seconds) for each in seen) != sum(target.echoes for target in asked):
        raise SystemExit("ours: replies are missing")
    return spent


def fping(asked: list[PingTarget]) -> float:
    """Ping every target once with fping, as fast as it can; return CPU seconds of its process."""
    names = "\n".join(target.address for target in asked)
    command = [FPING, "-q", "-c", "1", "-r", "0", "-i", "0", "-b", "56", "-t", "1000"]
    before = cpu_seconds(resource.RUSAGE_CHILDREN)
    completed = subprocess.run(command, input=names, capture_output=True, text=True, check=False)
    spent = cpu_seconds(resource.RUSAGE_CHILDREN) - before
    answered = completed.stderr.count("xmt/rcv/%loss = 1/1/0%")
    if answered != len(asked):
        raise SystemExit(f"fping: {answered} replies: {completed.stderr[-300:]}")
    return spent


class Sniffer:
    """The kernel's own view of loopback: nonce → when the request left, when the reply came."""

    def __init__(self) -> None:
        self._socket = socket.socket(socket.AF_PACKET, socket.SOCK_DGRAM, socket.htons(ETH_P_ALL))
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.SOL_SOCKET, 33, 64 * 1024 * 1024)  # SO_RCVBUFFORCE
        self._socket.setsockopt(socket.SOL_SOCKET, SO_TIMESTAMPNS, 1)
        self._socket.bind(("lo", ETH_P_ALL))
        self.left: dict[bytes, int] = {}
        self.came: dict[bytes, int] = {}

    def read(self) -> None:
        """Take what has been seen."""
        while True:
            try:
                packet, ancillary, _, source = self._socket.recvmsg(256, 64)
            except BlockingIOError:
                return
            message = packet[(packet[0] & 15) * 4 :]
            seconds, nanoseconds = struct.unpack("@ll", ancillary[0][2])
            stamp, nonce = seconds * 10**9 + nanoseconds, message[8:16]
            if message[:1] == b"\x08" and source[2] == PACKET_OUTGOING:
                self.left[nonce] = stamp
            elif message[:1] == b"\0" and source[2] == PACKET_HOST:
                self.came[nonce] = stamp

    def close(self) -> None:
        """Stop looking."""
        self._socket.close()


def rtt_errors(asked: list[PingTarget]) -> list[float]:
    """Return by how much each RTT of ours differs from the kernel's, sorted."""
    sniffer = Sniffer()
    errors = []
    for start in range(0, len(asked), 500):
        ours: dict[bytes, float] = {}

        def note(burst: Burst, ours: dict[bytes, float] = ours) -> None:
            for echo in burst.echoes:
                if echo.rtt is not None:
                    ours[echo.reply[8:16]] = echo.rtt

        uvloop.run(engine(asked[start : start + 500], note))
        sniffer.read()
        errors += [
            abs(rtt - (sniffer.came[nonce] - sniffer.left[nonce]) * 1e-9)
            for nonce, rtt in ours.items()
        ]
    sniffer.close()
    return sorted(errors)


def main() -> int:
    """Measure, print the table and the line a script reads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--targets", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=4)
    options = parser.parse_args()
    if shutil.which(FPING) is None:
        raise SystemExit("fping is missing; install the test servers: sudo make test-servers")
    once, five = targets(options.targets, 1), targets(options.targets // 5, 5)
    gc.collect()
    gc.freeze()  # as a long-running netmon: what is old is not searched again and again
    spent: dict[str, list[float]] = {"netmon": [], "fping": [], "tasks": [], "bursts": []}
    for _ in range(options.rounds):
        spent["netmon"].append(uvloop.run(engine(once, lambda burst: None)))
        spent["fping"].append(fping(once))
    spent["tasks"].append(uvloop.run(collect(once)))
    spent["bursts"].append(uvloop.run(collect(five)))
    errors = rtt_errors(once[:SAMPLED])
    print(f"{'':34} {'rounds':>6} {'µs a ping':>10} {'pings/CPU-s':>12}")
    rates = {}
    for name, label in (
        ("netmon", "netmon, engine"),
        ("fping", "fping"),
        ("tasks", "netmon, a task per target"),
        ("bursts", "netmon, a task per burst of five"),
    ):
        mean = sum(spent[name]) / len(spent[name]) / options.targets
        rates[name] = 1 / mean
        print(f"{label:34} {len(spent[name]):6} {mean * 1e6:10.1f} {1 / mean:12,.0f}")
    p50, p99 = errors[len(errors) // 2], errors[len(errors) * 99 // 100]
    print("every target answered both sides")
    print(
        f"{len(errors)} RTTs against the kernel's own: "
        f"p50 {p50 * 1e6:.1f} µs, p99 {p99 * 1e6:.1f} µs off "
        f"(promise {RTT_PROMISE_SECONDS * 1e6:.0f})"
    )
    ratio = rates["netmon"] / rates["fping"]
    holds = "yes" if ratio >= PROMISE and p99 <= RTT_PROMISE_SECONDS else "no"
    print(
        f"P4 ours={rates['netmon']:.0f} pings/CPU-s peer={rates['fping']:.0f} pings/CPU-s "
        f"ratio={ratio:.2f} promise={PROMISE:.1f} holds={holds}"
    )
    return 0 if holds == "yes" else 1


if __name__ == "__main__":
    sys.exit(main())
