"""The simulated border network, discovered over UDP: what it says is what its inventory says."""

import asyncio
import dataclasses
import time
from pathlib import Path

import pytest

import netmon.simulation
from netmon.config.load import Configuration, load
from netmon.discovery.difference import Difference, Mark, compare
from netmon.discovery.proposal import proposal
from netmon.discovery.survey import Survey, survey_of
from netmon.discovery.sweep import errands_of
from netmon.discovery.verb import ask
from netmon.simulation.addresses import on_other_ports
from netmon.simulation.agents import Agents, ports_away
from netmon.simulation.echo import EchoTransport
from netmon.simulation.lldp import HEARD_OVER
from netmon.simulation.story import QUIET
from netmon.simulation.world import World
from topology.model import DeviceId

BORDER = Path(netmon.simulation.__file__).with_name("border.yaml")


@pytest.fixture(scope="module")
def border() -> Configuration:
    configuration = load([BORDER], environ={"NETMON_DEMO_COMMUNITY": "made-up"})
    targets = configuration.targets
    targets = on_other_ports(targets, ports_away(targets.values()))
    hasty = dataclasses.replace(configuration.settings.discovery, pdus_per_second=500.0)
    settings = dataclasses.replace(configuration.settings, discovery=hasty)
    return dataclasses.replace(configuration, targets=targets, settings=settings)


def discovered(border: Configuration, *, without: DeviceId | None = None) -> Survey:
    """Discover all of the network; `without` a device that the inventory then does not know."""
    assert border.collector_site is not None
    world = World(border.network, collector_site=border.collector_site, story=QUIET)
    began = time.monotonic()
    targets = tuple(border.targets.values())

    def clock() -> float:
        return time.monotonic() - began

    async def story() -> Survey:
        transport = EchoTransport(world, targets, clock)
        known = {key: each for key, each in border.targets.items() if key != without}
        addresses = [each.ping.address for each in targets if each.ping is not None]
        port = next(each.snmp.port for each in targets if each.snmp is not None)
        errands = errands_of(addresses, known, tuple(border.credentials.values()), port=port)
        answers = await ask(border, errands, transport=transport)
        return survey_of(answers, border.network, known)

    with Agents(world, targets, clock):
        return asyncio.run(story())


@pytest.fixture(scope="module")
def survey(border: Configuration) -> Survey:
    return discovered(border)


@pytest.fixture(scope="module")
def difference(border: Configuration, survey: Survey) -> Difference:
    return compare(survey, border.network, border.targets)


def test_every_link_that_carries_lldp_is_confirmed_by_both_ends(
    border: Configuration, survey: Survey, difference: Difference
) -> None:
    carried = {each.id for each in border.network.links.values() if each.medium in HEARD_OVER}
    marks = {each.subject: each.mark for each in difference.links}
    assert {link for link, mark in marks.items() if mark is Mark.CONFIRMED} == carried
    assert {mark for link, mark in marks.items() if link not in carried} == {Mark.UNSEEN}
    assert len(survey.neighbourhood.links) == len(carried) == 30
    assert all(each.is_confirmed for each in survey.neighbourhood.links)
    assert not survey.neighbourhood.findings


def test_nothing_differs_and_nothing_is_proposed(
    border: Configuration, survey: Survey, difference: Difference
) -> None:
    assert not difference.devices
    assert not difference.interfaces
    assert not difference.new_links
    text = proposal(survey, difference, border.network)
    assert "Nothing: all that answered is in the inventory." in text


def test_every_device_answers_echoes_and_tables(survey: Survey) -> None:
    assert len(survey.answers) == 40
    for answer in survey.answers:
        assert answer.answers_echoes, answer.device
        assert not answer.discovered.problems, answer.device
        assert answer.discovered.identity is not None
        assert answer.discovered.uptime_seconds > 0
