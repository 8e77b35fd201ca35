"""Recordings of real devices, replayed over UDP and read by our profiles.

The recordings are other people's and are not part of this project: NETMON_RECORDINGS names their
folder, and what an established monitor derives from them stands in its expected.csv. What must be
absent was decided here, one by one: there the monitor shows what no device measured.
"""

import asyncio
import os
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path

import pytest

from collectors.snmp.ber import Oid
from collectors.snmp.examination import Examination, Examined, Examiner
from collectors.snmp.library import load_profile
from netmon.simulation.recording import read_recording
from tests.collectors.snmp.replay import Row, miss, rows
from tests.wire.agent import running_agent
from tests.wire.engines import ENGINES

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data" / "recordings"
FOLDER = Path(os.environ.get("NETMON_RECORDINGS", BESIDE))
NAMES = sorted(path.stem for path in FOLDER.glob("*.snmprec"))

pytestmark = pytest.mark.skipif(
    not NAMES, reason="no recordings; NETMON_RECORDINGS names a folder with some"
)


@cache
def examined(name: str) -> Examination:
    """Return what the fitting profile reads of a recording."""

    async def story() -> Examination:
        examiner = Examiner()
        async with running_agent(dict(read_recording(FOLDER / f"{name}.snmprec"))) as agent:
            target = agent.target(timeout_seconds=2.0, budget_seconds=30.0)
            profile = await examiner.choose(target)
            assert profile is not None, "no profile recognises it"
            found = await examiner.examine(target, profile)
        await examiner.close()
        return found

    return asyncio.run(story())


def by_oid(name: str) -> dict[Oid, list[Examined]]:
    """Return the same by object."""
    found: dict[Oid, list[Examined]] = defaultdict(list)
    for each in examined(name).objects:
        found[each.oid].append(each)
    return found


def test_98_percent_of_the_monitors_values_are_reproduced() -> None:
    present: list[Row] = []
    misses: list[str] = []
    for name, expected in rows(FOLDER / "expected.csv").items():
        recorded = read_recording(FOLDER / f"{name}.snmprec")
        read = by_oid(name)
        for row in expected:
            if not all(oid in recorded for oid in row.oids):
                continue
            present.append(row)
            if why := miss(row, read.get(row.oids[0], [])):
                misses.append(f"{name}: {row.sort} {row.words!r}: {why}")
    share = 1 - len(misses) / len(present)
    told = "\n".join([f"{len(present) - len(misses)} of {len(present)}: {share:.2%}", *misses])
    sys.stdout.write(told)
    assert share >= 0.98, told


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("name", NAMES)
def test_a_poll_brings_what_the_examination_explains(name: str, engine_name: str) -> None:
    """Uptime goes on by itself; the rest is equal, value by value."""
    explained = {each.cell: each.reading.value for each in examined(name).objects}

    async def story() -> None:
        engine = ENGINES[engine_name]()
        profile = examined(name).profile.name
        async with running_agent(dict(read_recording(FOLDER / f"{name}.snmprec"))) as agent:
            target = agent.target(profile=profile, timeout_seconds=2.0, budget_seconds=30.0)
            observation = await engine.collect(target)
        await engine.close()
        assert observation.outcome.has_values, observation.detail
        assert observation.layout is not None
        for cell, value in zip(observation.layout.cells, observation.values, strict=True):
            if cell.quantity != "uptime_seconds":
                assert explained[cell] == value, cell

    asyncio.run(story())


SOUND: dict[str, dict[tuple[str, str], float]] = {
    "ceraos": {
        ("rsl_dbm", "Radio: Slot 3, Port 1"): -45,
        ("rsl_dbm", "Radio: Slot 3, Port 1 diversity"): -45,
        ("tsl_dbm", "Radio: Slot 3, Port 1"): 30,
        ("snr_db", "Radio: Slot 3, Port 1"): 38.28,
        ("frequency_hz", "Radio: Slot 3, Port 1"): 6.84e9,
        ("capacity_bps", "Radio: Slot 3, Port 1"): 258_624_000,
        ("supply_volts", ""): 47,
    },
    "ptp670": {
        ("rsl_dbm", "wireless interface"): -52.8,
        ("tsl_dbm", "wireless interface"): 23.0,
        ("capacity_bps", "wireless interface"): 161_340_000,
        ("capacity_bps", "wireless interface both ways"): 322_680_000,
    },
    "mimosa_b5": {
        ("rsl_dbm", "wifi0"): -58.9,
        ("noise_floor_dbm", "wifi0"): -85.4,
        ("snr_db", "wifi0 chain 3"): 30.7,
        ("frequency_hz", "wifi0"): 5.76e9,
    },
    "rutos-rutx_rut955": {("rsl_dbm", "wwan0"): -112, ("snr_db", "wwan0"): 12},
    "uhp": {("snr_db", "Demodulator-1"): 13.5, ("rsl_dbm", "Demodulator-1"): -11.9},
    "sm-os": {("snr_db", "radio 1"): 40.0, ("rsl_dbm", "radio 2"): -51},
    "orolia-securesync_orolia-securesync": {
        ("gnss_jamming", ""): 0,
        ("gnss_spoofing", ""): 0,
        ("satellites_tracked", ""): 20,
    },
    "albentiaaos": {("gnss_antenna_ok", ""): 1, ("satellites_tracked", ""): 13},
    "ericsson-tn_tn": {
        ("rsl_dbm", "F2/1.1/1"): -27.2,
        ("snr_db", "unit F2/2"): 39.5,
        ("errored_seconds", "F2/1+2/1"): 185,
        ("background_block_errors", "F2/1+2/1"): 2061,
    },
    "mni_mx-d": {("fade_margin_db", "radio 4"): 20, ("rx_capacity_bps", "radio 1"): 106e6},
}

ABSENT: dict[str, set[tuple[str, str]]] = {
    "ceraos": {
        ("rsl_dbm", "Radio: Slot 1, port 2"),  # -99: nothing received
        ("snr_db", "Radio: Slot 1, port 2"),  # MSE -99
        ("xpd_db", "Radio: Slot 1, port 1"),  # 0.01 dB: no second polarisation
        ("xpd_db", "Radio: Slot 3, Port 1"),  # 42949573.97: a negative number, unsigned
        ("xpd_db", "Radio: Slot 6, Port 1"),
    },
    "ericsson-tn_tn": {
        ("tsl_dbm", "F2/2.1/1"),  # -99: standby
        ("tsl_dbm", "1/2.1/1"),  # 255 dBm: off
        ("rsl_dbm", "1/2.1/1"),  # -99.9
        ("frequency_hz", "1/2.1/1"),  # 0
        ("snr_db", "unit 1/2"),  # MSE 0: no signal
        ("component_celsius", "unit 1/2.1"),  # 0 °C of a unit that does not answer
    },
    "wavence_e": {("tsl_dbm", "Radio"), ("remote_tsl_dbm", "Radio")},  # -100.0: off
    "radwin_5550-0150": {("rsl_dbm", "management wi-fi")},  # -150
    "uhp": {
        ("snr_db", "Demodulator-2"),  # 0: not locked
        ("component_count", "station timing"),  # 4294965151: a negative number, unsigned
    },
    "rutos-rutx_rut955": {  # "n/a"
        ("latitude_degrees", ""),
        ("longitude_degrees", ""),
        ("satellites_tracked", ""),
    },
    "iqnos_fmm": {
        ("span_loss_db", "band 8388617"),  # 55 dB: dark
        ("optical_rx_dbm", "band 8388617"),  # -55 dBm: dark
        ("optical_tx_dbm", "osc 12582943"),
        ("optical_tx_dbm", "sch 12582977"),  # -21474836.48 dBm
    },
    "mimosa_b5": {("rsl_planned_dbm", "network 2")},  # 0 dBm
}


def value_of(name: str, quantity: str, interface: str) -> float | None:
    """Return one value of a recording; a KeyError where it is not even asked for."""
    wanted = quantity, f"router:{interface}" if interface else None
    for each in examined(name).objects:
        if (each.cell.quantity, each.cell.interface) == wanted:
            return each.reading.value
    raise KeyError(wanted)


@pytest.mark.parametrize("name", SOUND)
def test_what_a_recorded_device_measures_is_read(name: str) -> None:
    for (quantity, interface), expected in SOUND[name].items():
        assert value_of(name, quantity, interface) == pytest.approx(expected), quantity


@pytest.mark.parametrize("name", ABSENT)
def test_what_no_device_measures_is_absent(name: str) -> None:
    for quantity, interface in ABSENT[name]:
        assert value_of(name, quantity, interface) is None, (quantity, interface)


# Values that the monitor shows, found by number alone: wherever they stand, we have none.
NONSENSE = {-99.0, -99.9, -100.0, 255.0, 42_949_573.97, 429_496_727.5, -21_474_836.48, -150.0}


@pytest.mark.parametrize("name", NAMES)
def test_no_level_is_one_of_the_numbers_that_mean_none(name: str) -> None:
    for each in examined(name).objects:
        if each.cell.quantity.endswith(("_dbm", "_db")):
            assert each.reading.value not in NONSENSE, each


def test_recordings_without_a_radio_are_polled_all_the_same() -> None:
    assert load_profile("hytera") is examined("hytera").profile
    assert load_profile("alcoma") is examined("alcoma-almp").profile
