"""What the store has returned from is on the disk, whatever happens next."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from netmon.area import Area, Bearing
from netmon.incidents import Incident, Phase, Severity
from netmon.store import Store, StoreError, StoreSettings
from netmon.verdict import Cause, Condition, Evidence, Subject, SubjectKind

NOW = 1_795_000_020.0  # 2026-11-18T11:07:00Z

INCIDENT = Incident(
    id="20261124-0007",
    subject=Subject(SubjectKind.LINK, "narva—jõhvi"),
    condition=Condition.DEGRADED,
    cause=Cause.JAMMING_LIKE,
    runner_up=Cause.INTERFERENCE,
    odds=8.0,
    severity=Severity.CRITICAL,
    phase=Phase.OPEN,
    title="jamming-like interference on 2 links",
    evidence=(
        Evidence(
            detector="interference",
            finding="quality_loss",
            words="SNR 19.2 dB",
            figures=(("snr_db", 19.2),),
            where="a:1",
        ),
    ),
    members=(Subject(SubjectKind.LINK, "narva—jõhvi"), Subject(SubjectKind.SITE, "narva")),
    sites_lost=("narva",),
    dependents_lost=("mast-1",),
    opened_at=1_795_000_000.25,
    changed_at=1_795_000_010.5,
    area=Area(
        likeliest=(28.2, 59.4),
        near="narva",
        near_m=4000.0,
        within_m=14_000.0,
        half=(),
        most=((((28.0, 59.3), (28.4, 59.3), (28.2, 59.6), (28.0, 59.3)),),),
        bearings=(
            Bearing(receiver="narva-r1:radio1", site="narva", azimuth_deg=112.0, within_deg=15.0),
        ),
    ),
)

KILLED = """
import sys
from pathlib import Path
from tests.netmon.test_store import INCIDENT, NOW
from contextlib import closing
from dataclasses import replace
from netmon.store import Store, StoreSettings
store = Store(StoreSettings(path=sys.argv[1]), NOW)
number = 0
while True:
    number += 1
    store.save_incidents([replace(INCIDENT, id=f"20261124-{number:04d}")])
    store.save_baselines(b"%d" % number, NOW)
    print(number, flush=True)
"""


def settings(directory: Path) -> StoreSettings:
    return StoreSettings(path=str(directory / "netmon.sqlite"))


@pytest.mark.parametrize("name", ["a?mode=memory", "50%20.sqlite", "a#b", ":memory:", "ä b.sqlite"])
def test_the_file_has_the_name_it_was_given(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    Store(StoreSettings(path=str(path)), NOW).close()
    assert [each.name for each in tmp_path.iterdir()] == [name]


def test_incidents_come_back_as_they_were(tmp_path: Path) -> None:
    closed = replace(INCIDENT, id="20261124-0008", phase=Phase.CLOSED, closed_at=1_795_000_100.0)
    store = Store(settings(tmp_path), NOW)
    store.save_incidents([INCIDENT, closed])
    store.close()
    again = Store(settings(tmp_path), NOW)
    assert again.load_incidents() == [INCIDENT, closed]
    again.close()


def test_saving_again_replaces(tmp_path: Path) -> None:
    store = Store(settings(tmp_path), NOW)
    store.save_incidents([INCIDENT])
    store.save_incidents([replace(INCIDENT, phase=Phase.ACKNOWLEDGED, acknowledged_by="noc")])
    store.save_incidents([])
    (found,) = store.load_incidents()
    assert found.acknowledged_by == "noc"
    store.close()


def test_the_last_checkpoint_is_kept(tmp_path: Path) -> None:
    store = Store(settings(tmp_path), NOW)
    assert store.load_baselines() is None
    store.save_baselines(b"one", NOW)
    store.save_baselines(b"two\x00", NOW)
    assert store.load_baselines() == b"two\x00"
    store.close()


def test_old_closed_incidents_are_pruned_and_open_ones_never(tmp_path: Path) -> None:
    store = Store(settings(tmp_path), NOW)
    old = replace(INCIDENT, id="20261001-0001", phase=Phase.CLOSED, closed_at=1_790_000_000.0)
    store.save_incidents([INCIDENT, old])
    assert store.prune(1_795_000_000.0) == 1
    assert store.load_incidents() == [INCIDENT]
    store.close()


def test_the_file_is_durable_by_its_own_settings(tmp_path: Path) -> None:
    store = Store(settings(tmp_path), NOW)
    with store._engine.connect() as connection:
        journal = connection.exec_driver_sql("PRAGMA journal_mode").scalar_one()
        synchronous = connection.exec_driver_sql("PRAGMA synchronous").scalar_one()
    assert (journal, synchronous) == ("wal", 2)
    store.close()


def test_what_was_saved_survives_kill_9(tmp_path: Path) -> None:
    path = settings(tmp_path).path
    child = subprocess.Popen(
        [sys.executable, "-c", KILLED, path],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    assert child.stdout is not None
    told = 0
    while told < 20:
        told = int(child.stdout.readline())
    child.send_signal(signal.SIGKILL)
    rest = child.stdout.read().split()
    child.wait()
    child.stdout.close()
    told = max([told, *(int(line) for line in rest)])
    store = Store(settings(tmp_path), NOW)
    assert store.set_aside is None
    assert len(store.load_incidents()) >= told
    assert int(store.load_baselines() or b"0") >= told
    store.close()


@pytest.mark.parametrize(
    "damage",
    [
        b"this is no database at all, but it is long enough to be looked at" * 20,
        b"SQLite format 3\x00" + b"\xff" * 4096,
    ],
)
def test_a_damaged_file_is_set_aside_and_a_new_one_begun(tmp_path: Path, damage: bytes) -> None:
    path = Path(settings(tmp_path).path)
    path.write_bytes(damage)
    store = Store(settings(tmp_path), NOW)
    assert store.set_aside is not None
    assert store.set_aside.name == "netmon.sqlite.damaged-20261118T110700Z"
    assert store.set_aside.read_bytes()[:16] == damage[:16]
    store.save_incidents([INCIDENT])
    assert store.load_incidents() == [INCIDENT]
    store.close()


def test_a_file_damaged_in_its_middle_is_set_aside(tmp_path: Path) -> None:
    store = Store(settings(tmp_path), NOW)
    store.save_incidents([replace(INCIDENT, id=f"20261124-{n:04d}") for n in range(200)])
    store.close()
    path = Path(settings(tmp_path).path)
    content = bytearray(path.read_bytes())
    content[8192:40960] = os.urandom(32768)
    path.write_bytes(content)
    store = Store(settings(tmp_path), NOW)
    assert store.set_aside is not None
    assert store.load_incidents() == []
    store.close()


def test_an_empty_file_is_a_fresh_start(tmp_path: Path) -> None:
    Path(settings(tmp_path).path).touch()
    store = Store(settings(tmp_path), NOW)
    assert store.set_aside is None
    store.close()


def test_a_directory_that_does_not_exist_is_said_so(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="its directory must exist and be writable"):
        Store(StoreSettings(path=str(tmp_path / "nowhere" / "netmon.sqlite")), NOW)


def test_a_file_of_a_later_netmon_is_left_alone(tmp_path: Path) -> None:
    Store(settings(tmp_path), NOW).close()
    with sqlite3.connect(settings(tmp_path).path) as connection:
        connection.execute("UPDATE meta SET value = '99'")
    connection.close()
    with pytest.raises(StoreError, match="schema version 99, this netmon writes 1"):
        Store(settings(tmp_path), NOW)


def test_an_incident_that_cannot_be_read_does_not_hide_the_others(tmp_path: Path) -> None:
    store = Store(settings(tmp_path), NOW)
    store.save_incidents([INCIDENT, replace(INCIDENT, id="20261124-0009")])
    store.close()
    with sqlite3.connect(settings(tmp_path).path) as connection:
        connection.execute("UPDATE incidents SET document = '{' WHERE id = ?", (INCIDENT.id,))
    connection.close()
    store = Store(settings(tmp_path), NOW)
    assert [incident.id for incident in store.load_incidents()] == ["20261124-0009"]
    store.close()


def test_a_file_that_another_program_holds_is_told_in_words(tmp_path: Path) -> None:
    path = tmp_path / "held.sqlite"
    store = Store(StoreSettings(path=str(path), busy_seconds=0.0), NOW)
    with closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        for write in (
            lambda: store.save_incidents([INCIDENT]),
            lambda: store.save_baselines(b"x", NOW),
            lambda: store.prune(NOW),
        ):
            with pytest.raises(StoreError, match=r"held\.sqlite cannot be written: database is lo"):
                write()
    store.close()
