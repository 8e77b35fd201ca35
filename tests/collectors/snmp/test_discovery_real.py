"""Discovery of what we have not written: Debian's snmpd in v2c and v3, recordings of devices."""

import asyncio
import os
from pathlib import Path

import pytest

from collectors.observation import Outcome
from collectors.snmp.discovery.discoverer import Discovered, Discoverer, Goal
from collectors.snmp.discovery.settings import DiscoverySettings
from collectors.target import Community, Credential
from netmon.simulation.recording import read_recording
from tests.collectors.snmp.snmpd import COMMUNITY, snmpd
from tests.collectors.snmp.test_snmpd_v3 import ONE_USER, USER
from tests.wire.agent import running_agent
from topology.claims import Identifier, Kind
from topology.model import DeviceId
from topology.neighbours import match

HASTY = DiscoverySettings(pdus_per_second=1000.0, timeout_seconds=0.5)
TOLD = ["sysname ridge-7", "syslocation the ridge", "sysobjectid 1.3.6.1.4.1.14988.1"]
COMMUNITIES = Community(name="field", secret=COMMUNITY)

BESIDE = Path(__file__).resolve().parents[4] / "shared" / "data" / "recordings"
FOLDER = Path(os.environ.get("NETMON_RECORDINGS", BESIDE))
NAMES = sorted(path.stem for path in FOLDER.glob("*.snmprec"))
recorded = pytest.mark.skipif(
    not NAMES, reason="no recordings; NETMON_RECORDINGS names a folder with some"
)


async def patiently(port: int, credentials: list[Credential]) -> Discovered:
    """Ask until the server has started."""
    goal = Goal(device=DeviceId("ridge"), address="127.0.0.1", port=port)
    discoverer = Discoverer(settings=HASTY)
    try:
        for _ in range(100):
            found = await discoverer.discover(goal, credentials)
            if found.outcome is not Outcome.REFUSED:
                break
            await asyncio.sleep(0.1)
        return found
    finally:
        await discoverer.close()


@pytest.mark.parametrize("credential", [COMMUNITIES, USER], ids=["v2c", "v3"])
def test_a_real_snmpd_is_read_whole(credential: Credential) -> None:
    lines = [*TOLD, f"rocommunity {COMMUNITY.decode()} 127.0.0.1", *ONE_USER]
    with snmpd(lines) as agent:
        found = asyncio.run(patiently(agent.port, [credential]))
    assert found.outcome is Outcome.OK, found.problems
    assert found.credential == credential.name
    assert found.identity is not None
    assert found.identity.system_name == "ridge-7"
    assert found.location == "the ridge"
    assert found.sysdescr == "netmon test agent"
    assert found.profile is not None
    assert found.profile.name == "mikrotik"
    loopback = found.identity.port("lo")
    assert loopback is not None
    assert loopback.is_up
    assert not found.claims


def test_wrong_keys_are_passed_over_for_the_next_credential() -> None:
    with snmpd([f"rocommunity {COMMUNITY.decode()} 127.0.0.1"]) as agent:
        found = asyncio.run(patiently(agent.port, [USER, COMMUNITIES]))
    assert found.credential == "field", found.detail


def replayed(name: str) -> Discovered:
    async def story() -> Discovered:
        discoverer = Discoverer(settings=HASTY)
        async with running_agent(dict(read_recording(FOLDER / f"{name}.snmprec"))) as agent:
            goal = Goal(device=DeviceId(name), address=agent.host, port=agent.port)
            found = await discoverer.discover(goal, [Community(name="any", secret=b"public")])
        await discoverer.close()
        return found

    return asyncio.run(story())


@recorded
@pytest.mark.parametrize("name", NAMES)
def test_every_recorded_device_is_read_whole(name: str) -> None:
    found = replayed(name)
    assert found.outcome is Outcome.OK, found.problems
    assert found.identity is not None


@pytest.mark.skipif("routeros_wifi" not in NAMES, reason="this recording is not there")
def test_a_recorded_routeros_tells_whom_it_hears_but_not_where() -> None:
    """It has no lldpLocPortTable, calls each local port 0, and has each neighbour twice."""
    found = replayed("routeros_wifi")
    assert found.identity is not None
    assert {claim.interface for claim in found.claims} == {None}
    assert {claim.chassis for claim in found.claims} == {
        Identifier(Kind.MAC, "b8:69:f4:7f:41:70"),
        Identifier(Kind.MAC, "74:4d:28:e3:17:31"),
    }
    neighbourhood = match(found.claims, [found.identity])
    assert not neighbourhood.links
    assert [each.kind.value for each in neighbourhood.findings] == ["unknown_local_port"] * 2


@pytest.mark.skipif("ios_ir809" not in NAMES, reason="this recording is not there")
def test_a_recorded_router_has_its_hardware_told() -> None:
    found = replayed("ios_ir809")
    assert found.components
    assert found.components[0].sort == "chassis"
