"""An incident's life: opened once, kept while it changes, closed only when health has held."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.incidents import (
    TRANSITIONS,
    Event,
    Incident,
    IncidentSettings,
    Phase,
    Severity,
    Suspicion,
)
from netmon.lives import Incidents
from netmon.verdict import Cause, Condition, Evidence, Known, Subject, SubjectKind

NOW = 1_795_300_000.0  # 2026-11-21
SETTINGS = IncidentSettings(quarantine_seconds=0.0, clear_seconds=60.0, reopen_seconds=300.0)


def on(name: str) -> Subject:
    return Subject(SubjectKind.LINK, name)


def suspicion(*links: str, cause: Cause = Cause.INTERFERENCE, **more: object) -> Suspicion:
    plain = Suspicion(
        subject=on(links[0]),
        condition=Condition.DEGRADED,
        cause=cause,
        runner_up=None,
        odds=5.0,
        severity=Severity.WARNING,
        title=f"{cause.words} on {len(links)} links",
        evidence=(),
        members=tuple(on(link) for link in links),
    )
    return replace(plain, **more)  # type: ignore[arg-type]


class Life:
    """Incidents with a clock that moves only here."""

    def __init__(self, settings: IncidentSettings = SETTINGS) -> None:
        self.incidents = Incidents(settings)
        self.now = NOW

    def cycle(self, *suspicions: Suspicion, seconds: float = 10.0) -> tuple[Incident, ...]:
        self.now += seconds
        return self.incidents.apply(suspicions, self.now)

    def quiet(self, seconds: float) -> None:
        for _ in range(int(seconds // 10)):
            self.cycle()


def test_an_incident_opens_once_with_a_short_id_of_its_day() -> None:
    life = Life()
    (opened,) = life.cycle(suspicion("a"))
    assert opened.id == "20261121-0001"
    assert opened.phase is Phase.OPEN
    assert life.cycle(suspicion("a")) == ()
    assert len(life.incidents.open) == 1


def test_it_closes_only_after_health_has_held() -> None:
    life = Life()
    life.cycle(suspicion("a"))
    (clearing,) = life.cycle()
    assert clearing.phase is Phase.CLEARING
    life.quiet(50.0)
    assert life.incidents.open[0].phase is Phase.CLEARING
    (closed,) = life.cycle()
    assert closed.phase is Phase.CLOSED
    assert closed.closed_at == life.now
    assert life.incidents.open == ()


def test_it_reopens_with_the_same_id_while_it_clears_and_shortly_after() -> None:
    life = Life()
    (opened,) = life.cycle(suspicion("a"))
    life.cycle()
    (again,) = life.cycle(suspicion("a"))
    assert (again.id, again.phase, again.reopened) == (opened.id, Phase.OPEN, 1)
    life.quiet(200.0)
    (closed_again,) = life.cycle(suspicion("a"))
    assert (closed_again.id, closed_again.reopened) == (opened.id, 2)
    assert closed_again.closed_at is None


def test_what_comes_back_much_later_is_another_incident() -> None:
    life = Life()
    life.cycle(suspicion("a"))
    life.quiet(600.0)
    (second,) = life.cycle(suspicion("a"))
    assert second.id == "20261121-0002"


def test_flapping_makes_clearing_slower() -> None:
    life = Life()
    for _ in range(3):
        life.cycle(suspicion("a"))
        life.cycle()
    life.quiet(200.0)
    assert life.incidents.open[0].phase is Phase.CLEARING  # 60 s × 2² must hold by now
    life.quiet(60.0)
    assert life.incidents.open == ()


def test_clearing_never_takes_longer_than_its_limit() -> None:
    life = Life()
    for _ in range(200):
        life.cycle(suspicion("a"))
        life.cycle()
    life.quiet(SETTINGS.clear_at_most_seconds + 20.0)
    assert life.incidents.open == ()


def test_it_keeps_its_id_while_its_members_grow_and_its_cause_is_refined() -> None:
    life = Life()
    (first,) = life.cycle(suspicion("b"))
    (grown,) = life.cycle(suspicion("a", "b", "c", cause=Cause.JAMMING_LIKE))
    assert grown.id == first.id
    assert grown.cause is Cause.JAMMING_LIKE
    assert len(grown.members) == 3


def test_jamming_like_is_not_taken_back_while_its_last_victim_suffers() -> None:
    life = Life()
    life.cycle(suspicion("a", "b", "c", cause=Cause.JAMMING_LIKE))
    (rest,) = life.cycle(suspicion("b"))
    assert rest.cause is Cause.JAMMING_LIKE
    assert rest.title == "jamming-like on 3 links"
    assert on("b") in rest.members


def test_two_incidents_that_turn_out_to_be_one_become_one() -> None:
    life = Life()
    first, second = life.cycle(suspicion("a"), suspicion("b"))
    changed = life.cycle(suspicion("a", "b", cause=Cause.JAMMING_LIKE))
    by_id = {incident.id: incident for incident in changed}
    assert by_id[first.id].phase is Phase.OPEN
    assert by_id[second.id].phase is Phase.CLOSED
    assert by_id[second.id].merged_into == first.id
    assert len(life.incidents.open) == 1


def test_different_causes_on_the_same_link_at_different_times_are_different_incidents() -> None:
    life = Life()
    life.cycle(suspicion("a", "b", "c", "d", cause=Cause.RAIN))
    changed = life.cycle(
        suspicion("a", "b", "c", cause=Cause.RAIN), suspicion("d", cause=Cause.INTERFERENCE)
    )
    assert {incident.cause for incident in changed} == {Cause.RAIN, Cause.INTERFERENCE}
    assert len(life.incidents.open) == 2


def test_there_is_no_recovery_without_an_opening() -> None:
    life = Life()
    assert life.cycle() == ()
    assert life.incidents.open == life.incidents.closed == ()


def test_a_desk_acknowledges_and_the_incident_says_so() -> None:
    life = Life()
    (opened,) = life.cycle(suspicion("a"))
    noted = life.incidents.acknowledge(opened.id, "noc-east", life.now)
    assert noted is not None
    assert (noted.phase, noted.acknowledged_by) == (Phase.ACKNOWLEDGED, "noc-east")
    assert life.cycle(suspicion("a")) == ()
    assert life.incidents.open[0].phase is Phase.ACKNOWLEDGED


def test_what_comes_back_must_be_looked_at_again() -> None:
    life = Life()
    (opened,) = life.cycle(suspicion("a"))
    life.incidents.acknowledge(opened.id, "noc-east", life.now)
    life.cycle()
    (again,) = life.cycle(suspicion("a"))
    assert (again.phase, again.acknowledged_by) == (Phase.OPEN, "")


def test_nobody_acknowledges_what_is_closed_or_does_not_exist() -> None:
    life = Life()
    (opened,) = life.cycle(suspicion("a"))
    life.quiet(200.0)
    assert life.incidents.acknowledge(opened.id, "noc-east", life.now) is None
    assert life.incidents.acknowledge("20261121-9999", "noc-east", life.now) is None


def test_what_leaves_the_inventory_closes_its_incidents_and_leaves_the_others_members() -> None:
    life = Life()
    life.cycle(suspicion("a"), suspicion("b", "c", cause=Cause.RAIN))
    changed = life.incidents.forget([on("a"), on("c")], life.now)
    assert [(one.phase, one.members) for one in changed] == [
        (Phase.CLOSED, (on("a"),)),
        (Phase.OPEN, (on("b"),)),
    ]


def test_moving_figures_are_kept_but_are_no_news() -> None:
    life = Life()
    life.cycle(suspicion("a"))
    told = Evidence(detector="fading", finding="level_loss", words="12.1 dB lost")
    assert life.cycle(suspicion("a", evidence=(told,), odds=7.0)) == ()
    assert life.incidents.open[0].evidence == (told,)


def test_a_restart_goes_on_with_the_same_incidents_and_new_ids() -> None:
    life = Life()
    (opened,) = life.cycle(suspicion("a"))
    reborn = Incidents(SETTINGS)
    reborn.restore([opened])
    (other,) = reborn.apply([suspicion("a"), suspicion("x", cause=Cause.RAIN)], life.now + 30.0)
    assert other.id == "20261121-0002"
    assert [incident.id for incident in reborn.open] == [opened.id, other.id]


@pytest.mark.parametrize("jump", [-3600.0, 30 * 86400.0])
def test_a_step_of_the_wall_clock_neither_closes_nor_holds_anything(jump: float) -> None:
    life = Life()
    life.cycle(suspicion("a"))
    life.cycle()
    life.now += jump
    life.cycle(seconds=0.0)
    assert life.incidents.open[0].phase is Phase.CLEARING
    life.quiet(60.0)
    assert life.incidents.open == ()


def test_a_wall_clock_that_is_set_back_to_yesterday_makes_no_id_twice() -> None:
    life = Life()
    life.cycle(suspicion("a"))
    life.now -= 86400.0
    life.cycle(suspicion("a"), suspicion("b", cause=Cause.RAIN))
    life.now += 86400.0
    life.cycle(suspicion("a"), suspicion("b", cause=Cause.RAIN), suspicion("c", cause=Cause.POWER))
    ids = [incident.id for incident in life.incidents.open]
    assert len(set(ids)) == 3


@given(st.lists(st.sets(st.sampled_from("abcde"), max_size=4), max_size=60))
def test_whatever_comes_phases_only_move_along_the_table(story: list[set[str]]) -> None:
    life = Life()
    allowed = {(before, after) for (before, _), after in TRANSITIONS.items()}
    known: dict[str, Phase] = {}
    for links in story:
        for incident in life.cycle(*(suspicion(link) for link in sorted(links))):
            if incident.id in known:
                assert (known[incident.id], incident.phase) in allowed
            else:
                assert incident.phase is Phase.OPEN
            known[incident.id] = incident.phase
    members = [member for incident in life.incidents.open for member in incident.members]
    assert len(members) == len(set(members))


def test_every_phase_but_closed_can_be_left_by_forgetting() -> None:
    for phase in set(Phase) - {Phase.CLOSED}:
        assert TRANSITIONS[phase, Event.FORGOTTEN] is Phase.CLOSED


# --- quarantine, flapping, and what is explained already --------------------------------------


def test_what_has_no_name_is_told_once_it_has_lasted_and_never_if_it_heals() -> None:
    life = Life(IncidentSettings(quarantine_seconds=60.0))
    nameless = suspicion("a", cause=Cause.UNKNOWN)
    for _ in range(6):
        assert life.cycle(nameless) == ()
    assert life.incidents.open == life.incidents.closed == ()
    assert life.cycle() == ()
    for _ in range(6):
        assert life.cycle(nameless) == ()
    (told,) = life.cycle(nameless)
    assert told.phase is Phase.OPEN


@pytest.mark.parametrize(
    "loud",
    [
        suspicion("a", cause=Cause.RAIN),
        suspicion("a", cause=Cause.UNKNOWN, condition=Condition.DOWN),
    ],
)
def test_what_is_lost_or_has_a_name_waits_in_no_quarantine(loud: Suspicion) -> None:
    life = Life(IncidentSettings(quarantine_seconds=60.0))
    assert len(life.cycle(loud)) == 1


def test_what_comes_back_again_and_again_says_once_that_it_flaps() -> None:
    life = Life()
    told: list[Incident] = []
    for _ in range(10):
        told += life.cycle(suspicion("a"))
        told += life.cycle()
    assert {incident.id for incident in told} == {"20261121-0001"}
    assert [incident.title.endswith(" (flapping)") for incident in told[-5:]] == [True] * 5
    flapping = [one for one in told if one.title.endswith(" (flapping)")]
    assert {one.phase for one in flapping} == {Phase.OPEN}


def test_who_acknowledged_what_flaps_need_not_do_so_again() -> None:
    life = Life()
    for _ in range(4):
        life.cycle(suspicion("a"))
        life.cycle()
    life.incidents.acknowledge("20261121-0001", "noc-east", life.now)
    for _ in range(4):
        life.cycle(suspicion("a"))
        life.cycle()
    (still,) = life.incidents.open
    assert (still.phase, still.acknowledged_by) == (Phase.ACKNOWLEDGED, "noc-east")


def test_what_flapped_and_is_steady_at_last_is_closed() -> None:
    life = Life()
    for _ in range(5):
        life.cycle(suspicion("a"))
        life.cycle()
    life.quiet(SETTINGS.clear_at_most_seconds + 20.0)
    (closed,) = life.incidents.closed
    assert closed.phase is Phase.CLOSED


def outage(*links: str) -> Suspicion:
    return suspicion(*links, cause=Cause.POWER, condition=Condition.DOWN)


def test_what_an_outage_leaves_behind_on_its_links_is_explained_by_it() -> None:
    life = Life()
    (told,) = life.cycle(outage("a", "b"))
    for _ in range(90):
        for changed in life.cycle(suspicion("a", "b", cause=Cause.JAMMING_LIKE)):
            assert changed.id == told.id
    assert [one.id for one in life.incidents.closed] == [told.id]


def test_what_outlasts_the_wake_of_an_outage_is_told_by_itself() -> None:
    life = Life()
    life.cycle(outage("a", "b"))
    for _ in range(int(SETTINGS.wake_seconds // 10) + 2):
        life.cycle(suspicion("a"))
    assert [one.cause for one in life.incidents.open] == [Cause.INTERFERENCE]


def test_what_begins_long_after_an_outage_is_told_at_once() -> None:
    life = Life()
    life.cycle(outage("a", "b"))
    life.quiet(SETTINGS.reopen_seconds + 20.0)
    assert [one.cause for one in life.cycle(suspicion("a"))] == [Cause.INTERFERENCE]


def test_an_outage_explains_nothing_of_links_that_were_not_its_own() -> None:
    life = Life()
    life.cycle(outage("a", "b"))
    told = life.cycle(suspicion("b", "c"))
    assert Cause.INTERFERENCE in {one.cause for one in told}


def test_a_loss_is_always_told_whatever_goes_on_around_it() -> None:
    life = Life()
    life.cycle(suspicion("a", "b", cause=Cause.RAIN))
    told = life.cycle(suspicion("b", cause=Cause.TRANSMITTER, condition=Condition.DOWN))
    assert Cause.TRANSMITTER in {one.cause for one in told}


def test_rain_explains_a_fade_one_way_but_no_interference_on_its_links() -> None:
    life = Life()
    rain = suspicion("a", "b", cause=Cause.RAIN)
    life.cycle(rain)
    assert life.cycle(rain, suspicion("b", cause=Cause.TRANSMITTER)) == ()
    told = life.cycle(rain, suspicion("b", cause=Cause.INTERFERENCE))
    assert [one.cause for one in told] == [Cause.INTERFERENCE]


def test_incidents_that_grow_together_keep_the_older_name() -> None:
    life = Life()
    (first,) = life.cycle(suspicion("b"))
    (second,) = life.cycle(suspicion("b"), suspicion("a"))
    changed = life.cycle(suspicion("a", "b", cause=Cause.JAMMING_LIKE))
    assert {one.id: one.merged_into for one in changed} == {first.id: "", second.id: first.id}


@given(st.lists(st.tuples(st.booleans(), st.floats(1.0, 900.0)), max_size=40))
def test_an_incident_returns_within_its_time_and_is_another_one_after(
    story: list[tuple[bool, float]],
) -> None:
    """Reopening, whatever the rhythm: no id changes while it lasts, none is used twice."""
    life = Life()
    gone_seconds = 0.0
    known: list[str] = []
    for is_ill, seconds in story:
        for _ in range(max(1, int(seconds // 10))):
            life.cycle(*([suspicion("a")] if is_ill else []))
            if not is_ill:
                gone_seconds += 10.0
                continue
            (now,) = life.incidents.open
            if known and gone_seconds <= SETTINGS.reopen_seconds:
                assert now.id == known[-1]
            if not known or now.id != known[-1]:
                assert now.id not in known
                assert not known or gone_seconds > SETTINGS.clear_seconds + SETTINGS.reopen_seconds
                known.append(now.id)
            gone_seconds = 0.0
    closed = [one for one in life.incidents.closed if one.closed_at is not None]
    assert {one.id for one in closed} <= set(known)


def works(*links: str) -> Suspicion:
    return suspicion(
        *links,
        cause=Cause.CONFIGURATION,
        condition=Condition.MAINTENANCE,
        severity=Severity.INFO,
        known=Known.MAINTENANCE,
    )


@pytest.mark.parametrize("cause", [Cause.TRANSMITTER, Cause.JAMMING_LIKE, Cause.INTERFERENCE])
def test_what_is_wrong_with_a_link_after_works_is_told_at_once(cause: Cause) -> None:
    life = Life()
    (planned,) = life.cycle(works("a", "b"))
    life.cycle()
    told = [one for one in life.cycle(suspicion("b", cause=cause)) if one.id != planned.id]
    assert [(one.cause, one.known) for one in told] == [(cause, None)]


def test_what_is_still_out_after_works_goes_on_as_one_incident_that_is_planned_no_more() -> None:
    life = Life()
    (planned,) = life.cycle(works("a", "b"))
    (now,) = life.cycle(outage("a", "b"))
    assert (now.id, now.known, now.condition) == (planned.id, None, Condition.DOWN)
    assert now.severity is Severity.WARNING


def test_what_the_sun_leaves_behind_on_several_dishes_is_no_jammer() -> None:
    life = Life()
    suns = (suspicion(link, known=Known.SUN, severity=Severity.INFO) for link in "ab")
    first = life.cycle(*suns)
    for _ in range(200):
        told = life.cycle(suspicion("a", "b", cause=Cause.JAMMING_LIKE, severity=Severity.CRITICAL))
        assert {one.id for one in told} <= {one.id for one in first}
    assert life.incidents.open == ()
