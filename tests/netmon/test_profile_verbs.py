"""The verb `profile`: what it says of profiles, recordings and devices, and of wrong input."""

import asyncio
import contextlib
import json
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest

from collectors.snmp.library import load_profile, profiles
from netmon import cli
from netmon.simulation.recording import read_recording
from netmon.simulation.replay import replaying
from tests.netmon.config.writing import NETWORK, write

DEVICE = """\
1.3.6.1.2.1.1.2.0|6|1.3.6.1.4.1.2281.1.20.1.3.1
1.3.6.1.2.1.1.3.0|67|4711
1.3.6.1.2.1.31.1.1.1.1.268451905|4|Radio: Slot 1, port 1
1.3.6.1.2.1.31.1.1.1.1.268451906|4|Radio: Slot 1, port 2
1.3.6.1.4.1.2281.10.5.1.1.2.268451905|2|-43
1.3.6.1.4.1.2281.10.5.1.1.2.268451906|2|-99
"""


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    path = tmp_path / "walk.snmprec"
    path.write_text(DEVICE, encoding="utf-8")
    return path


def read(capsys: pytest.CaptureFixture[str]) -> dict[tuple[str, str | None], dict[str, Any]]:
    document = json.loads(capsys.readouterr().out)
    return {(each["quantity"], each["interface"]): each for each in document["objects"]}


@contextlib.contextmanager
def replayed(path: Path) -> Iterator[int]:
    """Answer as the recorded device does, in a thread; yields the port."""
    ports: Future[int] = Future()
    loop = asyncio.new_event_loop()
    done = asyncio.Event()

    async def answer() -> None:
        async with replaying(read_recording(path)) as (_, port):
            ports.set_result(port)
            await done.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(answer(),))
    thread.start()
    try:
        yield ports.result(timeout=10)
    finally:
        loop.call_soon_threadsafe(done.set)
        thread.join(timeout=10)
        loop.close()


def test_list_names_every_profile(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["profile", "list"]) == 0
    table = capsys.readouterr().out
    assert cli.main(["profile", "list", "--json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [each["name"] for each in listed] == list(profiles())
    assert all(each["name"] in table for each in listed)


def test_test_chooses_the_profile_and_says_why_there_is_no_value(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["profile", "test", str(recording), "--json"]) == 0
    found = read(capsys)
    level = found["rsl_dbm", "Radio: Slot 1, port 1"]
    assert (level["raw"], level["value"], level["unit"], level["absent"]) == (-43, -43, "dBm", None)
    none = found["rsl_dbm", "Radio: Slot 1, port 2"]
    assert (none["raw"], none["value"]) == (-99, None)
    assert none["absent"]


def test_test_prints_a_table_of_what_has_no_value(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["profile", "test", str(recording), "--absent"]) == 0
    table = capsys.readouterr().out
    assert "ceragon: " in table
    assert "-99" in table
    assert "│ -43" not in table


def test_test_reads_a_device_at_an_address(
    recording: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with replayed(recording) as port:
        code = cli.main(["profile", "test", f"127.0.0.1:{port}", "--json", "--profile", "ceragon"])
    assert code == 0
    assert read(capsys)["rsl_dbm", "Radio: Slot 1, port 1"]["value"] == -43


def test_test_of_a_silent_device_ends_with_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["profile", "test", "127.0.0.1:1", "--profile", "if-mib"]) == 1
    assert "127.0.0.1:1: " in capsys.readouterr().err


@pytest.mark.parametrize("source", ["nowhere.snmprec", "radio.example", "127.0.0.1:0", "[::1"])
def test_test_of_nothing_says_what_would_be_right(
    source: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["profile", "test", source]) == 2
    assert "such as walk.snmprec, 127.0.0.1" in capsys.readouterr().err


def test_broken_profile_is_told_with_its_line(
    recording: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text("name: mine\nsource: none\nextends: [if-mib]\ncolour: red\n", encoding="utf-8")
    assert cli.main(["profile", "test", str(recording), "--profile", str(path)]) == 2
    assert "mine.yaml:4: colour: unknown key" in capsys.readouterr().err


def test_broken_recording_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "walk.snmprec"
    path.write_text("1.3.6.1|99|x\n", encoding="utf-8")
    assert cli.main(["profile", "test", str(path)]) == 2
    assert "walk.snmprec" in capsys.readouterr().err


MODULE = """\
radio:
  metrics:
  - {name: radioRssi, oid: 1.3.6.1.4.1.99999.1, type: gauge}
  - {name: radioOdd, oid: 1.3.6.1.4.1.99999.2, type: gauge}
"""


def test_import_writes_a_profile_and_tells_the_rest(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, target = tmp_path / "snmp.yml", tmp_path / "mine.yaml"
    source.write_text(MODULE, encoding="utf-8")
    assert cli.main(["profile", "import", str(source), "-o", str(target)]) == 0
    assert "rsl_dbm" in {column.quantity.name for column in load_profile(target).columns}
    told = capsys.readouterr().err
    assert "not carried over: radioOdd: netmon does not know what it means" in told
    assert "1 of 2 metrics carried over" in told


def test_import_prints_and_takes_meanings(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "snmp.yml"
    source.write_text(MODULE, encoding="utf-8")
    arguments = ["profile", "import", str(source), "--means"]
    assert cli.main([*arguments, "radioOdd=snr_db"]) == 0
    captured = capsys.readouterr()
    assert "quantity: snr_db" in captured.out
    assert "2 of 2 metrics carried over" in captured.err
    assert cli.main([*arguments, "radioOdd=loudness"]) == 2
    assert "--means radioOdd=loudness" in capsys.readouterr().err


def test_device_that_the_inventory_has_not_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    inventory = str(write(tmp_path, NETWORK))
    assert cli.main(["profile", "test", "--config", inventory, "--", "radio-2"]) == 2
    assert "radio-2: no device of the inventory polled by SNMP" in capsys.readouterr().err
