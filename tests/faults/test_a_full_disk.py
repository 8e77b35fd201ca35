"""A store that cannot be written: it is said and counted, and what was missed is written later."""

import asyncio
import logging
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from netmon import loop
from netmon.app import App, Surroundings
from netmon.config import load
from netmon.config.addresses import Machine
from netmon.incidents import Phase
from netmon.store import Store, StoreSettings
from tests.netmon.config.writing import NETWORK, write
from tests.netmon.test_store import INCIDENT, NOW


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(20):
        while not condition():  # noqa: ASYNC110 - the store has a thread of its own
            await asyncio.sleep(0.02)


def test_what_a_full_disk_refused_is_written_when_there_is_room(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    store = tmp_path / "netmon.sqlite"
    nobody = NETWORK[: NETWORK.index("devices:")]
    settings = (
        "settings: {api: {port: 0}, pipeline: {judge_interval_seconds: 0.1},"
        f" store: {{path: {store}, busy_seconds: 0}}}}\n"
    )
    path = write(tmp_path, settings + nobody)
    first, second = INCIDENT, replace(INCIDENT, id="20261124-0008", phase=Phase.CLEARING)

    async def story() -> None:
        app = App(load.load([path], machine=Machine()), Surroundings())
        started = asyncio.Event()
        running = asyncio.create_task(app.run(started=started.set))
        await started.wait()
        with closing(sqlite3.connect(store)) as other:
            other.execute("BEGIN IMMEDIATE")  # to SQLite as good as a full disk
            app.keep([first])
            await until(lambda: app.vitals.store_failures)
        app.keep([second])
        await until(lambda: len(kept(store)) == 2)
        app.stop()
        await running

    with caplog.at_level(logging.ERROR):
        loop.run(story())
    assert kept(store) == [first.id, second.id]
    assert "incidents or baselines are kept in memory alone: store" in caplog.text


def kept(path: Path) -> list[str]:
    """Return the ids of the incidents that are on the disk."""
    store = Store(StoreSettings(path=str(path)), NOW)
    found = [incident.id for incident in store.load_incidents()]
    store.close()
    return found
