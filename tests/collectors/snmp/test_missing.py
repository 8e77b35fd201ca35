"""Interfaces that the inventory names and the device has not."""

import asyncio

import pytest

from collectors.observation import Missing
from collectors.snmp.ber import Tag, parse_oid
from collectors.snmp.message import Value
from tests.wire.agent import device_objects, running_agent
from tests.wire.engines import ENGINES
from topology.model import InterfaceId

SIKLU_RSL = parse_oid("1.3.6.1.4.1.31926.2.1.1.19")


def inventory(*names: str) -> tuple[tuple[str, InterfaceId], ...]:
    return tuple((name, InterfaceId(f"router:{name}")) for name in names)


async def missing(
    engine_name: str, names: dict[int, bytes], **changes: object
) -> tuple[Missing, ...]:
    engine = ENGINES[engine_name]()
    async with running_agent(device_objects(names)) as agent:
        observation = await engine.collect(agent.target(**changes))
    await engine.close()
    assert observation.layout is not None, observation
    return observation.layout.missing


@pytest.mark.parametrize("engine_name", ENGINES)
def test_a_misspelt_name_comes_with_the_nearest_the_device_has(engine_name: str) -> None:
    names = {1: b"lo", 2: b"Ethernet1/1", 3: b"Ethernet1/2", 4: b"mgmt"}
    asked = inventory("ethernet1/1", "Ethernet1/2")
    found = asyncio.run(missing(engine_name, names, interfaces=asked))
    near = ("Ethernet1/1", "Ethernet1/2")
    assert found == (Missing(InterfaceId("router:ethernet1/1"), "ethernet1/1", near),)


def test_who_polls_nothing_else_still_finds_all_names_of_the_device() -> None:
    names = {1: b"eth0", 2: b"eth1"}
    asked = inventory("eth1", "eth7")
    found = asyncio.run(missing("native", names, interfaces=asked, all_interfaces=False))
    assert [(each.name, each.nearest) for each in found] == [("eth7", ("eth0", "eth1"))]


def test_nothing_is_near_where_the_device_has_nothing_like_it() -> None:
    found = asyncio.run(missing("native", {1: b"wlan"}, interfaces=inventory("ge-0/0/1")))
    assert [each.nearest for each in found] == [()]


def test_a_carrier_of_a_vendors_table_exists_where_the_table_has_its_row() -> None:
    async def story() -> None:
        engine = ENGINES["native"]()
        async with running_agent(device_objects()) as agent:
            agent.objects[(*SIKLU_RSL, 1)] = Value(Tag.INTEGER, -48)
            asked = inventory("eth0", "radio 1", "radio 2")
            observation = await engine.collect(agent.target(profile="siklu", interfaces=asked))
        await engine.close()
        assert observation.layout is not None, observation
        found = [(each.name, each.nearest) for each in observation.layout.missing]
        assert found == [("radio 2", ("radio 1",))]

    asyncio.run(story())


def test_a_carrier_that_the_profile_names_by_itself_exists() -> None:
    asked = inventory("radio 1", "radio 7")
    found = asyncio.run(missing("native", {1: b"eth0"}, profile="alcoma", interfaces=asked))
    assert [each.name for each in found] == ["radio 7"]


def test_thousands_of_names_are_compared_quickly() -> None:
    names = {index: b"GigabitEthernet1/0/%d" % index for index in range(1, 900)}
    asked = inventory(*(f"gigabit 1/0/{index}" for index in range(50)))
    found = asyncio.run(missing("native", names, interfaces=asked))
    assert len(found) == 50
    assert [bool(each.nearest) for each in found] == [True] * 5 + [False] * 45
