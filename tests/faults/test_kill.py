"""kill -9 in the middle of writing, again and again: incidents and baselines come back whole."""

import random
import sqlite3
import time
from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from collectors.observation import EchoObservation
from netmon.config.load import Configuration
from netmon.detection.judge import Judge
from netmon.simulation.past import past
from netmon.state import State
from netmon.store import Store, StoreSettings
from tests.scenarios import border
from tests.scenarios.running import Netmon, eventually, running

LIVES = 4
PAST_SECONDS = 12 * 3600.0
SLOT_SECONDS = 300.0

Levels = dict[tuple[str, str], tuple[int, float]]  # (baseline, row) → slots seen, median


def learned(configuration: Configuration) -> bytes:
    """Return what half a day of a quiet network teaches."""
    state = State(configuration.network, configuration.targets)
    judge = Judge(configuration.network, collector_site=border.site(configuration))
    stamp: tuple[float, float] | None = None
    for observation in past(
        border.quiet_world(configuration),
        configuration.targets.values(),
        until=time.time(),
        monotonic=time.monotonic(),
        seconds=PAST_SECONDS,
        step_seconds=SLOT_SECONDS,
    ):
        here = observation.at, observation.monotonic
        if stamp is not None and here != stamp:
            judge.judge(state.readings(*stamp))
        stamp = here
        if isinstance(observation, EchoObservation):
            state.remember_echo(observation)
        else:
            state.remember(observation)
    return judge.snapshot()()


def levels(blob: bytes) -> Levels:
    """Open a checkpoint: how much every row has seen, and what it takes for usual."""
    with np.load(BytesIO(blob), allow_pickle=False) as stored:
        arrays = {name: stored[name] for name in stored.files}
    return {
        (name.removesuffix(".keys"), str(key)): (int(seen), float(np.median(statistics)))
        for name in arrays
        if name.endswith(".keys") and name.replace(".keys", ".statistics") in arrays
        for key, seen, statistics in zip(
            arrays[name],
            arrays[name.replace(".keys", ".seen")],
            arrays[name.replace(".keys", ".statistics")],
            strict=True,
        )
    }


def saved(path: Path) -> tuple[float, bytes]:
    """Return when the baselines were kept last, and what was kept."""
    with sqlite3.connect(path, timeout=5) as connection:
        at, blob = connection.execute("SELECT saved_at, blob FROM baselines").fetchone()
    connection.close()
    return float(at), bytes(blob)


def kill_while_it_writes(netmon: Netmon, store: Path, chance: random.Random) -> None:
    """Wait for a checkpoint of this very life, then kill at any moment of the next ones."""
    started = time.time()
    eventually(lambda: saved(store)[0] > started)
    time.sleep(chance.uniform(0.6, 1.4))  # one is written every second
    netmon.kill()


@pytest.mark.timeout(240)
def test_kill_9_again_and_again_loses_neither_incidents_nor_baselines(tmp_path: Path) -> None:
    path, port = border.write(tmp_path, mute=True)
    configuration, store = border.read(path), tmp_path / "netmon.sqlite"
    first = Store(StoreSettings(path=str(store)), time.time())
    first.save_baselines(learned(configuration), time.time())
    first.close()
    known = levels(saved(store)[1])
    assert len(known) > 100
    assert {seen for seen, _ in known.values()} == {int(PAST_SECONDS / SLOT_SECONDS) - 1}

    chance = random.Random(9)
    with (
        border.answering(configuration, mute=True),
        running(path, port, border.ENVIRON) as netmon,
    ):
        (incident,) = eventually(netmon.incidents)
        for _ in range(LIVES):
            kill_while_it_writes(netmon, store, chance)
            netmon.start()
            (back,) = eventually(netmon.incidents)
            assert (back["id"], back["opened_at"]) == (incident["id"], incident["opened_at"])
        started = time.time()
        eventually(lambda: saved(store)[0] > started)
        netmon.kill()
        assert "damaged" not in netmon.log

    with sqlite3.connect(store) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    connection.close()
    now = levels(saved(store)[1])
    # A baseline that was learned anew would be missing, or have seen a handful of polls.
    forgotten = {
        row: now.get(row) for row, (seen, _) in known.items() if now.get(row, (0,))[0] < seen
    }
    assert not forgotten
    moved = {
        row: (level, now[row][1])
        for row, (_, level) in known.items()
        if now[row][1] != pytest.approx(level, rel=0.05, abs=0.1)
    }
    assert not moved
