"""The simulated border network, discovered over UDP: what it says is what its inventory says."""

import asyncio
import dataclasses
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
from netmon.simulation.story import QUIET, Story, drill
from netmon.simulation.world import World

BORDER = Path(netmon.simulation.__file__).with_name("border.yaml")
ENVIRON = {"NETMON_DEMO_COMMUNITY": "made-up"}


@pytest.fixture(scope="module")
def border() -> Configuration:
    return reachable(load([BORDER], environ=ENVIRON))


def reachable(configuration: Configuration) -> Configuration:
    """Put the agents on free ports, and ask them in a hurry."""
    targets = configuration.targets
    targets = on_other_ports(targets, ports_away(targets.values()))
    hasty = dataclasses.replace(
        configuration.settings.discovery, pdus_per_second=500.0, timeout_seconds=0.5, retries=0
    )
    settings = dataclasses.replace(configuration.settings, discovery=hasty)
    return dataclasses.replace(configuration, targets=targets, settings=settings)


def discovered(
    border: Configuration,
    known: Configuration | None = None,
    *,
    story: Story = QUIET,
    at: float = 0.0,
) -> Survey:
    """Discover all of the network at one instant, by what an inventory knows of it."""
    inventory = known or border
    assert border.collector_site is not None
    world = World(border.network, collector_site=border.collector_site, story=story)
    targets = tuple(border.targets.values())

    def clock() -> float:
        return at

    async def ask_all() -> Survey:
        transport = EchoTransport(world, targets, clock)
        addresses = [each.ping.address for each in targets if each.ping is not None]
        port = next(each.snmp.port for each in targets if each.snmp is not None)
        credentials = tuple(border.credentials.values())
        errands = errands_of(addresses, inventory.targets, credentials, port=port)
        answers = await ask(border, errands, transport=transport)
        return survey_of(answers, inventory.network, inventory.targets)

    with Agents(world, targets, clock):
        return asyncio.run(ask_all())


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


@pytest.mark.parametrize(
    ("at", "lost", "gone"),
    [
        (52.0, {"fo-vilnius-suwalki", "fo-vilnius-bialystok"}, set()),  # one duct, cut
        (75.0, {"fo-tartu-luhamaa"}, {"luhamaa-rt1", "luhamaa-pw1"}),  # a dark site
    ],
    ids=["cut duct", "dark site"],
)
def test_a_network_in_trouble_is_less_confirmed_and_never_contradicted(
    at: float, lost: set[str], gone: set[str], border: Configuration
) -> None:
    survey = discovered(border, story=drill("border"), at=at)
    difference = compare(survey, border.network, border.targets)
    carried = {each.id for each in border.network.links.values() if each.medium in HEARD_OVER}
    confirmed = {each.subject for each in difference.links if each.mark is Mark.CONFIRMED}
    assert carried - confirmed == lost
    assert {each.mark for each in difference.links} == {Mark.CONFIRMED, Mark.UNSEEN}
    assert {each.subject for each in difference.devices} == gone
    assert {each.mark for each in difference.devices} <= {Mark.GONE}


def test_what_an_inventory_lacks_is_proposed(border: Configuration, tmp_path: Path) -> None:
    """Without the radio of Medininkai it and its hop are found, by both ends, of one medium."""
    lines = BORDER.read_text("utf-8").splitlines(keepends=True)
    file = tmp_path / "inventory.yaml"
    file.write_text("".join(each for each in lines if "medininkai-mw1" not in each), "utf-8")
    lacking = load([file], environ=ENVIRON)
    survey = discovered(border, dataclasses.replace(lacking, targets={
        key: each for key, each in border.targets.items() if key in lacking.targets
    }))  # fmt: skip
    difference = compare(survey, lacking.network, lacking.targets)
    assert [(each.mark, each.subject) for each in difference.devices] == [
        (Mark.NEW, "medininkai-mw1")
    ]
    new = [each.subject for each in difference.links if each.mark is Mark.NEW]
    assert new == ["medininkai-mw1:radio1 – vilnius-mw1:radio1"]
    found = tmp_path / "found.yaml"
    text = proposal(survey, difference, lacking.network)
    assert "medium: microwave  # by ifType" in text
    assert "profile: ceragon" in text
    for blank, value in (("country: FILL-IN", "country: LT"), ("lat: FILL-IN", "lat: 54.5"),
                         ("lon: FILL-IN", "lon: 25.6")):  # fmt: skip
        text = text.replace(blank, value)
    found.write_text(text, "utf-8")
    whole = load([file, found], environ=ENVIRON)
    assert len(whole.network.devices) == len(border.network.devices)
    assert len(whole.network.links) == len(border.network.links)
