"""Echoes of simulated devices come back after the world's round trip, or not at all."""

import asyncio

import pytest

from collectors.observation import EchoObservation, Outcome
from collectors.ping.collector import PingCollector
from collectors.target import PingTarget
from netmon.config.load import Configuration
from netmon.simulation.echo import EchoTransport
from netmon.simulation.impairment import Impairment, ImpairmentSettings
from netmon.simulation.world import World
from topology.model import DeviceId

CALM, DARK = 3.0, 75.0


def ping(
    border: Configuration,
    world: World,
    device: str,
    *,
    time: float = CALM,
    settings: ImpairmentSettings | None = None,
    address: str | None = None,
) -> EchoObservation:
    """Ping one device as the collector does, at one instant of the story."""
    given = border.targets[DeviceId(device)].ping
    assert given is not None
    target = PingTarget(
        device=DeviceId(device),
        address=address or given.address,
        echoes=10,
        spacing_seconds=0.002,
        timeout_seconds=0.3,
    )

    async def burst() -> EchoObservation:
        impairment = None if settings is None else Impairment(world, settings)
        transport = EchoTransport(
            world, border.targets.values(), lambda: time, impairment=impairment
        )
        collector = PingCollector(transport)
        try:
            return await collector.collect(target)
        finally:
            await collector.close()

    return asyncio.run(burst())


def test_the_rtt_is_the_worlds(border: Configuration, world: World) -> None:
    echo = ping(border, world, "sighetu-rt1")
    expected = world.now(CALM).rtt_seconds[0, world.device_rows[DeviceId("sighetu-rt1")]]
    assert echo.outcome is Outcome.OK
    assert len(echo.rtts_seconds) == 10
    assert min(echo.rtts_seconds) == pytest.approx(float(expected), abs=2e-4)


def test_a_dark_device_is_silent(border: Configuration, world: World) -> None:
    assert ping(border, world, "luhamaa-rt1", time=DARK).outcome is Outcome.TIMEOUT


def test_an_address_nobody_has_is_silent(border: Configuration, world: World) -> None:
    echo = ping(border, world, "luhamaa-rt1", address="127.20.99.9")
    assert echo.outcome is Outcome.TIMEOUT


def test_lost_echoes_are_missing(border: Configuration, world: World) -> None:
    echo = ping(border, world, "narva-rt1", settings=ImpairmentSettings(loss_ratio=0.5))
    assert 0 < len(echo.rtts_seconds) < 10


def test_doubled_echoes_are_counted_as_duplicates(border: Configuration, world: World) -> None:
    settings = ImpairmentSettings(duplicate_ratio=0.999)
    echo = ping(border, world, "sighetu-rt1", settings=settings)
    assert len(echo.rtts_seconds) == 10
    assert echo.duplicates >= 8


def test_damaged_echoes_are_not_believed(border: Configuration, world: World) -> None:
    settings = ImpairmentSettings(corruption_ratio=0.999)
    assert ping(border, world, "narva-rt1", settings=settings).rtts_seconds == ()
