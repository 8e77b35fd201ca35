"""Every profile that comes with netmon, against a small device of our own making, over UDP.

A line of `synthetic/NAME.txt` is an object as snmpsim writes it (OID, type, value), and where a
profile must read it: quantity, interface (empty: the device's) and value, or "absent".
"""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from collectors.observation import Outcome
from collectors.snmp.ber import Oid
from collectors.snmp.examination import Examiner
from collectors.snmp.library import profiles
from collectors.snmp.message import Value
from netmon.simulation.recording import read_recording
from tests.wire.agent import running_agent
from tests.wire.engines import ENGINES

FOLDER = Path(__file__).parent / "synthetic"
Expected = tuple[str, str, float | None]


def device(name: str, folder: Path) -> dict[Oid, Value]:
    """Return the objects of a synthetic device."""
    lines = (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines()
    plain = folder / f"{name}.snmprec"
    plain.write_text("\n".join("|".join(line.split("|")[:3]) for line in lines) + "\n")
    return dict(read_recording(plain))


def expected(name: str) -> Iterator[Expected]:
    """Yield what must be read."""
    for line in (FOLDER / f"{name}.txt").read_text(encoding="utf-8").splitlines():
        parts = line.split("|")
        if len(parts) > 3:
            yield parts[3], parts[4], None if parts[5] == "absent" else float(parts[5])


def test_every_profile_has_a_synthetic_device() -> None:
    assert {path.stem for path in FOLDER.glob("*.txt")} == set(profiles())


@pytest.mark.parametrize("engine_name", ENGINES)
@pytest.mark.parametrize("name", profiles())
def test_profile_reads_its_device(name: str, engine_name: str, tmp_path: Path) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_agent(device(name, tmp_path)) as agent:
            observation = await engine.collect(agent.target(profile=name, timeout_seconds=2.0))
        await engine.close()
        assert observation.outcome is Outcome.OK, observation.detail
        assert observation.layout is not None
        found = dict(zip(observation.layout.cells, observation.values, strict=True))
        read = {(cell.quantity, cell.interface or ""): value for cell, value in found.items()}
        for quantity, interface, value in expected(name):
            key = quantity, f"router:{interface}" if interface else ""
            assert read[key] == (None if value is None else pytest.approx(value)), key

    asyncio.run(story())


NOT_TOLD_BY_ITS_SYSTEM_GROUP = {"if-mib"}


@pytest.mark.parametrize("name", sorted(set(profiles()) - NOT_TOLD_BY_ITS_SYSTEM_GROUP))
def test_device_is_recognised_as_what_it_is(name: str, tmp_path: Path) -> None:
    async def story() -> None:
        examiner = Examiner()
        async with running_agent(device(name, tmp_path)) as agent:
            chosen = await examiner.choose(agent.target(timeout_seconds=2.0))
        await examiner.close()
        assert chosen is not None
        assert chosen.name == name

    asyncio.run(story())
