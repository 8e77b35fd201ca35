"""What Prometheus reads."""

import asyncio
import gzip
import subprocess
from dataclasses import replace

import pytest

from collectors.observation import Missing, Outcome
from netmon.exposition.exposition import negotiate
from netmon.exposition.families import FAMILIES, TABLE
from netmon.incidents import Severity
from netmon.tally import COLLECTORS
from netmon.verdict import Cause, Condition, SubjectKind
from tests.netmon.exposition.scrape_builders import (
    OPENMETRICS,
    Judgement,
    Story,
    make_exposition,
    make_incident,
    names,
    scrape,
    value,
    verdict,
)
from tests.netmon.state_builders import (
    NARVA,
    NARVA_E0,
    TARTU,
    echoed,
    ended,
    make_layout,
    make_network,
    make_state,
    make_targets,
    polled,
)
from tests.servers import require
from tests.wire.engines import LOOPS
from topology.model import InterfaceId, LinkId, SiteId, interface_id

LINK = LinkId("narva-r1--tartu-r1")
AT_NARVA = {"site": "site-narva-r1", "device": NARVA}
NARVA_PORT = {**AT_NARVA, "interface": "e0"}
FORMATS = pytest.mark.parametrize("accept", ["", OPENMETRICS], ids=["plain", "OpenMetrics"])


def full_story() -> Story:
    """Return a story in which every family has something to tell."""
    state = make_state()
    layout = make_layout(NARVA, "rsl_dbm", "speed_bps", "oper_status", "in_octets", "in_errors")
    for at in (10.0, 20.0):
        state.remember(polled(layout, at, -40.25, 1e9, 1, 2**50 + int(at), 7))
        state.remember_echo(echoed(NARVA, at, 0.010, 0.012))
        state.settle(at + 1)
    return Story(
        state=state,
        judgement=Judgement(
            links={LINK: verdict(SubjectKind.LINK, LINK, Condition.DEGRADED)},
            devices={NARVA: verdict(SubjectKind.DEVICE, NARVA, Condition.HEALTHY)},
            sites={
                SiteId("site-narva-r1"): verdict(
                    SubjectKind.SITE, "site-narva-r1", Condition.UNREACHABLE
                )
            },
        ),
        open_incidents=[make_incident()],
    )


@FORMATS
def test_what_was_measured_reads_back(accept: str) -> None:
    found = scrape(make_exposition(full_story(), at=21.0), accept)
    assert value(found, "netmon_radio_rsl_dbm", **NARVA_PORT) == -40.25
    assert value(found, "netmon_interface_speed_bytes_per_second", **NARVA_PORT) == 125e6
    assert value(found, "netmon_interface_in_bytes_total", **NARVA_PORT) == 10
    assert value(found, "netmon_interface_in_errors_total", **NARVA_PORT) == 0
    assert value(found, "netmon_ping_loss_ratio", **AT_NARVA) == pytest.approx(0.6)
    assert value(found, "netmon_ping_rtt_seconds", **AT_NARVA) == pytest.approx(0.011)
    assert value(found, "netmon_ping_requests_total", **AT_NARVA) == 10
    assert value(found, "netmon_device_last_answer_age_seconds", **AT_NARVA) == 1


@FORMATS
def test_what_is_believed_reads_back(accept: str) -> None:
    found = scrape(make_exposition(full_story()), accept)
    assert value(found, "netmon_link_up", link=LINK) == 1
    states = {
        condition: value(
            found, "netmon_link_condition", link=LINK, netmon_link_condition=condition.value
        )
        for condition in Condition
    }
    assert states == {condition: float(condition is Condition.DEGRADED) for condition in Condition}
    assert value(found, "netmon_device_up", **AT_NARVA) == 1
    assert value(found, "netmon_site_reachable", site="site-narva-r1") == 0
    assert value(found, "netmon_link_capacity_bytes_per_second", link=LINK) == 50e6
    assert (
        value(
            found,
            "netmon_link_info",
            link=LINK,
            medium="microwave",
            band="7 GHz",
            site_a="site-narva-r1",
            device_a=NARVA,
            interface_a="e0",
            site_b="site-tartu-r1",
            device_b=TARTU,
            interface_b="e0",
        )
        == 1
    )


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        (Condition.HEALTHY, 1),
        (Condition.DEGRADED, 1),
        (Condition.DOWN, 0),
        (Condition.UNREACHABLE, 0),
        (Condition.UNKNOWN, None),
        (Condition.MAINTENANCE, None),
    ],
)
def test_a_link_is_up_down_or_not_known(condition: Condition, expected: float | None) -> None:
    judgement = Judgement(links={LINK: verdict(SubjectKind.LINK, LINK, condition)})
    found = scrape(make_exposition(Story(state=make_state(), judgement=judgement)))
    assert value(found, "netmon_link_up", link=LINK) == expected


def test_an_unreachable_device_differs_from_one_that_is_down() -> None:
    judgement = Judgement(
        devices={
            NARVA: verdict(SubjectKind.DEVICE, NARVA, Condition.DOWN),
            TARTU: verdict(SubjectKind.DEVICE, TARTU, Condition.UNREACHABLE),
        }
    )
    found = scrape(make_exposition(Story(state=make_state(), judgement=judgement)))
    at_tartu = {"site": "site-tartu-r1", "device": TARTU}
    assert value(found, "netmon_device_up", **AT_NARVA) == 0
    assert value(found, "netmon_device_reachable", **AT_NARVA) == 1
    assert value(found, "netmon_device_reachable", **at_tartu) == 0


def test_nothing_is_known_before_the_first_poll_and_nothing_is_0() -> None:
    found = scrape(make_exposition(Story(state=make_state())))
    assert value(found, "netmon_link_up", link=LINK) is None
    unknown = {"link": LINK, "netmon_link_condition": "unknown"}
    assert value(found, "netmon_link_condition", **unknown) == 1
    assert not {name for name in names(found) if name.startswith("netmon_radio_")}
    assert "netmon_ping_loss_ratio" not in names(found)
    assert "netmon_device_last_answer_age_seconds" not in names(found)


def test_counters_of_known_targets_exist_from_the_first_scrape() -> None:
    found = scrape(make_exposition(Story(state=make_state())))
    assert value(found, "netmon_ping_requests_total", **AT_NARVA) == 0
    for collector in COLLECTORS:
        for outcome in Outcome:
            labels = {"collector": collector, "outcome": outcome.value}
            assert value(found, "netmon_poll_outcomes_total", **labels) == 0
    for cause in Cause:
        for severity in Severity:
            labels = {"cause": cause.value, "severity": severity.value}
            assert value(found, "netmon_incidents_total", **labels) == 0


def test_a_silent_device_has_no_values_and_its_counters_go_on_later() -> None:
    story = full_story()
    story.state.settle(100.0)
    found = scrape(make_exposition(story))
    assert value(found, "netmon_radio_rsl_dbm", **NARVA_PORT) is None
    assert value(found, "netmon_interface_in_bytes_total", **NARVA_PORT) is None
    layout = make_layout(NARVA, "rsl_dbm", "speed_bps", "oper_status", "in_octets", "in_errors")
    story.state.remember(polled(layout, 110.0, -40, 1e9, 1, 2**50 + 500, 7))
    story.state.settle(111.0)
    found = scrape(make_exposition(story))
    assert value(found, "netmon_interface_in_bytes_total", **NARVA_PORT) == 10


def test_series_of_a_removed_device_vanish_at_the_next_scrape() -> None:
    story = full_story()
    exposition = make_exposition(story)
    assert any(NARVA in str(labels) for _, labels in scrape(exposition))
    story.open_incidents = []
    network = make_network(TARTU)
    story.state.replace(network, make_targets(network))
    assert not any(NARVA in str(labels) for _, labels in scrape(exposition))


def test_scrapes_follow_the_values() -> None:
    story = full_story()
    exposition = make_exposition(story)
    scrape(exposition)
    layout = make_layout(NARVA, "rsl_dbm", "snr_db")
    story.state.remember(polled(layout, 30.0, -50.5, 22.0))
    found = scrape(exposition)
    assert value(found, "netmon_radio_rsl_dbm", **NARVA_PORT) == -50.5
    assert value(found, "netmon_radio_snr_decibels", **NARVA_PORT) == 22
    assert value(found, "netmon_interface_oper_status", **NARVA_PORT) is None
    story.state.remember(polled(layout, 40.0, None, 23.0))
    found = scrape(exposition)
    assert value(found, "netmon_radio_rsl_dbm", **NARVA_PORT) is None
    assert value(found, "netmon_radio_snr_decibels", **NARVA_PORT) == 23


def test_an_incident_has_its_identity_in_labels_and_its_words_in_info() -> None:
    found = scrape(make_exposition(full_story()))
    identity = {
        "incident": "i1",
        "cause": "jamming_like",
        "severity": "critical",
        "subject_kind": "link",
        "site": "",
        "link": LINK,
        "device": "",
        "known": "",
    }
    assert value(found, "netmon_incident_open", **identity) == 1
    assert value(found, "netmon_incident_opened_timestamp_seconds", incident="i1") == 1.7e9
    assert value(found, "netmon_incident_dependents_lost", incident="i1") == 2
    info = {
        "incident": "i1",
        "title": "jamming-like",
        "because": "SNR down 9.3 dB",
        "phase": "open",
        "condition": "degraded",
        "runner_up": "interference",
        "sites_lost": "site-tartu-r1",
        "dependents_lost": "camera-1 camera-2",
    }
    assert value(found, "netmon_incident_info", **info) == 1


def test_figures_that_move_make_no_new_series() -> None:
    story = full_story()
    exposition = make_exposition(story)
    before = {key for key in scrape(exposition) if key[0] == "netmon_incident_info"}
    story.open_incidents = [make_incident(words="SNR down 9.4 dB")]
    assert {key for key in scrape(exposition) if key[0] == "netmon_incident_info"} == before


HOSTILE = 'a"b\\c\nd\x00e\u202ef\ud800g %s {x="1"} 1\n# EOF'


@FORMATS
def test_no_text_breaks_a_scrape(accept: str) -> None:
    story = full_story()
    story.open_incidents = [make_incident(title=HOSTILE)]
    told = interface_id(NARVA, HOSTILE)
    layout = make_layout(NARVA, "rsl_dbm", interfaces=[NARVA_E0, told])
    story.state.remember(polled(layout, 30.0, -40, -50))
    found = scrape(make_exposition(story), accept)
    levels = [number for (name, _), number in found.items() if name == "netmon_radio_rsl_dbm"]
    assert sorted(levels) == [-50, -40]
    assert "netmon_incident_info" in names(found)


def test_different_texts_stay_different_series() -> None:
    story = full_story()
    told = [interface_id(NARVA, f"x{letter}") for letter in "\x00\x01\ud800\ud801"]
    layout = make_layout(NARVA, "rsl_dbm", interfaces=told)
    story.state.remember(polled(layout, 30.0, 1, 2, 3, 4))
    found = scrape(make_exposition(story))
    assert len([name for name, _ in found if name == "netmon_radio_rsl_dbm"]) == 4


def test_two_interfaces_with_one_name_do_not_break_a_scrape() -> None:
    story = full_story()
    told = [InterfaceId("e0"), interface_id(NARVA, "e0")]
    layout = make_layout(NARVA, "rsl_dbm", interfaces=told)
    story.state.remember(polled(layout, 30.0, 1, 2))
    found = scrape(make_exposition(story))
    assert len([name for name, _ in found if name == "netmon_radio_rsl_dbm"]) == 2


def test_series_above_the_limit_are_dropped_and_counted() -> None:
    story = full_story()
    whole = scrape(make_exposition(story))
    about_the_network = value(whole, "netmon_exposition_series")
    assert value(whole, "netmon_series_dropped_total") == 0
    exposition = make_exposition(story, series_limit=10)
    scrape(exposition)
    found = scrape(exposition)
    assert value(found, "netmon_exposition_series") == 10
    dropped = value(found, "netmon_series_dropped_total")
    assert about_the_network is not None
    assert dropped is not None
    assert dropped > 0
    assert value(found, "netmon_link_up", link=LINK) == 1  # what matters most comes first


@FORMATS
def test_every_series_belongs_to_a_family_of_the_table(accept: str) -> None:
    allowed = {family.name: set(family.labels) for family in TABLE}
    for suffix in ("_bucket", "_count", "_sum"):
        allowed[f"netmon_poll_duration_seconds{suffix}"] = {"collector", "le"}
    for name, labels in scrape(make_exposition(full_story()), accept):
        assert {label for label, _ in labels} <= allowed[name]


def test_identities_are_the_only_labels_of_what_is_measured() -> None:
    for family in TABLE:
        if not family.name.endswith("_info") and family.chapter not in (
            "Incidents",
            "Resilience",
            "netmon itself",
        ):
            allowed = {"site", "device", "interface", "link", family.name}
            assert set(family.labels) <= allowed, family.name


def test_a_device_that_is_not_what_its_profile_is_for_shows() -> None:
    state = make_state()
    layout = make_layout(NARVA, "in_octets")
    name = "netmon_device_profile_mismatch"
    labels = {"site": f"site-{NARVA}", "device": NARVA}
    assert name not in names(scrape(make_exposition(Story(state=state))))  # nothing is known yet
    state.remember(replace(polled(layout, 1, 5.0), misfit="profile ceragon is for …"))
    assert value(scrape(make_exposition(Story(state=state))), name, **labels) == 1
    state.remember(polled(layout, 2, 6.0))
    assert value(scrape(make_exposition(Story(state=state))), name, **labels) == 0


def test_how_long_polls_took_is_a_histogram() -> None:
    state = make_state()
    for at in (1, 2):
        state.remember(ended(NARVA, at, Outcome.TIMEOUT))
    found = scrape(make_exposition(Story(state=state)))
    name = "netmon_poll_duration_seconds"
    assert value(found, f"{name}_count", collector="snmp") == 2
    assert value(found, f"{name}_sum", collector="snmp") == 4
    assert value(found, f"{name}_bucket", collector="snmp", le="1.0") == 0
    assert value(found, f"{name}_bucket", collector="snmp", le="2.5") == 2
    assert value(found, f"{name}_bucket", collector="snmp", le="+Inf") == 2


def test_others_can_hang_their_numbers_in() -> None:
    exposition = make_exposition(full_story())
    exposition.health.watch("netmon_socket_drops_total", lambda: 7, collector="ping")
    exposition.health.watch("netmon_snmp_in_flight", lambda: None)
    exposition.health.watch_each("netmon_snmp_rejected_total", "reason", lambda: {"mistyped": 3})
    found = scrape(exposition)
    assert value(found, "netmon_socket_drops_total", collector="ping") == 7
    assert value(found, "netmon_snmp_rejected_total", reason="mistyped") == 3
    assert "netmon_snmp_in_flight" not in names(found)


def test_a_number_without_a_family_is_an_error() -> None:
    health = make_exposition(full_story()).health
    with pytest.raises(ValueError, match="add it there first"):
        health.watch("netmon_invented", lambda: 1)
    with pytest.raises(ValueError, match="has the labels"):
        health.watch("netmon_socket_drops_total", lambda: 1, device="x")


def test_the_process_itself_is_measured() -> None:
    found = scrape(make_exposition(full_story()))
    memory = value(found, "process_resident_memory_bytes")
    assert memory is not None
    assert memory > 1e6
    assert value(found, "process_cpu_seconds_total") is not None


@pytest.mark.parametrize(
    ("accept", "is_openmetrics"),
    [
        ("", False),
        ("text/plain", False),
        ("*/*", False),
        ("text/plain;version=1.0.0;escaping=allow-utf-8;q=0.4", False),
        ("application/openmetrics-text", True),
        ("application/openmetrics-text;version=1.0.0;q=0.8,text/plain;version=0.0.4;q=0.5", True),
        ("application/openmetrics-text;version=99.0.0", True),
        ("application/openmetrics-text;version=x.y", False),
        (";;;=,=;version", False),
    ],
)
def test_the_format_is_negotiated(accept: str, *, is_openmetrics: bool) -> None:
    content_type, is_asked = negotiate(accept)
    assert is_asked is is_openmetrics
    assert content_type == (
        "application/openmetrics-text; version=1.0.0; charset=utf-8"
        if is_openmetrics
        else "text/plain; version=0.0.4; charset=utf-8"
    )


@pytest.mark.parametrize("loop", LOOPS)
def test_a_scrape_off_the_event_loop_is_the_same_and_may_be_compressed(loop: str) -> None:
    async def story() -> None:
        exposition = make_exposition(full_story())
        _, plain, headers = await exposition.render("", "")
        assert "Content-Encoding" not in headers
        content_type, packed, headers = await exposition.render("", "gzip, br")
        assert content_type.startswith("text/plain")
        assert headers["Content-Encoding"] == "gzip"
        assert b'netmon_link_up{link="narva-r1--tartu-r1"} 1\n' in gzip.decompress(packed)
        assert b'netmon_link_up{link="narva-r1--tartu-r1"} 1\n' in plain
        exposition.close()

    LOOPS[loop](story())


@pytest.mark.parametrize("loop", LOOPS)
def test_a_scraper_that_goes_away_harms_no_other(loop: str) -> None:
    async def story() -> None:
        exposition = make_exposition(full_story())
        for _ in range(20):
            leaving = asyncio.create_task(exposition.render(""))
            await asyncio.sleep(0)
            leaving.cancel()
        pages = await asyncio.gather(*[exposition.render("") for _ in range(5)])
        assert all(b"netmon_link_up" in body for _, body, _ in pages)
        exposition.close()

    LOOPS[loop](story())


def test_promtool_finds_nothing_to_object_to() -> None:
    promtool = require("promtool")
    _, body, _ = make_exposition(full_story()).render_now("")
    checked = subprocess.run(
        [promtool, "check", "metrics"], input=body, capture_output=True, check=False
    )
    assert checked.returncode == 0, checked.stderr.decode() + checked.stdout.decode()
    assert "netmon" not in checked.stderr.decode()


def test_names_are_unique() -> None:
    assert len(FAMILIES) == len(TABLE)
    assert len({family.bare_name for family in TABLE}) == len(TABLE)


def test_interfaces_that_a_device_has_not_are_counted() -> None:
    state = make_state()
    name = "netmon_device_interfaces_missing"
    labels = {"site": f"site-{NARVA}", "device": NARVA}
    assert name not in names(scrape(make_exposition(Story(state=state))))  # nothing is known yet
    layout = make_layout(NARVA, interfaces=())
    state.remember(polled(replace(layout, missing=(Missing(NARVA_E0, "e0"),)), 1))
    assert value(scrape(make_exposition(Story(state=state))), name, **labels) == 1
    state.replace(state.network, make_targets(state.network))
    assert value(scrape(make_exposition(Story(state=state))), name, **labels) == 1
    state.remember(polled(make_layout(NARVA, "in_octets"), 2, 6.0))
    assert value(scrape(make_exposition(Story(state=state))), name, **labels) == 0
