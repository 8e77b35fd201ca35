"""Story rivals (layer C): which events others would have told at all, in the same polls.

They name no cause, so only this can be asked of them: did an alarm begin on anything the event
touched while it lasted (the first half hour of it counts), and how many alarms were about nothing.
Devices that fall silent behind a cut are no false alarms, however many.
The rules on SNR and level are those of `rivals`; the ICMP rules are Zabbix' template "ICMP Ping"
with its macros as shipped (loss 20 %, 0.15 s), three packets a minute.
"""

import warnings
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from bench.detection.causes import MONTH_SECONDS, Happened, Naming
from bench.detection.events import (
    GUARD_SECONDS,
    Span,
    delay_of,
    episodes,
    false_ones,
    spans_of,
)
from bench.detection.figures import Interval, poisson_rate
from bench.detection.rivals import RIVALS, of_links, see
from bench.detection.stories import PAST_SECONDS, POLL_SECONDS, happened
from bench.detection.traces import Floats
from bench.detection.windows import lasting, moments
from netmon.simulation.chance import DAY_SECONDS
from netmon.simulation.trial import Trial
from netmon.simulation.truth import Truth
from netmon.verdict import Cause, Subject, SubjectKind
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network

Flags = NDArray[np.bool_]
PACKETS: Final = 3
LOSS_WARN: Final = 0.2
RESPONSE_WARN_SECONDS: Final = 0.15
_FIVE_MINUTES: Final = 5
_SKIPPED: Final = ("Zabbix ICMP: 3 pings lost in a row",)  # on SNR; here are real echoes


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """What one rule told of many stories."""

    name: str
    told: int  # events that were owed a word
    owed: int
    jammed_told: int  # of them jamming-like
    jammed: int
    false_count: int
    link_months: float

    @property
    def false_rate(self) -> Interval:
        """Alarms about nothing per link-month."""
        return poisson_rate(self.false_count, self.link_months)

    def plus(self, other: "Heard") -> "Heard":
        """Return both together."""
        return Heard(
            name=self.name,
            told=self.told + other.told,
            owed=self.owed + other.owed,
            jammed_told=self.jammed_told + other.jammed_told,
            jammed=self.jammed + other.jammed,
            false_count=self.false_count + other.false_count,
            link_months=self.link_months + other.link_months,
        )


def rivals(made: Trial, seconds: float) -> tuple[Heard, ...]:
    """Let every rule watch a trial."""
    network = made.border.network
    events = [happened(truth) for truth in made.story.truths]
    cuts = [event.span for event, truth in zip(events, made.story.truths, strict=True)
            if _cuts(truth)]  # fmt: skip
    before = np.repeat(np.arange(-DAY_SECONDS, 0.0, PAST_SECONDS), round(PAST_SECONDS / 60.0))
    times = np.concatenate([before, np.arange(0.0, seconds, POLL_SECONDS)])
    first = len(before)
    sample = made.world.sample(times)
    ends = [made.world.interface_rows[end] for one in network.links.values() for end in one.ends]
    far = np.arange(len(ends)) ^ 1
    device = [made.world.device_rows[network.device_of(end)] for one in network.links.values()
              for end in one.ends]  # fmt: skip
    silent = np.where(sample.agent_answers[:, device], 0.0, np.nan).T
    read = {name: sample.interfaces[name][:, ends].T + silent for name in ("rsl_dbm", "snr_db")}
    loss = sample.interfaces["tsl_dbm"][:, ends].T[far] + silent - read["rsl_dbm"]
    seen = see(read["snr_db"], loss)
    names = [Subject(SubjectKind.LINK, link) for link in network.links]
    found = []
    with np.errstate(invalid="ignore"), warnings.catch_warnings():
        warnings.filterwarnings("ignore", "All-NaN", RuntimeWarning)  # links without a radio
        for name, rule in RIVALS.items():
            if name not in _SKIPPED:
                flags = of_links(rule(seen))[:, first:]
                found.append(_heard(name, network, names, flags, events, (), seconds))
    devices = [Subject(SubjectKind.DEVICE, device) for device in network.devices]
    for name, flags in _icmp(sample.answers, sample.loss_ratio, sample.rtt_seconds, made):
        found.append(_heard(name, network, devices, flags[:, first:], events, cuts, seconds))
    return tuple(found)


def ours(naming: Naming) -> Heard:
    """Return the same figures of netmon: an event is told by any incident that belongs to it."""
    owed = [(event, found) for event, found in naming.pairs if _is_owed(event)]
    jammed = [(event, found) for event, found in owed if event.cause is Cause.JAMMING_LIKE]
    return Heard(
        name="**netmon**, incidents",
        told=sum(bool(found) for _, found in owed),
        owed=len(owed),
        jammed_told=sum(bool(found) for _, found in jammed),
        jammed=len(jammed),
        false_count=len(naming.stray),
        link_months=naming.link_seconds / MONTH_SECONDS,
    )


def dummy(events: Iterable[Happened]) -> tuple[Cause, float]:
    """Return the most frequent cause, and the macro-F1 of calling every event by it."""
    causes = [event.cause for event in events if _is_owed(event)]
    named = [cause for cause in causes if cause is not Cause.UNKNOWN]
    if not named:
        return Cause.UNKNOWN, 0.0
    most = max(sorted(set(named)), key=named.count)
    precision = named.count(most) / len(causes)
    return most, 2 * precision / (precision + 1.0) / len(set(named))


def _is_owed(event: Happened) -> bool:
    return event.is_owed and not event.is_benign


def _icmp(answers: Flags, loss: Floats, rtt: Floats, made: Trial) -> list[tuple[str, Flags]]:
    """Return what Zabbix' template says: (devices, polls) each."""
    chance = np.random.default_rng(made.world.seed)
    lost = np.where(answers, chance.binomial(PACKETS, loss), PACKETS).T / PACKETS
    seconds = np.where(lost < 1.0, rtt.T, 0.0)  # icmppingsec is 0 where nothing came back
    unavailable = lasting(lost >= 1.0, 3)
    lossy = lasting(lost > LOSS_WARN, _FIVE_MINUTES) & ~lasting(lost >= 1.0, _FIVE_MINUTES)
    slow = moments(seconds, _FIVE_MINUTES)[0] > RESPONSE_WARN_SECONDS
    return [
        ("Zabbix ICMP: unavailable", unavailable),
        ("Zabbix ICMP: unavailable, loss or response time", unavailable | lossy | slow),
    ]


def _heard(
    name: str,
    network: Network,
    subjects: Sequence[Subject],
    flags: Flags,
    events: Sequence[Happened],
    cuts: Sequence[Span],
    seconds: float,
) -> Heard:
    spans = {
        subject: spans_of(row, POLL_SECONDS)
        for subject, row in zip(subjects, flags, strict=True)
        if row.any()
    }
    concerned = {event.id: _with_ends(network, event.members) for event in events}
    owed = [event for event in events if _is_owed(event)]
    told = [
        event
        for event in owed
        if delay_of(
            event.span,
            [one.start for subject in concerned[event.id] for one in spans.get(subject, ())],
        )
        is not None
    ]
    false_count = sum(
        len(
            false_ones(
                [one for one in episodes(raised) if one.start > 0.0],
                [
                    *(_early(event.span) for event in events if subject in concerned[event.id]),
                    *map(_early, cuts),
                ],
            )
        )
        for subject, raised in spans.items()
    )
    return Heard(
        name=name,
        told=len(told),
        owed=len(owed),
        jammed_told=sum(event.cause is Cause.JAMMING_LIKE for event in told),
        jammed=sum(event.cause is Cause.JAMMING_LIKE for event in owed),
        false_count=false_count,
        link_months=len(network.links) * seconds / MONTH_SECONDS,
    )


def _cuts(truth: Truth) -> bool:
    """Say whether an event may take others off the network."""
    silent = any(member.kind is not SubjectKind.LINK for member in truth.members)
    return silent or any(touch.is_lost for touch in truth.touched.values())


def _early(span: Span) -> Span:
    return Span(span.start - POLL_SECONDS, max(span.end, span.start + GUARD_SECONDS))


def _with_ends(network: Network, members: Iterable[Subject]) -> frozenset[Subject]:
    """Return the members, the devices at their ends, and what their sites hold."""
    found = set(members)
    for member in members:
        if member.kind is SubjectKind.LINK:
            link = network.links[LinkId(member.id)]
            found |= {Subject(SubjectKind.DEVICE, network.device_of(end)) for end in link.ends}
        elif member.kind is SubjectKind.SITE:
            found |= {
                Subject(SubjectKind.DEVICE, device)
                for device in network.devices_of(SiteId(member.id))
            }
        elif member.kind is SubjectKind.DEVICE:
            found |= {
                Subject(SubjectKind.LINK, link)
                for each in network.interfaces_of(DeviceId(member.id))
                for link in network.link_at(each)
            }
    return frozenset(found)
