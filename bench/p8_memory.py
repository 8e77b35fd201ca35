"""P8: memory of 1,000 devices × 81 varbinds with one hour of history.

A whole app in this process polls real agents, judges and is scraped; then the hour is filled with
what it measures, slot by slot, as it would be after that hour. Measured is the resident memory.

    python bench/p8_memory.py --devices 1000
"""

import argparse
import asyncio
import os
import sys
import tempfile
import time
from pathlib import Path

import uvloop

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.agents import running_agents  # noqa: E402
from bench.line import write_configuration  # noqa: E402
from netmon.app import App, Surroundings  # noqa: E402
from netmon.config import load  # noqa: E402
from netmon.memory import give_back, return_what_is_free, spare_the_settled  # noqa: E402

PROMISE_OCTETS = 200e6
VARBINDS = 81
INTERVAL_SECONDS = 15.0


def resident_octets() -> int:
    """Return the memory this process holds."""
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def fill(app: App, slots: int) -> None:
    """Let an hour of cycles pass for the history; the values are those of the last cycle."""
    now, monotonic = time.time(), time.monotonic()
    step = app.configuration.settings.history.step_seconds
    readings = app.pipeline.readings
    if readings is None:
        raise SystemExit("nothing was judged")
    for slot in range(1, slots + 1):
        app.pipeline.record(readings, now + slot * step, monotonic + slot * step)


async def measure(path: Path, seconds: float) -> list[tuple[str, float]]:
    """Return the memory at some points of the app's life."""
    found = [("imports", resident_octets() / 1e6)]
    app = App(load.load([path], large=True), Surroundings())
    spare_the_settled(tidy=True)  # as `netmon run` does
    found.append(("configuration, state, judge", resident_octets() / 1e6))
    running = asyncio.create_task(app.run())
    await asyncio.sleep(seconds)
    found.append((f"after {seconds:.0f} s of polls", resident_octets() / 1e6))
    await app.exposition.render("", "gzip")
    found.append(("after a scrape", resident_octets() / 1e6))
    fill(app, app.configuration.settings.history.slots)
    await asyncio.sleep(INTERVAL_SECONDS)  # every device is polled once between two scrapes
    await app.exposition.render("", "gzip")
    give_back()  # as every checkpoint does
    found.append(("after an hour of history", resident_octets() / 1e6))
    print(f"history: {app.pipeline.history.octets / 1e6:.0f} MB")
    app.stop()
    await running
    return found


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=1000)
    parser.add_argument("--seconds", type=float, default=40.0)
    parser.add_argument("--port", type=int, default=16163)
    parser.add_argument("--web-port", type=int, default=19119)
    options = parser.parse_args()
    return_what_is_free()  # as `netmon run` begins
    with tempfile.TemporaryDirectory() as folder, running_agents(options.port):
        path = write_configuration(
            Path(folder),
            options.devices,
            port=options.port,
            web_port=options.web_port,
            interval_seconds=INTERVAL_SECONDS,
        )
        found = uvloop.run(measure(path, options.seconds))
    print(f"{options.devices} devices × {VARBINDS} varbinds")
    for what, megabytes in found:
        print(f"{what:28} {megabytes:7.1f} MB")
    ours = found[-1][1]
    holds = ours * 1e6 <= PROMISE_OCTETS
    print(
        f"P8 ours={ours:.0f} MB peer=none ratio={PROMISE_OCTETS / 1e6 / ours:.2f} "
        f"promise={PROMISE_OCTETS / 1e6:.0f} MB holds={'yes' if holds else 'no'}"
    )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
