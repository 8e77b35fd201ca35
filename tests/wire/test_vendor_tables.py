"""Tables of vendors: agents that lie in them harm neither the poll's bounds nor the names."""

import asyncio
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from collectors.observation import Outcome
from collectors.snmp.ber import Oid, Tag
from collectors.snmp.message import PduType, Value, Varbind
from tests.wire.agent import device_objects
from tests.wire.dialects import Dialect, Heard, Play, running_peer
from tests.wire.engines import ENGINES, polled, running_engine, value

VENDOR = (1, 3, 6, 1, 4, 1, 99999)
LABEL, LEVEL = (*VENDOR, 1, 2), (*VENDOR, 1, 3)
PROFILE = """\
name: vendor
source: a table of our own
extends: [if-mib]
rows:
  radio: {label_from: 1.3.6.1.4.1.99999.1.2}
columns:
  - {quantity: rsl_dbm, oid: 1.3.6.1.4.1.99999.1.3, index: radio, type: integer}
"""
every_engine = pytest.mark.parametrize("engine_name", ENGINES)


@pytest.fixture
def profile(tmp_path: Path) -> str:
    path = tmp_path / "vendor.yaml"
    path.write_text(PROFILE, encoding="utf-8")
    return str(path)


def radios(labels: dict[int, bytes]) -> dict[Oid, Value]:
    objects = device_objects()
    for index, label in labels.items():
        objects[(*LABEL, index)] = Value(Tag.OCTET_STRING, label)
        objects[(*LEVEL, index)] = Value(Tag.INTEGER, -50 - index)
    return objects


def in_tables(make: Callable[[Oid, int], list[Oid]]) -> Play:
    """Answer walks of the vendor's table with these rows, and be honest to all else."""

    def play(heard: Heard) -> Iterable[bytes]:
        request = heard.request
        asked = request.varbinds[0].oid
        if not heard.is_walk or asked[: len(VENDOR)] != VENDOR:
            return [heard.honest]
        count = request.error_index if request.type == PduType.GETBULK else 1
        varbinds = tuple(
            Varbind(oid, Value(Tag.OCTET_STRING, b"x")) for oid in make(asked, max(count, 1))
        )
        return [heard.saying(varbinds=varbinds, error_status=0)]

    return play


def endless(oid: Oid, count: int) -> list[Oid]:
    start = oid[-1] + 1 if len(oid) > len(LABEL) else 1
    return [(*oid[: len(LABEL)], start + number) for number in range(count)]


def standing(oid: Oid, count: int) -> list[Oid]:
    return [(*oid[: len(LABEL)], 7)] * count


def falling(oid: Oid, count: int) -> list[Oid]:
    return [(*oid[: len(LABEL)], 99 - number) for number in range(count)]


@every_engine
@pytest.mark.parametrize("abuse", [endless, standing, falling])
def test_abused_table_of_a_vendor_ends_within_its_caps(
    abuse: Callable[[Oid, int], list[Oid]], engine_name: str, profile: str
) -> None:
    async def story() -> None:
        async with (
            running_engine(engine_name) as engine,
            running_peer(Dialect.V2C, radios({1: b"radio 1"})) as peer,
        ):
            target = peer.target(profile=profile)
            peer.play(in_tables(abuse))
            observation = await engine.collect(target)
            assert observation.outcome is Outcome.WALK_ABUSED, observation.detail
            assert len(peer.requests) < 300
            peer.play(None)
            assert value(await polled(engine, target), "rsl_dbm", "router:radio 1") == -51

    asyncio.run(story())


@every_engine
def test_hostile_labels_are_made_fit_and_told_apart(engine_name: str, profile: str) -> None:
    labels = {1: b"radio\n1\0", 2: b"same", 3: b"same", 4: b"x" * 500, 5: b"", 6: b"\xff\xfe"}

    async def story() -> None:
        async with (
            running_engine(engine_name) as engine,
            running_peer(Dialect.V2C, radios(labels)) as peer,
        ):
            observation = await polled(engine, peer.target(profile=profile))
            assert observation.layout is not None
            names = [
                cell.interface
                for cell in observation.layout.cells
                if cell.quantity == "rsl_dbm" and cell.interface
            ]
            assert len(names) == len(set(names))
            assert all(name.isprintable() and len(name) <= 100 for name in names), names

    asyncio.run(story())
