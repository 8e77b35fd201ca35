"""A device under a foreign profile is said to be so; what it does not say contradicts nothing."""

import asyncio

import pytest

from collectors.observation import Outcome
from collectors.snmp.ber import Tag, parse_oid
from collectors.snmp.identity import misfit
from collectors.snmp.library import profiles
from collectors.snmp.message import Value
from tests.wire.agent import device_objects, running_agent
from tests.wire.engines import ENGINES

CERAGON = parse_oid("1.3.6.1.4.1.2281.1.20.2.2")
CISCO = parse_oid("1.3.6.1.4.1.9.1.1208")
SYS_OBJECT_ID = parse_oid("1.3.6.1.2.1.1.2.0")


@pytest.mark.parametrize(
    ("profile", "sysobjectid", "sysdescr", "words"),
    [
        ("ceragon", CERAGON, "IP-20C", ""),
        (
            "ceragon",
            CISCO,
            "Cisco IOS",
            "profile ceragon is for sysObjectID 1.3.6.1.4.1.2281.1,"
            " the device says 1.3.6.1.4.1.9.1.1208 (Cisco IOS)",
        ),
        ("teltonika-rut", CISCO, "Linux RUT955 5.4.291", ""),
        (
            "teltonika-rut",
            CISCO,
            "Cisco IOS",
            "profile teltonika-rut is for a sysDescr with 'RUT' or 'TRB' or 'OTD',"
            " the device says Cisco IOS",
        ),
        ("if-mib", CISCO, "Cisco IOS", ""),  # for everybody
        ("ups-mib", CISCO, "UPS network card", ""),  # its objects tell it
        ("ceragon", (), "", ""),  # it does not say what it is
        ("ceragon", (0, 0), "", ""),
        ("teltonika-rut", CISCO, "", ""),
    ],
)
def test_what_a_device_says_is_compared_with_what_its_profile_is_for(
    profile: str, sysobjectid: tuple[int, ...], sysdescr: str, words: str
) -> None:
    assert misfit(profiles()[profile], sysobjectid, sysdescr) == words


@pytest.mark.parametrize("engine_name", ENGINES)
def test_a_poll_under_a_foreign_profile_brings_its_values_and_says_so(engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        async with running_agent() as agent:
            agent.objects[SYS_OBJECT_ID] = Value(Tag.OBJECT_IDENTIFIER, CISCO)
            foreign = await engine.collect(agent.target(profile="ceragon"))
            honest = await engine.collect(agent.target(profile="if-mib"))
        await engine.close()
        assert foreign.outcome.has_values
        assert foreign.misfit.startswith("profile ceragon is for sysObjectID")
        assert honest.outcome is Outcome.OK
        assert honest.misfit == ""

    asyncio.run(story())


def test_what_a_device_says_of_itself_is_cleaned_before_it_is_repeated() -> None:
    async def story() -> None:
        engine = ENGINES["native"]()
        async with running_agent() as agent:
            agent.objects |= device_objects()
            agent.objects[parse_oid("1.3.6.1.2.1.1.1.0")] = Value(
                Tag.OCTET_STRING, b"evil\x1b[2J\nrouter" + b"x" * 500
            )
            observation = await engine.collect(agent.target(profile="ceragon"))
        await engine.close()
        assert "\n" not in observation.misfit
        assert "\x1b" not in observation.misfit
        assert len(observation.misfit) < 300

    asyncio.run(story())
