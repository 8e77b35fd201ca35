"""What people see, and that nobody else's words run in it."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest

from netmon.api.first_check import FIRST_CHECK
from netmon.api.page import status_page
from netmon.incidents import Phase
from netmon.verdict import Cause, Condition, Evidence, Subject, SubjectKind, Verdict
from tests.netmon.api.story import NOW, StoryJudgement, make_incident, make_network, make_source
from topology.model import LinkId

HOSTILE = "\"><img src=x onerror=alert(1)>'&<script>alert(1)</script>\x00\ud800{0}{{ .Labels }}"


class _Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}


def _tags(page: str) -> _Tags:
    parser = _Tags()
    parser.feed(page)
    return parser


def _headline(page: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", page)
    assert found
    return found.group(1)


def test_the_headline_counts_incidents_and_names_the_worst() -> None:
    page = status_page(make_source())
    assert _headline(page) == "3 open incidents"
    assert "worst: Mustvee without power: 2 sites cut off behind it" in page


def test_the_page_reads_from_the_worst_to_the_rest() -> None:
    page = status_page(make_source())
    places = [
        page.index(words)
        for words in ('<h1 role="status">', "<h2>Incidents", "<h2>Links", "<h2>Sites")
    ]
    assert places == sorted(places)
    assert page.index("mw-tartu-mustvee<small>") < page.index("f-tartu-piusa<small>")


def test_an_incident_says_what_where_since_why_what_is_lost_and_the_first_check() -> None:
    page = status_page(make_source())
    for words in (
        "site Mustvee (mustvee)",
        "23:47:26 UTC",
        "<strong>12 min</strong>",
        "on battery since 23:21 UTC",
        "2 sites: Vasknarva, Narva",
        "4 dependents: narva-mast-0",
        "Call whoever holds the key",
        "acknowledged by duty desk north",
        "jamming-like</strong>, 12 to 1 against interference",
    ):
        assert words in page


def test_all_quiet_is_said_only_when_all_is_healthy() -> None:
    source = make_source(incidents=())
    assert _headline(status_page(source)) == "No open incident"
    healthy = {
        link: Verdict(
            subject=Subject(SubjectKind.LINK, link), condition=Condition.HEALTHY, since=NOW
        )
        for link in source.network.links
    }
    source.judgement = StoryJudgement(links=healthy)
    assert _headline(status_page(source)) == "All quiet"


def test_old_data_is_never_shown_as_quiet() -> None:
    page = status_page(make_source(incidents=(), data_age_seconds=245.0))
    assert _headline(page) == "Data is 4 min old"


def test_nothing_judged_is_never_shown_as_quiet() -> None:
    source = make_source(judgement=None, incidents=(), data_age_seconds=None)
    source.reasons_unready = ("12 of 40 devices polled",)
    page = status_page(source)
    assert _headline(page) == "Not judged yet"
    assert "12 of 40 devices polled" in page


def test_our_own_lost_uplink_is_the_headline() -> None:
    lost = Verdict(subject=Subject(SubjectKind.NETWORK, ""), condition=Condition.UNKNOWN, since=NOW)
    page = status_page(make_source(judgement=StoryJudgement(network=lost)))
    assert _headline(page) == "netmon itself is cut off"


def test_colour_is_never_the_only_signal() -> None:
    page = status_page(make_source())
    for condition in ("down", "unreachable", "degraded", "healthy", "maintenance"):
        assert f'<use href="#{condition}"/></svg> {condition}<' in page or (
            f'<span class="word">{condition}</span>' in page
        )
        assert f'<symbol id="{condition}"' in page


def test_hostile_text_stays_text() -> None:
    source = make_source(
        network=make_network(site_name=HOSTILE),
        incidents=(
            make_incident(
                title=HOSTILE,
                words=(HOSTILE,),
                subject=HOSTILE,
                sites_lost=(HOSTILE,),
                dependents_lost=(HOSTILE,),
                acknowledged_by=HOSTILE,
                phase=Phase.ACKNOWLEDGED,
            ),
        ),
    )
    clean, hostile = _tags(status_page(make_source())), _tags(status_page(source))
    assert hostile.tags <= clean.tags
    assert not any(name.startswith("on") for name in hostile.attributes)
    assert "style" not in hostile.attributes


def test_the_page_needs_nothing_that_its_own_policy_forbids() -> None:
    page = status_page(make_source())
    assert "style=" not in page
    assert "<style" not in page
    assert not re.search(r"<script(?! src=\"/static/)", page)
    assert not re.search(r"(src|href)=\"(https?:)?//", page)


@pytest.mark.parametrize("cause", Cause)
def test_every_cause_has_a_first_check(cause: Cause) -> None:
    assert FIRST_CHECK[cause].endswith((".", "?"))


def test_a_large_network_is_cut_and_says_where_the_rest_is() -> None:
    incidents = tuple(make_incident(name=f"i-{number}") for number in range(70))
    page = status_page(make_source(incidents=incidents))
    assert page.count('<article class="incident') == 50
    assert '20 more incidents: <a href="/api/v1/incidents">' in page


def test_a_link_with_a_silent_end_has_no_round_trip() -> None:
    row = status_page(make_source()).split("mw-tartu-mustvee<small>")[1].split("</tr>")[0]
    assert '<td data-name="Loss" class="n">100 %</td>' in row
    assert '<td data-name="RTT" class="n">–</td>' in row


def _row(page: str, link: str) -> str:
    return (
        page.split(f"{link}<small>")[0].rsplit("<tr", 1)[1]
        + page.split(f"{link}<small>")[1].split("</tr>")[0]
    )


def _believed(link: str, condition: Condition, seconds: float) -> StoryJudgement:
    subject = Subject(SubjectKind.LINK, link)
    verdict = Verdict(subject=subject, condition=condition, since=NOW - seconds)
    return StoryJudgement(links={LinkId(link): verdict})


def test_a_link_that_is_not_well_says_since_when_and_a_healthy_one_does_not() -> None:
    name = "f-tartu-piusa"
    page = status_page(make_source(judgement=_believed(name, Condition.DEGRADED, 4 * 60)))
    assert "degraded<small>23:56:00 UTC · 4 min</small>" in _row(page, name)
    page = status_page(make_source(judgement=_believed(name, Condition.HEALTHY, 4 * 60)))
    assert "healthy</td>" in _row(page, name)


def test_echoes_that_came_another_way_are_not_the_figures_of_a_link_that_is_down() -> None:
    name = "f-tartu-piusa"  # both its ends answer
    row = _row(status_page(make_source(judgement=_believed(name, Condition.DEGRADED, 9))), name)
    assert '<td data-name="Loss" class="n">0 %</td>' in row
    row = _row(status_page(make_source(judgement=_believed(name, Condition.DOWN, 9))), name)
    assert '<td data-name="Loss" class="n">–</td>' in row
    assert '<td data-name="RTT" class="n">–</td>' in row


def test_what_is_down_and_cuts_nobody_off_says_so() -> None:
    down = make_incident(condition=Condition.DOWN, cause=Cause.FIBRE_CUT)
    assert "no site: other ways carry on" in status_page(make_source(incidents=(down,)))
    assert "no site: other ways carry on" not in status_page(make_source())


def test_a_tab_in_the_background_tells_the_headline() -> None:
    assert "<title>3 open incidents · netmon</title>" in status_page(make_source())


def test_a_row_says_its_first_findings_and_how_many_more_there_are() -> None:
    judgement = _believed("f-tartu-piusa", Condition.DEGRADED, 9)
    verdict = judgement.links[LinkId("f-tartu-piusa")]
    found = tuple(Evidence(detector="d", finding="f", words=f"finding {n}") for n in range(5))
    judgement = StoryJudgement(links={LinkId("f-tartu-piusa"): replace(verdict, evidence=found)})
    row = _row(status_page(make_source(judgement=judgement)), "f-tartu-piusa")
    assert "<small>finding 0; finding 1; 3 more findings</small>" in row
