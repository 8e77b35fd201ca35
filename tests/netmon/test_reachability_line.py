"""From the outcome of a poll to an incident: who may ever be called down, and when."""

import pytest

from collectors.observation import EchoObservation, Outcome
from netmon.correlation.rules import correlate
from netmon.detection.judge import Judge, Judgement
from netmon.incidents import Incident, Suspicion
from netmon.lives import Incidents
from netmon.pipeline import Pipeline
from netmon.state import State
from netmon.verdict import Cause, Condition, SubjectKind
from tests.netmon.state_builders import ended, make_layout, make_network, make_targets, polled
from topology.model import DeviceId, SiteId

HERE, NEXT, FAR, SPUR = (DeviceId(name) for name in ("here-r1", "next-r1", "far-r1", "spur-r1"))
CHAIN = (SPUR, HERE, NEXT, FAR)
LAYOUTS = {device: make_layout(device, "oper_status") for device in CHAIN}
INTERVAL = 10.0


class Line:
    """A chain of four sites, polled every ten seconds from the second of them."""

    def __init__(self) -> None:
        network = make_network(*CHAIN)
        self.now = 100.0
        self.pipeline: Pipeline[Judgement, Suspicion] = Pipeline(
            state=State(network, make_targets(network)),
            judge=Judge(network, collector_site=SiteId(f"site-{HERE}")),
            correlate=correlate,
            incidents=Incidents(),
            wall=lambda: 1.7e9 + self.now,
            monotonic=lambda: self.now,
        )

    def live(self, polls: int, **outcomes: Outcome) -> list[dict[DeviceId, Condition]]:
        """Poll everybody; `spur=Outcome.TIMEOUT` is how its polls and echoes end."""
        seen = []
        for _ in range(polls):
            self.now += INTERVAL
            for device in CHAIN:
                outcome = outcomes.get(device.removesuffix("-r1"), Outcome.OK)
                self._poll(device, outcome)
            self.pipeline.judge(1.7e9 + self.now, self.now)
            judgement = self.pipeline.judgement
            assert judgement is not None
            seen.append({device: v.condition for device, v in judgement.devices.items()})
        return seen

    @property
    def open(self) -> list[Incident]:
        """What is wrong."""
        return list(self.pipeline.open_incidents)

    def _poll(self, device: DeviceId, outcome: Outcome) -> None:
        at = self.now - 1.0
        self.pipeline.advance(
            polled(LAYOUTS[device], at, 1.0) if outcome.has_values else ended(device, at, outcome)
        )
        self.pipeline.advance(
            EchoObservation(
                device=device,
                at=1.7e9 + at,
                monotonic=at,
                outcome=outcome,
                sent=0 if outcome in (Outcome.TOO_LATE, Outcome.NOT_POLLED) else 5,
                rtts_seconds=(0.004,) * 5 if outcome.has_values else (),
                ipdvs_seconds=(0.0,) * 4 if outcome.has_values else (),
            )
        )


@pytest.fixture
def line() -> Line:
    line = Line()
    line.live(6)
    return line


@pytest.mark.parametrize(
    "outcome", [outcome for outcome in Outcome if outcome is not Outcome.TIMEOUT]
)
def test_whatever_else_a_poll_ends_with_a_device_is_never_down(
    line: Line, outcome: Outcome
) -> None:
    seen = line.live(60, spur=outcome)
    assert {conditions[SPUR] for conditions in seen} & {
        Condition.DOWN,
        Condition.UNREACHABLE,
    } == set()
    assert not [one for one in line.open if one.condition is Condition.DOWN]


def test_a_device_is_down_after_three_timeouts_and_not_after_two(line: Line) -> None:
    seen = [conditions[SPUR] for conditions in line.live(4, spur=Outcome.TIMEOUT)]
    assert seen[:2] == [Condition.HEALTHY, Condition.HEALTHY]
    assert seen[-1] is Condition.DOWN
    (incident,) = line.open
    assert (incident.subject.kind, incident.subject.id) == (SubjectKind.SITE, f"site-{SPUR}")


def test_one_answer_between_timeouts_begins_the_count_anew(line: Line) -> None:
    for _ in range(5):
        line.live(2, spur=Outcome.TIMEOUT)
        (seen,) = line.live(1, spur=Outcome.UNDECODABLE)
        assert seen[SPUR] not in (Condition.DOWN, Condition.UNREACHABLE)
    assert not [one for one in line.open if one.condition is Condition.DOWN]


def test_what_lies_behind_is_unreachable_and_in_the_same_incident(line: Line) -> None:
    seen = line.live(6, next=Outcome.TIMEOUT, far=Outcome.TIMEOUT)[-1]
    assert seen == {
        SPUR: Condition.HEALTHY,
        HERE: Condition.HEALTHY,
        NEXT: Condition.DOWN,
        FAR: Condition.UNREACHABLE,
    }
    (incident,) = line.open
    assert {NEXT, FAR} <= {member.id for member in incident.members}
    assert set(incident.sites_lost) == {f"site-{NEXT}", f"site-{FAR}"}


def test_our_own_uplink_lost_is_one_incident_and_nobody_is_down(line: Line) -> None:
    away = dict.fromkeys(("spur", "next", "far"), Outcome.TIMEOUT)
    seen = line.live(8, **away)
    believed = {conditions[device] for conditions in seen for device in (SPUR, NEXT, FAR)}
    assert believed == {Condition.HEALTHY, Condition.UNKNOWN}
    assert seen[-1] == {
        SPUR: Condition.UNKNOWN,
        HERE: Condition.HEALTHY,
        NEXT: Condition.UNKNOWN,
        FAR: Condition.UNKNOWN,
    }
    (incident,) = line.open
    assert (incident.subject.kind, incident.cause) == (SubjectKind.NETWORK, Cause.UPSTREAM)
    assert incident.title == "netmon's own uplink is lost: nothing is known of the network"
