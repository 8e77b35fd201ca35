"""P10: the cost of the whole line grows with the number of devices, and no faster.

A real `netmon run` is measured as in P2, on networks of growing size. What it costs with one device
is what it costs to be there at all, and is told apart: a larger network shares it. The rest, per
device, may not grow by more than a fifth from any network to a larger one.

    python bench/p10_linear.py --devices 100 1000 4000
"""

import argparse
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.agents import running_agents  # noqa: E402
from bench.line import Cost, measure, running_netmon  # noqa: E402

PROMISE = 1.2
INTERVAL_SECONDS = 15.0
VARBINDS = 81


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """What a network of some size costs."""

    devices: int
    cost: Cost

    @property
    def seconds_a_round(self) -> float:
        """CPU of one poll of every device, three cycles of judging and one scrape."""
        return self.cost.microseconds_per_poll * self.devices / 1e6


def measured(
    sizes: Sequence[int], *, seconds: float, port: int, web_port: int, folder: Path
) -> Iterator[Size]:
    """Run netmon on networks of these sizes, one after the other."""
    for devices in sizes:
        with running_netmon(
            folder, devices, port=port, web_port=web_port, interval_seconds=INTERVAL_SECONDS
        ) as netmon:
            cost = measure(
                netmon,
                warm_seconds=2.5 * INTERVAL_SECONDS,
                seconds=seconds,
                scrape_every=INTERVAL_SECONDS,
            )
        expected = devices * seconds / INTERVAL_SECONDS
        if cost.good < 0.99 * cost.polls or cost.polls < 0.9 * expected:
            raise SystemExit(
                f"{devices} devices: {cost.good:.0f} of {cost.polls:.0f} polls were good, "
                f"{expected:.0f} were due; nothing is proved"
            )
        (folder / "netmon.sqlite").unlink(missing_ok=True)
        yield Size(devices=devices, cost=cost)


def growth(microseconds: Sequence[float]) -> float:
    """Return by what factor the cost of a device grows at most from a network to a larger one."""
    return max(large / small for small, large in combinations(microseconds, 2))


def main() -> int:
    """Measure, print the table and the line a script reads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, nargs="+", default=[100, 1000, 4000])
    parser.add_argument("--seconds", type=float, default=45.0, help="measured, of each")
    parser.add_argument("--rounds", type=int, default=1, help="of all sizes; the median counts")
    parser.add_argument("--port", type=int, default=16164)
    parser.add_argument("--web-port", type=int, default=19120)
    options = parser.parse_args()
    sizes = sorted(options.devices)
    found: dict[int, list[Size]] = {}
    with tempfile.TemporaryDirectory() as folder, running_agents(options.port):
        for _ in range(options.rounds):
            for size in measured(
                [1, *sizes],
                seconds=options.seconds,
                port=options.port,
                web_port=options.web_port,
                folder=Path(folder),
            ):
                found.setdefault(size.devices, []).append(size)
    rounds = {
        devices: statistics.median(each.seconds_a_round for each in all_of_it)
        for devices, all_of_it in found.items()
    }
    alone = rounds[1]
    print(f"{VARBINDS} varbinds a device, polled and scraped every {INTERVAL_SECONDS:g} s;")
    print(f"to be there at all (one device) costs {alone * 1e3:.0f} ms CPU a round")
    print(f"{'devices':>8} {'CPU s a round':>14} {'µs a device':>12} {'of them its own':>16}")
    own = []
    for devices in sizes:
        own.append((rounds[devices] - alone) / (devices - 1) * 1e6)
        whole = rounds[devices] / devices * 1e6
        print(f"{devices:8} {rounds[devices]:14.3f} {whole:12.0f} {own[-1]:16.0f}")
    ours = growth(own)
    holds = ours <= PROMISE
    print(
        f"P10 ours={own[-1]:.0f} µs/device peer=none ratio={ours:.2f} "
        f"promise={PROMISE:.2f} holds={'yes' if holds else 'no'}"
    )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
