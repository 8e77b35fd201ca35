"""The border network as netmon itself reads it, and worlds of it."""

from collections.abc import Callable
from pathlib import Path

import pytest

import netmon.simulation
from netmon.config.load import Configuration, load
from netmon.simulation.story import drill
from netmon.simulation.world import World

BORDER = Path(netmon.simulation.__file__).with_name("border.yaml")
COMMUNITY = "made-up-for-tests"

MakeWorld = Callable[..., World]


@pytest.fixture(scope="session")
def border() -> Configuration:
    return load([BORDER], environ={"NETMON_DEMO_COMMUNITY": COMMUNITY})


@pytest.fixture(scope="session")
def make_world(border: Configuration) -> MakeWorld:
    def make(name: str = "border", *, seed: int = 1, repeats: bool = False) -> World:
        assert border.collector_site is not None
        story = drill(name, repeats=repeats)
        return World(border.network, collector_site=border.collector_site, story=story, seed=seed)

    return make


@pytest.fixture(scope="session")
def world(make_world: MakeWorld) -> World:
    return make_world()
