"""The demo's screen: ten seconds at 03:00 must be enough, and it must always fit."""

import dataclasses
import io

import pytest
from rich.console import Console

from netmon.api.page import status_page
from netmon.incidents import Phase
from netmon.terminal import draw
from netmon.verdict import Cause, SubjectKind
from tests.netmon.api.story import NOW, StorySource, make_incident, make_source
from topology.model import LinkId, Role
from topology.network import Network


def screen(source: StorySource, *, width: int = 160, height: int = 50) -> list[str]:
    """Draw once, as text."""
    paper = io.StringIO()
    console = Console(file=paper, width=width, height=height, force_terminal=False)
    console.print(
        draw(source, addresses=("page x/",), elapsed_seconds=61, width=width, height=height)
    )
    return paper.getvalue().splitlines()


def line_with(words: str, lines: list[str]) -> str:
    (found,) = [line for line in lines if words in line]
    return found


def test_the_worst_incident_comes_first_with_since_why_loss_and_what_to_do() -> None:
    lines = screen(make_source())
    assert "3 open incidents, 2 critical" in lines[0]
    assert "00:00:00 UTC" in lines[0]
    assert "critical" in lines[1]
    assert "acknowledged by duty desk north 12 min  Mustvee without power" in lines[1]
    assert "since 23:47:26 UTC" in lines[1]
    assert "power: on battery since 23:21 UTC" in lines[2]
    assert "2 sites: Vasknarva, Narva · 4 dependents: narva-mast-0" in lines[3]
    assert "Call whoever holds the key" in lines[4]


def test_a_link_says_where_it_leads_and_what_is_wrong() -> None:
    line = line_with("mw-tartu-mustvee", screen(make_source()))
    for words in ("Tartu – Mustvee", "microwave 7 GHz", "down, power", "both ends silent"):
        assert words in line
    assert any("Links 4 of 9 healthy" in each for each in screen(make_source()))


def test_a_sick_site_says_what_it_carries() -> None:
    line = line_with("EE Narva: unreachable", screen(make_source()))
    assert "carries narva-mast-0, narva-mast-1, narva-mast-2" in line


def test_healthy_sites_are_shown_where_there_is_room() -> None:
    assert "● tartu  ● piusa" in line_with("● tartu", screen(make_source()))
    assert not any("● tartu" in each for each in screen(make_source(), height=16))


@pytest.mark.parametrize(("width", "height"), [(160, 50), (100, 40), (80, 24), (80, 16), (40, 20)])
def test_the_screen_fits_whatever_happens(width: int, height: int) -> None:
    source = make_source()
    many = [
        dataclasses.replace(make_incident(name=f"i-{number}"), opened_at=NOW - number)
        for number in range(30)
    ]
    source.incidents = many
    lines = screen(source, width=width, height=height)
    assert len(lines) <= height
    assert max(map(len, lines)) <= width
    assert any("more incidents" in line for line in lines)
    assert lines[-1].startswith("page x/")


def test_quiet_is_said_and_what_ended_is_remembered() -> None:
    over = dataclasses.replace(
        make_incident(phase=Phase.CLOSED, title="rain on 2 links", opened_at=NOW - 90),
        changed_at=NOW - 30,
    )
    lines = screen(make_source(incidents=(over,)))
    assert "all quiet" in lines[0]
    assert "over since 23:59:30 UTC, lasted 1 min" in line_with("rain on 2 links", lines)


def test_one_incident_is_not_called_incidents() -> None:
    assert " 1 open incident, 1 critical " in screen(make_source(incidents=(make_incident(),)))[0]


def test_an_old_judgement_is_called_old() -> None:
    lines = screen(make_source(data_age_seconds=42.0))
    assert "42 s old: judging has stopped" in lines[0]


def test_before_the_first_judgement_nothing_is_called_healthy() -> None:
    lines = screen(make_source(judgement=None, incidents=(), data_age_seconds=None))
    assert "nothing judged yet" in lines[0]
    assert "all quiet" not in lines[0]
    assert any("Links 0 of 9 healthy" in line for line in lines)
    assert any("Sites 0 of 8 healthy" in line for line in lines)


def test_words_of_devices_are_never_markup() -> None:
    lines = screen(make_source(incidents=(make_incident(words=("[bold red]x[/]",)),)))
    assert any("[bold red]x[/]" in line for line in lines)


def test_without_a_core_nothing_is_claimed_of_what_is_cut_off() -> None:
    source = make_source(incidents=(make_incident(),))
    network = source.network
    sites = [dataclasses.replace(site, role=Role.RELAY) for site in network.sites.values()]
    source.network = Network.build(
        sites, network.devices.values(), network.interfaces.values(), network.links.values()
    )
    assert "not known: no site of the inventory is a core" in line_with("cut off", screen(source))


@pytest.mark.parametrize(
    ("known", "words"),
    [(True, "nothing is cut off"), (False, "not worked out: too much failed at once")],
)
def test_what_was_not_worked_out_is_not_called_nothing(known: bool, words: str) -> None:
    one = dataclasses.replace(make_incident(), consequence_known=known)
    lines = screen(make_source(incidents=(one,)))
    assert words in line_with("cut off", lines)


def test_a_receiver_of_a_jamming_like_incident_says_what_it_is_part_of() -> None:
    source = make_source()
    assert source.judgement is not None
    link = LinkId("s6-narva-mast")
    alone = dataclasses.replace(source.judgement.links[link], cause=Cause.INTERFERENCE)
    links = {**source.judgement.links, link: alone}
    source.judgement = dataclasses.replace(source.judgement, links=links)
    row = next(line for line in screen(source) if line.lstrip("▲◐ ").startswith(link))
    assert "degraded, interference, part of jamming-like incident i-1" in row
    assert "interference, part of jamming-like incident i-1" in status_page(source)


def test_for_netmons_own_site_one_looks_there_and_the_page_tells_the_rest() -> None:
    own = make_incident(
        kind=SubjectKind.NETWORK, subject="network", cause=Cause.UPSTREAM, title="delays rose"
    )
    source = make_source(incidents=(own,))
    assert "Look at netmon's own machine" in line_with("   first", screen(source))
    page = status_page(source)
    assert "cut off</h1>" not in page
    assert "Look at netmon&#x27;s own machine" in page
