"""P4: ICMP echo, 10,000 targets on 127.x addresses, one echo each, ours against Debian's fping.

Both ping the same targets in turn, several rounds, both from nothing: sockets are opened and
addresses parsed in every round. Both take the kernel's receive stamps, send 56 octets of data, wait
a second at most, and tell the RTT of each target or its loss; ours also forgets all of it again.
fping is asked for `-q -C 1`, its cheapest form that tells both of each target: `-c 1`, in words, is
measured too. Compared is CPU time, user and system, the median round: of our engine in this
process, and of fping's process. Every target must have answered both, no datagram been dropped.

Then our RTTs are held against the kernel's own: a packet socket on loopback stamps each request on
its way out and each reply on its way in.

    python bench/p4_icmp.py --targets 10000
"""

import argparse
import asyncio
import gc
import resource
import shutil
import socket
import statistics
import struct
import subprocess
import sys
import time
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
FPING_ONCE = ("-q", "-C", "1")  # "127.0.0.1 : 0.035", or "-" for a loss
FPING_WORDS = ("-q", "-c", "1")
FPING_THRICE = ("-q", "-C", "3", "-p", "200")
SETTINGS = PingSettings(packets_per_second=1e6, packets_at_once=128)
SAMPLED = 2_000
SO_TIMESTAMPNS = 35
ETH_P_ALL = 3  # incoming and outgoing; ETH_P_IP would be incoming only
PACKET_HOST, PACKET_OUTGOING = 0, 4
LABELS = {
    "netmon": "netmon, engine",
    "fping": "fping -q -C 1",
    "fping words": "fping -q -c 1",
    "netmon again": "netmon, engine, each later round",
    "fping again": "fping, each later round",
    "tasks": "netmon, a task per target",
    "bursts": "netmon, a task per burst of five",
}


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


async def engine(asked: list[PingTarget], rounds: int = 1) -> tuple[list[float], list[Burst]]:
    """Ping every target through one engine, round after round.

    Returns each round's CPU seconds, and the bursts of the last one.
    """
    before = cpu_seconds(resource.RUSAGE_SELF)
    transport = open_transport(SETTINGS)
    collector = PingCollector(transport, settings=SETTINGS)
    finished = asyncio.Event()
    done: list[Burst] = []

    def tell(burst: Burst, outcome: Outcome) -> None:
        done.append(burst)
        if len(done) == len(asked):
            finished.set()

    spent = []
    for _ in range(rounds):
        done.clear()
        for target in asked:
            collector.begin(target, tell)
        await finished.wait()
        rtts = [rtt for burst in done for rtt in burst.rtts if rtt is not None]
        await asyncio.sleep(asked[0].timeout_seconds + 0.1)  # until it is all forgotten
        spent.append(cpu_seconds(resource.RUSAGE_SELF) - before)
        before += spent[-1]
        if len(rtts) != len(asked) or transport.statistics.drops:
            raise SystemExit(f"ours: {len(rtts)} replies, {transport.statistics.drops} dropped")
        finished.clear()
    await collector.close()
    return spent, done


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


def fping(asked: list[PingTarget], form: tuple[str, ...]) -> float:
    """Ping every target with fping, as fast as it can; return CPU seconds of its process."""
    names = "\n".join(target.address for target in asked)
    command = [FPING, *form, "-r", "0", "-i", "0", "-b", "56", "-t", "1000"]
    before = cpu_seconds(resource.RUSAGE_CHILDREN)
    completed = subprocess.run(command, input=names, capture_output=True, text=True, check=False)
    spent = cpu_seconds(resource.RUSAGE_CHILDREN) - before
    lines = [line for line in completed.stderr.splitlines() if line.startswith("127.")]
    lost = sum(line.endswith(" -") or "100%" in line for line in lines)
    if completed.returncode or lost or len(lines) != len(asked):
        raise SystemExit(f"fping: {len(lines)} told, {lost} lost: {completed.stderr[-300:]}")
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
        _, bursts = uvloop.run(engine(asked[start : start + 500]))
        ours = {burst.replies[0][8:16]: burst.rtts[0] or 0.0 for burst in bursts}
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
    parser.add_argument("--rounds", type=int, default=12)
    options = parser.parse_args()
    if shutil.which(FPING) is None:
        raise SystemExit("fping is missing; install the test servers: sudo make test-servers")
    once, five = targets(options.targets, 1), targets(options.targets // 5, 5)
    time.sleep(1.0)  # numpy's threads are done with starting
    gc.collect()
    gc.freeze()  # as a long-running netmon: what is old is not searched again and again
    spent: dict[str, list[float]] = {label: [] for label in LABELS}
    for _ in range(options.rounds):
        (first, *later), _ = uvloop.run(engine(once, rounds=2))
        spent["netmon"].append(first)
        spent["netmon again"] += later
        spent["fping"].append(fping(once, FPING_ONCE))
        spent["fping words"].append(fping(once, FPING_WORDS))
        spent["fping again"].append((fping(once, FPING_THRICE) - spent["fping"][-1]) / 2)
    spent["tasks"].append(uvloop.run(collect(once)))
    spent["bursts"].append(uvloop.run(collect(five)))
    errors = rtt_errors(once[:SAMPLED])
    print(f"{'':34} {'rounds':>6} {'µs a ping':>10} {'pings/CPU-s':>12} {'µs at best':>10}")
    rates = {}
    for name, label in LABELS.items():
        median = statistics.median(spent[name]) / options.targets
        rates[name] = 1 / median
        best = min(spent[name]) / options.targets
        print(
            f"{label:34} {len(spent[name]):6} {median * 1e6:10.1f} {1 / median:12,.0f} "
            f"{best * 1e6:10.1f}"
        )
    p50, p99 = errors[len(errors) // 2], errors[len(errors) * 99 // 100]
    print("every target answered both sides, nothing was dropped")
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
