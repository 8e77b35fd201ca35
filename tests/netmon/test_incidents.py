"""An incident's life: opened once, kept while it changes, closed only when health has held."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.incidents import (
    TRANSITIONS,
    Event,
    Incident,
    Incidents,
    IncidentSettings,
    Phase,
    Severity,
    Suspicion,
)
from netmon.verdict import Cause, Condition, Evidence, Subject, SubjectKind

NOW = 1_795_300_000.0  # 2026-11-21
SETTINGS = IncidentSettings(clear_seconds=60.0, reopen_seconds=300.0)


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

    def __init__(self) -> None:
        self.incidents = Incidents(SETTINGS)
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
