"""What one device says of itself and its neighbours, read gently and believed in nothing."""

import asyncio
import time
from collections.abc import Iterable
from dataclasses import replace
from itertools import pairwise

import pytest

from collectors.observation import Outcome
from collectors.snmp.ber import Oid, Tag, parse_oid
from collectors.snmp.discovery import tables
from collectors.snmp.discovery.discoverer import Discovered, Discoverer, Goal
from collectors.snmp.discovery.settings import DiscoverySettings
from collectors.snmp.message import Message, PduType, Value, Varbind, encode_message
from collectors.snmp.settings import SnmpSettings
from collectors.target import Community, Version
from tests.wire.agent import Agent, Trick, running_agent
from tests.wire.speaker import FIRST_PORT, hear, hear_by_cdp, number, speaker, text
from topology.claims import Identifier, Kind, Source
from topology.model import DeviceId

HASTY = DiscoverySettings(pdus_per_second=1000.0, timeout_seconds=0.3, retries=0)
PUBLIC = Community(name="test", secret=b"public")


def goal(agent: Agent) -> Goal:
    return Goal(device=DeviceId("a"), address=agent.host, port=agent.port)


def discovered(
    objects: dict[Oid, Value],
    *,
    settings: DiscoverySettings = HASTY,
    snmp: SnmpSettings = SnmpSettings(),  # noqa: B008 - frozen
    credential: Community = PUBLIC,
) -> Discovered:
    async def story() -> Discovered:
        discoverer = Discoverer(settings=settings, snmp=snmp)
        async with running_agent(objects) as agent:
            found = await discoverer.discover(goal(agent), [credential])
        await discoverer.close()
        return found

    return asyncio.run(story())


def router() -> dict[Oid, Value]:
    return speaker(b"a", {7: b"ge0", 9: b"ge1"}, mac=1)


@pytest.mark.parametrize("version", Version)
def test_a_device_is_read_whole_in_v1_and_v2c(version: Version) -> None:
    objects = router() | {
        (*tables.IF_ALIAS, 7): text(b"to the ridge"),
        (*tables.IP_V4_INDEX, 127, 0, 0, 5): number(7),
        (*tables.IP_INDEX, 1, 4, 127, 0, 0, 6): number(9),
        (*tables.IP_INDEX, 2, 16, *(0xFD,), *(0,) * 14, 1): number(9),
        (*tables.ENTITY_CLASS, 1): number(3),
        (*tables.ENTITY_MODEL, 1): text(b"R-2"),
        (*tables.ENTITY_SERIAL, 1): text(b"SN 17"),
        (*tables.ENTITY_CLASS, 2): number(10),  # a port is no part of interest
        (*tables.ENTITY_SERIAL, 2): text(b"SN 18"),
    }
    hear(objects, b"ge1", name=b"b", mac=2, port=b"xe0", address="127.0.0.2")
    found = discovered(objects, credential=Community(name="t", secret=b"public", version=version))
    assert found.outcome is Outcome.OK, found.problems
    assert found.profile is not None
    assert found.profile.name == "ceragon"  # by sysObjectID 2281
    assert found.uptime_seconds == 3600.0
    assert found.identity is not None
    assert found.identity.system_name == "a"
    assert found.identity.chassis == {Identifier(Kind.MAC, "02:00:00:00:01:00")}
    assert found.identity.addresses == {"127.0.0.1", "127.0.0.5", "127.0.0.6", "fd00::1"}
    assert [each.port.name for each in found.interfaces] == ["ge0", "ge1"]
    first = found.interfaces[0]
    assert (first.if_type, first.speed_bps, first.is_enabled) == (6, 1e9, True)
    assert first.port.alias == "to the ridge"
    assert first.port.mac == "02:00:00:00:01:07"
    assert first.port.unchanged_seconds == 3590.0
    assert [(each.sort, each.model, each.serial) for each in found.components] == [
        ("chassis", "R-2", "SN 17")
    ]
    (claim,) = found.claims
    assert claim.interface == "ge1"
    assert claim.source is Source.LLDP
    assert claim.chassis == Identifier(Kind.MAC, "02:00:00:00:02:00")
    assert claim.port == Identifier(Kind.NAME, "xe0")
    assert claim.addresses == ("127.0.0.2",)
    assert claim.age_seconds == 3580.0


def test_a_local_port_number_is_never_taken_for_an_ifindex() -> None:
    """LLDP's port 51 is called ge0, and there is an interface of ifIndex 51 as well."""
    objects = speaker(b"a", {7: b"ge0", FIRST_PORT: b"other"}, mac=1)
    hear(objects, b"ge0", name=b"b", mac=2, port=b"p")
    (claim,) = discovered(objects).claims
    assert claim.local_port == str(FIRST_PORT)
    assert claim.interface == "ge0"
    for column in (tables.LLDP_PORT_KIND, tables.LLDP_PORT, tables.LLDP_PORT_WORDS):
        del objects[(*column, FIRST_PORT)]
    (claim,) = discovered(objects).claims
    assert claim.interface is None


@pytest.mark.parametrize(
    ("kind", "called"),
    [(3, bytes((2, 0, 0, 0, 1, 7))), (7, b"ge0"), (7, b"7"), (1, b"to the ridge")],
    ids=["by MAC", "by a local name", "by ifIndex as a local name", "by alias"],
)
def test_local_ports_are_found_by_whatever_they_are_called(kind: int, called: bytes) -> None:
    objects = router() | {(*tables.IF_ALIAS, 7): text(b"to the ridge")}
    hear(objects, b"ge0", name=b"b", mac=2, port=b"p")
    objects[(*tables.LLDP_PORT_KIND, FIRST_PORT)] = number(kind)
    objects[(*tables.LLDP_PORT, FIRST_PORT)] = text(called)
    (claim,) = discovered(objects).claims
    assert claim.interface == "ge0"


def test_neighbours_by_cdp_are_claims_too() -> None:
    objects = router()
    hear_by_cdp(objects, 9, name=b"switch-7", port=b"GigabitEthernet0/1", changed=60_000)
    (claim,) = discovered(objects).claims
    assert claim.source is Source.CDP
    assert claim.interface == "ge1"
    assert claim.chassis == Identifier(Kind.LOCAL, "switch-7")
    assert claim.port == Identifier(Kind.LOCAL, "GigabitEthernet0/1")
    assert claim.addresses == ("127.0.0.99",)
    assert claim.age_seconds == 3000.0


def test_a_row_from_before_the_restart_says_so() -> None:
    objects = router()
    hear(objects, b"ge0", name=b"b", mac=2, port=b"p", mark=9_000_000)
    (claim,) = discovered(objects).claims
    assert claim.is_before_reboot
    assert claim.age_seconds is None


def test_a_row_from_before_sysuptime_went_round_is_only_old() -> None:
    """After 497 days sysUpTime begins anew; snmpEngineTime tells that the device did not."""
    objects = router() | {parse_oid("1.3.6.1.6.3.10.2.1.3.0"): number(42_949_672 + 3600)}
    hear(objects, b"ge0", name=b"b", mac=2, port=b"p", mark=2**32 - 1 - 360_000)
    (claim,) = discovered(objects).claims
    assert not claim.is_before_reboot
    assert claim.age_seconds == pytest.approx(7200.0, abs=1.0)


def test_a_row_without_a_mark_is_of_unknown_age() -> None:
    objects = router()
    hear(objects, b"ge0", name=b"b", mac=2, port=b"p", mark=0)
    (claim,) = discovered(objects).claims
    assert claim.age_seconds is None
    assert not claim.is_before_reboot


def test_members_know_their_aggregate() -> None:
    objects = speaker(b"a", {7: b"ge0", 9: b"ge1", 20: b"ae0"}, mac=1) | {
        (*tables.AGGREGATE, 7): number(20),
        (*tables.AGGREGATE, 9): number(0),
    }
    found = discovered(objects)
    assert [(each.port.name, each.port.aggregate) for each in found.interfaces] == [
        ("ge0", "ae0"),
        ("ge1", None),
        ("ae0", None),
    ]


HOSTILE = {
    "not UTF-8": (b"\xff\xfe\x80", "\ufffd\ufffd\ufffd"),
    "NUL and escape": (b"r\x001\x1b[31m", "r1[31m"),
    "lines": (b"r1\nsites:\r\n- id: x", "r1 sites:  - id: x"),
    "right to left": ("r1\u202egpj".encode(), "r1gpj"),
    "HTML": (b"<script>alert(1)</script>", "<script>alert(1)</script>"),
    "long": (b"x" * 1000, "x" * 128),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hs23_names_that_are_traps_come_cleaned(case: str) -> None:
    said, read = HOSTILE[case]
    objects = router() | {
        (*tables.IF_ALIAS, 7): text(said),
        (*tables.ENTITY_CLASS, 1): number(3),
        (*tables.ENTITY_SERIAL, 1): text(said),
    }
    hear(objects, b"ge0", name=said, mac=2, port=b"p")
    found = discovered(objects)
    assert found.claims[0].system_name == read
    assert found.interfaces[0].port.alias == read
    assert found.components[0].serial == read


def test_identifiers_that_are_no_text_are_told_in_hexadecimal() -> None:
    objects = router()
    hear(objects, b"ge0", name=b"b", mac=2, port=b"\x00\x01\xff", kind=7)
    assert discovered(objects).claims[0].port == Identifier(Kind.LOCAL, "0001ff")


def test_a_mac_written_as_text_is_the_same_mac() -> None:
    """RouterOS writes chassis ids of subtype 4 as characters."""
    objects = router()
    hear(objects, b"ge0", name=b"b", mac=2, port=b"02:00:00:AA:BB:CC", kind=3)
    assert discovered(objects).claims[0].port == Identifier(Kind.MAC, "02:00:00:aa:bb:cc")


MOST_ARCS = 15


def endless_neighbours(request: Message, answer: Message) -> Iterable[bytes]:
    """Serve everything honestly but the remote table, which grows for ever."""
    first = request.pdu.varbinds[0].oid
    if first[: len(tables.LLDP_REMOTE)] != tables.LLDP_REMOTE:
        return [encode_message(answer)]
    varbinds = tuple(
        Varbind((*each.oid[:MOST_ARCS], each.oid[MOST_ARCS] + 1), Value(Tag.INTEGER, 4))
        if len(each.oid) > MOST_ARCS
        else Varbind((*each.oid, *(1,) * (MOST_ARCS - len(each.oid)), 1), Value(Tag.INTEGER, 4))
        for each in request.pdu.varbinds
    )
    return [encode_message(answer._replace(pdu=answer.pdu._replace(varbinds=varbinds)))]


def test_hs22_an_endless_table_of_neighbours_costs_that_table_alone() -> None:
    async def story() -> None:
        snmp = SnmpSettings(max_walk_varbinds=500, max_walk_pdus=40)
        discoverer = Discoverer(settings=HASTY, snmp=snmp)
        objects = router()
        hear_by_cdp(objects, 9, name=b"switch-7", port=b"1")
        async with running_agent(objects) as agent:
            agent.trick = endless_neighbours
            found = await discoverer.discover(goal(agent), [PUBLIC])
            assert len(agent.requests) < 80
        await discoverer.close()
        assert found.outcome is Outcome.PARTIAL
        assert len(found.problems) == 1
        assert found.problems[0].startswith("neighbours by LLDP: walk_abused")
        assert [each.source for each in found.claims] == [Source.CDP]
        assert len(found.interfaces) == 2

    asyncio.run(story())


def test_a_device_is_asked_no_faster_than_its_rate() -> None:
    async def story() -> None:
        settings = DiscoverySettings(pdus_per_second=20.0, timeout_seconds=0.5)
        discoverer = Discoverer(settings=settings)
        async with running_agent(router()) as agent:
            began = time.monotonic()
            found = await discoverer.discover(goal(agent), [PUBLIC])
            took = time.monotonic() - began
            assert found.outcome is Outcome.OK, found.problems
            assert took >= (len(agent.requests) - 1) / 20.0
        await discoverer.close()

    asyncio.run(story())


def test_devices_are_read_only_so_many_at_once() -> None:
    """With room for one, the second device's tables are asked when the first's are all there."""

    async def story() -> None:
        discoverer = Discoverer(settings=replace(HASTY, devices_at_once=1))
        order: list[str] = []

        def noting(name: str) -> Trick:
            def trick(request: Message, answer: Message) -> Iterable[bytes]:
                if request.pdu.type == PduType.GETBULK:
                    order.append(name)
                return [encode_message(answer)]

            return trick

        async with running_agent(router()) as one, running_agent(router()) as other:
            one.trick, other.trick = noting("one"), noting("other")
            await asyncio.gather(
                *(discoverer.discover(goal(each), [PUBLIC]) for each in (one, other))
            )
        await discoverer.close()
        assert len(set(order)) == 2
        changes = sum(before != after for before, after in pairwise(order))
        assert changes == 1

    asyncio.run(story())


def test_credentials_are_tried_in_turn_until_one_is_answered() -> None:
    async def story() -> None:
        discoverer = Discoverer(settings=HASTY)
        async with running_agent(router()) as agent:
            agent.trick = lambda request, answer: (
                [encode_message(answer)] if request.community == b"right" else []
            )
            wrong = Community(name="wrong", secret=b"wrong")
            right = Community(name="right", secret=b"right")
            found = await discoverer.discover(goal(agent), [wrong, right])
            assert found.credential == "right"
            silent = await discoverer.discover(goal(agent), [wrong])
            assert silent.outcome is Outcome.TIMEOUT
            assert silent.identity is None
        await discoverer.close()

    asyncio.run(story())


def test_where_nobody_listens_only_one_question_is_asked() -> None:
    async def story() -> None:
        discoverer = Discoverer(settings=HASTY)
        async with running_agent(router()) as agent:
            there = goal(agent)
        found = await discoverer.discover(there, [PUBLIC, PUBLIC])
        assert found.outcome is Outcome.REFUSED
        await discoverer.close()

    asyncio.run(story())
