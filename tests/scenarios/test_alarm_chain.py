"""Who is told what, and how often: a night of incidents through real Prometheus and Alertmanager.

One night is played once; each test reads one fact of what people got. Time runs 20 times as fast
(tests/scenarios/alarm_chain.py).
"""

import json
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from tests.scenarios.alarm_chain import Chain, Post, alarm_chain, until

pytestmark = pytest.mark.timeout(300)  # the night takes a minute


@dataclass
class Told:
    """An incident as netmon exports it."""

    incident: str
    cause: str
    severity: str
    kind: str
    subject: str
    condition: str = "down"
    sites_lost: int = 0
    title: str = ""


@dataclass
class Page:
    """What netmon's /metrics says now."""

    incidents: list[Told] = field(default_factory=list)
    unreachable: list[str] = field(default_factory=list)  # links behind a cause
    began: float = field(default_factory=time.monotonic)

    def text(self) -> str:
        ticks = 1000.0 * (time.monotonic() - self.began)
        lines = [
            "netmon_devices 100", "netmon_sites 60", f"netmon_polls_total {ticks}",
            f"netmon_judge_cycles_total {ticks}", "netmon_config_last_reload_successful 1",
            *(_link(link, "unreachable") for link in self.unreachable),
        ]  # fmt: skip
        for one in self.incidents:
            of = f'incident="{one.incident}"'
            where = f'{one.kind}="{one.subject}"' if one.kind != "network" else 'site=""'
            lines += [
                f'netmon_incident_open{{{of},cause="{one.cause}",severity="{one.severity}",'
                f'subject_kind="{one.kind}",{where},known=""}} 1',
                f'netmon_incident_info{{{of},title="{one.title or one.incident}",because="why"}} 1',
                f"netmon_incident_sites_lost{{{of}}} {one.sites_lost}",
                f"netmon_incident_dependents_lost{{{of}}} {2 * one.sites_lost}",
            ]
            if one.kind == "link":
                lines.append(_link(one.subject, one.condition))
        return "\n".join(lines) + "\n"


def _link(link: str, condition: str) -> str:
    name = "netmon_link_condition"
    return f'{name}{{link="{link}",{name}="{condition}"}} 1'


RELAY = Told("relay", "power", "critical", "link", "relay-1", sites_lost=40, title="relay lost")
JAMMER = Told("jam", "jamming_like", "critical", "link", "s6-1", "degraded", title="8 links")
RAIN = Told("rain", "rain", "info", "link", "e-1", "degraded")
DOWNPOUR = Told("pour", "rain", "info", "link", "e-2", "down")
FLAPPING = Told("flap", "unknown", "warning", "link", "f-1", "down")
PLANNED = Told("planned", "unknown", "warning", "link", "m-1", "down")
OWN = Told("own", "upstream", "critical", "network", "", "down", title="own uplink lost")
BEHIND = Told("behind", "unknown", "warning", "link", "b-1", "down")


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Post, Chain]]:
    """Play the night; everything is over and told when it is handed out."""
    page = Page()
    with alarm_chain(tmp_path_factory.mktemp("chain"), page.text) as chain:
        post = chain.post
        until(lambda: "firing" in post.told("deadman", alertname="Watchdog"))
        _silence(chain, "m-1")
        page.unreachable = [f"behind-{number}" for number in range(40)]
        page.incidents = [RELAY, JAMMER, RAIN, DOWNPOUR, PLANNED]
        until(lambda: post.told("oncall", incident="jam") and post.told("oncall", incident="relay"))
        _flap(page)
        chain.stop("alertmanager")
        chain.start_alertmanager()
        time.sleep(4.0)  # it would tell again now
        page.incidents, page.unreachable = [], []
        until(lambda: "resolved" in post.told("oncall", incident="jam"))
        until(lambda: "resolved" in post.told("oncall", incident="relay"))
        until(lambda: len(post.mails("noc@", "f-1")) >= 2)
        page.incidents = [OWN]
        until(lambda: post.told("oncall", incident="own"))
        page.incidents = [OWN, BEHIND]
        time.sleep(6.0)  # link_down waits 1.5 s, its group 1.5 s
        yield post, chain


def _flap(page: Page) -> None:
    """Let one link go up and down, each for less than it takes to be told."""
    always = page.incidents
    for is_down in (True, False, True, False, True, False, True):
        page.incidents = [*always, FLAPPING] if is_down else always
        time.sleep(3.0 if is_down else 2.0)


def _silence(chain: Chain, link: str) -> None:
    now = datetime.now(UTC)
    body = {
        "matchers": [{"name": "link", "value": link, "isRegex": False, "isEqual": True}],
        "startsAt": now.isoformat(),
        "endsAt": (now + timedelta(minutes=10)).isoformat(),
        "createdBy": "noc",
        "comment": "planned work",
    }
    request = urllib.request.Request(
        f"http://127.0.0.1:{chain.alertmanager}/api/v2/silences",
        json.dumps(body).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request, timeout=5) as answer:
        assert answer.status == 200


def test_a_lost_relay_with_40_sites_behind_it_is_one_page(night: tuple[Post, Chain]) -> None:
    post, _ = night
    assert post.told("oncall", incident="relay") == ["firing", "resolved"]
    assert len(post.mails("duty@", "relay lost")) == 2  # and that it is over
    assert not [call for _, call in post.hooks if "behind-" in json.dumps(call)]


def test_a_jammer_on_eight_links_is_one_page_and_one_letter_to_the_spectrum_cell(
    night: tuple[Post, Chain],
) -> None:
    post, _ = night
    assert post.told("oncall", incident="jam") == ["firing", "resolved"]
    assert len(post.mails("spectrum@", "8 links")) == 2  # and that it is over


def test_rain_tells_nobody(night: tuple[Post, Chain]) -> None:
    post, _ = night
    for link in ("e-1", "e-2"):
        assert not [call for _, call in post.hooks if link in json.dumps(call)]
        assert post.mails("@", link) == []


def test_a_link_that_flaps_is_told_once_and_once_that_it_is_over(
    night: tuple[Post, Chain],
) -> None:
    post, _ = night
    assert post.told("oncall", incident="flap") == []
    assert len(post.mails("noc@", "f-1")) == 2


def test_planned_work_tells_nobody(night: tuple[Post, Chain]) -> None:
    post, _ = night
    assert post.mails("@", "m-1") == []


def test_an_alertmanager_that_starts_anew_repeats_nothing(night: tuple[Post, Chain]) -> None:
    post, _ = night
    assert post.told("oncall", incident="relay").count("firing") == 1
    assert post.told("oncall", incident="jam").count("firing") == 1


def test_while_netmons_own_uplink_is_lost_only_that_is_told(night: tuple[Post, Chain]) -> None:
    post, chain = night
    assert post.told("oncall", incident="own") == ["firing"]
    assert post.mails("@", "b-1") == []
    held = [alert for alert in chain.ask("alerts") if alert["labels"].get("link") == "b-1"]
    assert [alert["status"]["state"] for alert in held] == ["suppressed"]


def test_the_heartbeat_goes_on_all_night_and_stops_with_prometheus(
    night: tuple[Post, Chain],
) -> None:
    post, chain = night
    assert len(post.told("deadman", alertname="Watchdog")) >= 5  # one in 3 s
    chain.stop("prometheus")
    time.sleep(4.0)  # an alert lives on for as long as it was told to
    begun = len(post.told("deadman", alertname="Watchdog"))
    time.sleep(8.0)
    assert len(post.told("deadman", alertname="Watchdog")) <= begun + 1
