"""P9: from a fault in the simulated border to the page, through the shipped rules and routes.

netmon polls every 10 s; Prometheus and Alertmanager are real and have the settings that ship, but
for where they listen and whom they tell. A page is the webhook of the duty officer. A site is lost
once its battery is empty; before that it only runs on battery, which pages nobody.

    python bench/p9_page.py
"""

import argparse
import asyncio
import dataclasses
import json
import sys
import tempfile
import time
from contextlib import suppress
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from netmon import demo, loop  # noqa: E402
from netmon.api.server import ApiSettings  # noqa: E402
from netmon.app import App, Surroundings  # noqa: E402
from netmon.config.load import Configuration  # noqa: E402
from netmon.simulation.events import PowerLoss  # noqa: E402
from netmon.simulation.story import Expected, Story  # noqa: E402
from netmon.verdict import Cause  # noqa: E402
from tests.scenarios.alarm_chain import Post, alarm_chain  # noqa: E402
from tests.servers import free_port  # noqa: E402

POLL_SECONDS = 10.0
STORY_SECONDS = 400.0  # the demo's story, slow enough for such polls
PROMISES = {Cause.JAMMING_LIKE: 45.0, Cause.POWER: 60.0}


def configuration(folder: Path, port: int) -> Configuration:
    """Return the demo's border, polled every 10 s, judged as `netmon run` does by itself."""
    made = demo.configure(folder, tun=False)
    targets = {
        device: dataclasses.replace(target, interval_seconds=POLL_SECONDS)
        for device, target in made.targets.items()
    }
    plain = dataclasses.replace(
        made.settings, api=ApiSettings(port=port), pipeline=type(made.settings.pipeline)()
    )
    return dataclasses.replace(made, targets=targets, settings=plain)


async def live(folder: Path, port: int, post: Post) -> dict[Cause, float]:
    """Live through the story; return after how many seconds each cause was paged."""
    settings = demo.DemoSettings(seconds=STORY_SECONDS, headless=True)
    watched = configuration(folder, port)
    stage = demo.Stage(watched, settings)
    stage.agents.bind()
    app = App(watched, Surroundings(transport=stage.transport(tun=False)))
    demo.live_through_the_past(app, stage, tun=False)
    stage.begin()
    paged: dict[Cause, float] = {}
    with stage.answering(tun=False):
        running = asyncio.create_task(app.run())
        while stage.clock() < STORY_SECONDS and len(paged) < len(PROMISES):
            await asyncio.sleep(0.05)
            for expected in stage.story.expected:
                cause, onset = expected.cause, _onset(stage.story, expected)
                due = cause in PROMISES and cause not in paged and stage.clock() >= onset
                if due and _is_paged(post, expected):
                    paged[cause] = stage.clock() - onset
        app.stop()
        await running
    return paged


def _onset(story: Story, expected: Expected) -> float:
    """Return when the fault began, on the story's clock."""
    losses = [event for event in story.events if isinstance(event, PowerLoss)]
    if expected.cause is Cause.POWER:
        return next(loss.dark_seconds for loss in losses)
    return expected.start_seconds


def _is_paged(post: Post, expected: Expected) -> bool:
    name = "NetmonJammingLike" if expected.cause is Cause.JAMMING_LIKE else "NetmonSiteLost"
    named = {subject.id for subject in (*expected.any_of, *expected.includes)}
    return any(
        path == "/oncall" and name in json.dumps(call) and _names(call, named)
        for path, call in list(post.hooks)
    )


def _names(call: dict[str, Any], ids: set[str]) -> bool:
    return any(ids & set(alert["labels"].values()) for alert in call["alerts"])


def main() -> int:
    """Measure and print."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    port = free_port()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with alarm_chain(folder, lambda: "", netmon=port, faster=1) as chain:
            started = time.monotonic()
            paged: dict[Cause, float] = {}
            with suppress(KeyboardInterrupt):
                paged = loop.run(live(folder, port, chain.post))
            print(f"lived through in {time.monotonic() - started:.0f} s, polls every 10 s")
    holds = True
    for cause, promise in PROMISES.items():
        took = paged.get(cause)
        holds &= took is not None and took <= promise
        words = "never" if took is None else f"{took:.0f} s"
        print(f"fault to page, {cause.value}: {words} (promise {promise:.0f} s)")
    worst = max(paged.values(), default=float("nan"))
    print(
        f"P9 ours={worst:.0f} s peer=none ratio={60.0 / worst:.2f} promise=45/60 s "
        f"holds={'yes' if holds else 'no'}"
    )
    return 0 if holds else 1


if __name__ == "__main__":
    sys.exit(main())
