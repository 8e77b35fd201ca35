"""Profiles against walks of real devices, where NETMON_RECORDINGS names a folder of .snmprec files.

The recordings are other people's and are not part of this project. What is expected here was read
off them by hand; sentinels and wrapped numbers must come out as absent.
"""

import asyncio
import os
from pathlib import Path

import pytest

from collectors.observation import Outcome
from collectors.snmp.ber import Oid, Tag, parse_oid
from collectors.snmp.message import Value
from tests.wire.agent import SYS_UP_TIME, running_agent
from tests.wire.engines import ENGINES, value

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data" / "recordings"
_UNSIGNED = {65: Tag.COUNTER32, 66: Tag.GAUGE32, 67: Tag.TIMETICKS, 70: Tag.COUNTER64}


def recorded(name: str) -> dict[Oid, Value]:
    """Return the objects of a recording."""
    path = Path(os.environ.get("NETMON_RECORDINGS", BESIDE)) / f"{name}.snmprec"
    if not path.is_file():
        pytest.skip(f"{name}.snmprec is missing; set NETMON_RECORDINGS to a folder that has it")
    objects: dict[Oid, Value] = {}
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        oid, kind, text = line.split("|", 2)
        if (found := _value(kind, text)) is not None:
            objects[parse_oid(oid)] = found
    objects[SYS_UP_TIME] = Value(Tag.TIMETICKS, 12_345)  # missing in some, without a type in others
    return objects


def _value(kind: str, text: str) -> Value | None:
    if kind == "2":
        return Value(Tag.INTEGER, int(text))
    if kind in {"4", "4x"}:
        raw = bytes.fromhex(text) if kind == "4x" else text.encode()
        return Value(Tag.OCTET_STRING, raw)
    if kind == "6":
        return Value(Tag.OBJECT_IDENTIFIER, parse_oid(text))
    if kind.isdigit() and int(kind) in _UNSIGNED:
        return Value(_UNSIGNED[int(kind)], int(text))
    return None


EXPECTED: dict[tuple[str, str], dict[tuple[str, str | None], float | None]] = {
    ("ceraos", "ceragon"): {
        ("rsl_dbm", "Radio: Slot 3, Port 1"): -45,
        ("tsl_dbm", "Radio: Slot 3, Port 1"): 30,
        ("snr_db", "Radio: Slot 3, Port 1"): 38.28,
        ("frequency_hz", "Radio: Slot 3, Port 1"): 6.84e9,
        ("capacity_bps", "Radio: Slot 3, Port 1"): 258_624_000,
        ("xpd_db", "Radio: Slot 3, Port 1"): None,
        ("supply_volts", None): 47,
    },
    ("ptp670", "cambium-ptp"): {
        ("rsl_dbm", "wireless interface"): -52.8,
        ("tsl_dbm", "wireless interface"): 23.0,
        ("capacity_bps", "wireless interface"): 322_680_000,
    },
    ("mimosa_b5", "mimosa"): {
        ("rsl_dbm", "wifi0"): -58.9,
        ("noise_floor_dbm", "wifi0"): -85.4,
        ("snr_db", "wifi0"): 26.5,
        ("frequency_hz", "wifi0"): 5.76e9,
    },
    ("rutos-rutx_rut955", "teltonika-rut"): {
        ("rsl_dbm", "wwan0"): -112,
        ("snr_db", "wwan0"): 12,
    },
    ("uhp", "uhp"): {("snr_db", "Demodulator-1"): 13.5},
    ("hytera", "tetra"): {("rsl_dbm", "air0"): None},
}


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize(("recording", "profile"), EXPECTED)
def test_recorded_device_yields_its_radio_values(
    recording: str, profile: str, engine_name: str
) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_agent(recorded(recording)) as agent:
            observation = await engine.collect(agent.target(profile=profile))
            assert observation.outcome in (Outcome.OK, Outcome.PARTIAL), observation.detail
            for (quantity, name), expected in EXPECTED[recording, profile].items():
                found = value(observation, quantity, None if name is None else f"router:{name}")
                assert found == (None if expected is None else pytest.approx(expected)), quantity
        await engine.close()

    asyncio.run(story())
