"""What looks jammed, alone or together, and what only looks like it at first."""

from netmon.correlation.memory import Memory
from netmon.correlation.rules import correlate
from netmon.incidents import Phase, Severity, Suspicion
from netmon.lives import Incidents
from netmon.verdict import Cause
from tests.builders import Scene, make_network
from tests.netmon.correlation.test_correlation import GROWN, NAMES, members
from topology.model import Medium
from topology.network import Network


class Watch:
    """A scene whose correlation remembers, as it does in life."""

    def __init__(self, *names: str, network: Network | None = None, **arguments: object) -> None:
        made = network or make_network(*(names or NAMES), **arguments)  # type: ignore[arg-type]
        self.scene = Scene(made, GROWN)
        self.memory = Memory()
        self.incidents = Incidents()
        self.scene.live(polls=30)

    def live(self, polls: int) -> tuple[Suspicion, ...]:
        """Return what is suspected after so many polls, each of them judged."""
        suspicions: tuple[Suspicion, ...] = ()
        for _ in range(polls):
            judgement = self.scene.live(polls=1)
            suspicions = correlate(judgement, self.scene.network, memory=self.memory)
            self.incidents.apply(suspicions, self.scene.now)
        return suspicions

    def jam(self, link: str, rise_db: float, *, end: int = 1) -> None:
        self.scene.link(link).jam(rise_db, end=end)


def test_both_receivers_of_one_link_look_jammed_but_page_nobody() -> None:
    watch = Watch()
    watch.jam("a-b", 12.0, end=0)
    watch.jam("a-b", 8.0, end=1)
    (suspicion,) = watch.live(3)
    assert suspicion.cause is Cause.JAMMING_LIKE
    assert suspicion.severity is Severity.WARNING
    assert suspicion.title == "jamming-like interference on link a-b in 23 GHz"
    assert "both receivers of the link are disturbed at once" in suspicion.evidence[0].words


def test_one_steady_receiver_is_ordinary_interference_however_long() -> None:
    watch = Watch()
    watch.jam("a-b", 12.0)
    (suspicion,) = watch.live(40)
    assert suspicion.cause is Cause.INTERFERENCE


def test_twenty_decibels_of_noise_are_no_ordinary_interference() -> None:
    watch = Watch()
    watch.jam("a-b", 24.0)
    (suspicion,) = watch.live(3)
    assert suspicion.cause is Cause.JAMMING_LIKE


def test_what_swells_and_fades_over_a_receiver_looks_like_something_that_moves() -> None:
    watch = Watch()
    for rise_db in (6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6):
        watch.jam("a-b", float(rise_db))
        suspicions = watch.live(2)
    assert [suspicion.cause for suspicion in suspicions] == [Cause.JAMMING_LIKE]
    assert "swells and fades" in suspicions[0].evidence[0].words


def test_a_second_receiver_hit_later_makes_the_same_incident_a_jamming_like_one() -> None:
    watch = Watch()
    watch.jam("a-b", 9.0)
    watch.live(3)
    (first,) = watch.incidents.open
    assert first.cause is Cause.INTERFERENCE
    watch.jam("d-e", 9.0)
    watch.live(3)
    (incident,) = watch.incidents.open
    assert incident.id == first.id
    assert incident.cause is Cause.JAMMING_LIKE
    assert {member.id for member in incident.members} == {"a-b", "d-e"}


def test_two_incidents_become_one_when_a_pattern_explains_both() -> None:
    """Long apart they are two; once both look jammed they are one, and the other is merged."""
    watch = Watch()
    watch.jam("a-b", 9.0)
    watch.live(100)
    watch.jam("d-e", 9.0)
    watch.live(3)
    apart = [one.cause for one in watch.incidents.open]
    assert apart == [Cause.INTERFERENCE, Cause.INTERFERENCE]
    watch.jam("a-b", 12.0, end=0)
    watch.jam("d-e", 12.0, end=0)
    watch.live(3)
    together = [({member.id for member in one.members}, one.cause) for one in watch.incidents.open]
    assert together == [({"a-b", "d-e"}, Cause.JAMMING_LIKE)]
    merged = [(one.merged_into, one.phase) for one in watch.incidents.closed]
    assert merged == [(watch.incidents.open[0].id, Phase.CLOSED)]


def test_radios_in_time_slots_that_grow_worse_slowly_and_alike_have_lost_their_time() -> None:
    watch = Watch(medium=Medium.SUB6, ghz=5.6)
    for rise_db in (3.4, 3.7, 4.0, 4.3, 4.6, 5.0, 5.5, 6.0, 6.5, 7.0):
        for link in NAMES[:4]:
            watch.jam(link, rise_db, end=0)
            watch.jam(link, rise_db, end=1)
        suspicions = watch.live(8)
    (suspicion,) = suspicions
    assert suspicion.cause is Cause.SYNC
    assert suspicion.runner_up is Cause.JAMMING_LIKE
    assert members(suspicion) == set(NAMES[:4])
    assert "as no single emitter does" in suspicion.evidence[0].words


def test_a_spell_that_was_given_another_name_is_forgotten_in_time() -> None:
    watch = Watch()
    watch.jam("a-b", 9.0)
    watch.live(3)
    assert set(watch.memory.disturbed) == {"a-b"}
    watch.scene.link("a-b").heal()
    watch.live(3)
    watch.scene.live(minutes=100)
    watch.live(1)
    assert watch.memory.disturbed == {}
