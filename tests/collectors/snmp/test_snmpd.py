"""Both engines against Debian's real snmpd."""

import asyncio

import pytest

from collectors.observation import Outcome
from collectors.target import Community, SnmpTarget
from tests.collectors.snmp.snmpd import COMMUNITY
from tests.wire.engines import ENGINES, LOOPS, value
from topology.model import DeviceId, InterfaceId


def target(port: int, secret: bytes = COMMUNITY) -> SnmpTarget:
    return SnmpTarget(
        device=DeviceId("host"),
        address="127.0.0.1",
        port=port,
        credential=Community(name="test", secret=secret),
        interfaces=(("lo", InterfaceId("host:loopback")),),
        timeout_seconds=0.5,
        retries=9,
    )


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("engine_name", ENGINES)
def test_real_snmpd_is_polled(snmpd_port: int, engine_name: str, loop: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        for _ in range(50):  # it may still be starting
            first = await engine.collect(target(snmpd_port))
            if first.outcome is not Outcome.REFUSED:
                break
            await asyncio.sleep(0.1)
        second = await engine.collect(target(snmpd_port))
        await engine.close()
        assert first.outcome is Outcome.OK, first.detail
        assert second.outcome is Outcome.OK
        assert first.layout is second.layout
        assert value(second, "oper_status", "host:loopback") == 1
        octets = value(second, "in_octets", "host:loopback")
        assert octets is not None
        assert octets >= (value(first, "in_octets", "host:loopback") or 0)
        assert (value(second, "uptime_seconds") or -1) >= 0

    LOOPS[loop](story())


@pytest.mark.parametrize("engine_name", ENGINES)
def test_real_snmpd_is_silent_to_a_wrong_community(snmpd_port: int, engine_name: str) -> None:
    async def story() -> None:
        engine = ENGINES[engine_name]()
        wrong = target(snmpd_port, b"wrong")
        observation = await engine.collect(
            SnmpTarget(
                device=wrong.device,
                address=wrong.address,
                port=wrong.port,
                credential=wrong.credential,
                timeout_seconds=0.2,
                retries=0,
            )
        )
        await engine.close()
        assert observation.outcome is Outcome.TIMEOUT

    asyncio.run(story())
