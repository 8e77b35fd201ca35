"""Neighbours: claims of neighbour tables joined to links, or told as findings; nothing is guessed.

A link needs a claim that names both of its ports, and nobody who says otherwise of either. Two
devices that hear each other outrank one that hears alone. Parallel links are pairs of ports like
any other, so they stay apart.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from topology.claims import Claim, Identity, Source
from topology.directory import Directory
from topology.findings import Finding, FindingKind, order
from topology.hearing import End, Heard, Hearing, hear
from topology.model import DeviceId

SLACK_SECONDS: Final = 5.0  # two tables of one device are not read at one instant

Pair = frozenset[End]


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposedLink:
    """Two ports that face each other, by what one or both of them hear."""

    ends: tuple[End, End]  # in the order of their names
    sources: frozenset[Source]
    said_by: frozenset[DeviceId]
    age_seconds: float | None  # since the last change of what is said; None where nobody tells

    @property
    def is_confirmed(self) -> bool:
        """Whether both ends say so."""
        return len(self.said_by) == len(self.ends)


@dataclass(frozen=True, slots=True, kw_only=True)
class Neighbourhood:
    """The links, and what else was said; both in the order of their names."""

    links: tuple[ProposedLink, ...]
    findings: tuple[Finding, ...]


def match(claims: Iterable[Claim], identities: Iterable[Identity]) -> Neighbourhood:
    """Join claims to links, whatever order they come in."""
    directory = Directory(identities)
    heard = hear(claims, directory)
    match_ = _Match(directory, heard)
    links = tuple(sorted(match_.links(), key=lambda link: link.ends))
    findings = tuple(sorted({*heard.findings, *match_.findings}, key=order))
    return Neighbourhood(links=links, findings=findings)


class _Match:
    """One join under way."""

    def __init__(self, directory: Directory, heard: Heard) -> None:
        self.findings: list[Finding] = []
        self._directory: Final = directory
        self._heard: Final = heard
        self._pairs: defaultdict[Pair, list[Hearing]] = defaultdict(list)

    def links(self) -> Iterator[ProposedLink]:
        """Yield the links; the findings are complete afterwards."""
        for hearing in self._heard.hearings.values():
            far = hearing.far
            if far is not None and self._is_usable(hearing, far):
                self._pairs[frozenset((hearing.end, far))].append(hearing)
        self._confirm()
        pairs_at: defaultdict[End, set[Pair]] = defaultdict(set)
        for pair in self._pairs:
            for end in pair:
                pairs_at[end].add(pair)
        for pair, hearings in self._pairs.items():
            if self._stands(pair, hearings, pairs_at):
                yield _link(pair, hearings)

    def _is_usable(self, hearing: Hearing, far: End) -> bool:
        """Tell whether a claim of two certain ports may make a link; else say why not."""
        if far in self._heard.shared:
            words = f"hears {_named(far)}, which hears several neighbours at that port"
            self._tell(FindingKind.SHARED_PORT, hearing, words)
        elif self._directory.is_down(*far):
            words = f"hears {_named(far)}, but that port is down"
            self._tell(FindingKind.STALE, hearing, words)
        elif self._is_aggregate(hearing.end) != self._is_aggregate(far):
            words = f"hears {_named(far)}: one is an aggregate, the other is none"
            self._tell(FindingKind.AGGREGATE, hearing, words)
        elif self._is_aggregate(far) and self._have_member_links(hearing.end, far):
            words = f"hears {_named(far)}: aggregates, whose members hear each other"
            self._tell(FindingKind.AGGREGATE, hearing, words)
        else:
            return True
        return False

    def _is_aggregate(self, end: End) -> bool:
        return bool(self._directory.members_of(*end))

    def _have_member_links(self, one: End, other: End) -> bool:
        for near, far in ((one, other), (other, one)):
            for member in self._directory.members_of(*near):
                hearing = self._heard.hearings.get(End(near.device, member))
                if hearing is not None and hearing.device == far.device:
                    return True
        return False

    def _confirm(self) -> None:
        """Let a claim that leaves its far port open confirm the one that names both ports."""
        certain: defaultdict[End, list[Pair]] = defaultdict(list)
        for pair, hearings in self._pairs.items():
            for hearing in hearings:
                if hearing.far is not None:
                    certain[hearing.far].append(pair)
        for end, hearing in self._heard.hearings.items():
            if hearing.far is not None:
                continue
            fitting = [pair for pair in certain[end] if _fits(hearing, pair)]
            if len(fitting) == 1:
                self._pairs[fitting[0]].append(hearing)
            else:
                self._tell_open(hearing)

    def _tell_open(self, hearing: Hearing) -> None:
        if hearing.is_of_aggregate:
            kind, why = FindingKind.AGGREGATE, "an aggregate; by which of its members is not said"
        elif hearing.ports:
            kind, why = FindingKind.UNKNOWN_PORT, f"which fits {', '.join(sorted(hearing.ports))}"
        else:
            kind, why = FindingKind.UNKNOWN_PORT, "which is none of its interfaces"
        self._tell(kind, hearing, f"hears {hearing.device} at {hearing.called}, {why}")

    def _stands(
        self, pair: Pair, hearings: list[Hearing], pairs_at: Mapping[End, set[Pair]]
    ) -> bool:
        """Tell whether nobody speaks against a pair; else say so."""
        rivals = {other for end in pair for other in pairs_at[end] if other != pair}
        speaking = [hearing.end for hearing in hearings]
        is_mutual = len({end.device for end in speaking}) == len(pair)
        if is_mutual:
            rivals = {other for other in rivals if len(self._pairs[other]) > 1}
        silent = [end for end in pair if end not in speaking]
        against = [end for end in silent if end in self._heard.hearings]
        if rivals or against:
            self._tell_contradiction(hearings, rivals, against)
            return False
        if not is_mutual:
            return self._stands_alone(hearings[0], silent[0])
        return True

    def _stands_alone(self, hearing: Hearing, silent: End) -> bool:
        port = self._directory.identities[hearing.end.device].port(hearing.end.interface)
        age, since = hearing.age_seconds, None if port is None else port.unchanged_seconds
        if age is not None and since is not None and age > since + SLACK_SECONDS:
            words = (
                f"hears {_named(silent)}, learned {age:.0f} s ago, before its port last changed"
                f" {since:.0f} s ago, and the far end does not confirm it"
            )
            self._tell(FindingKind.STALE, hearing, words)
            return False
        has_table = self._directory.identities[silent.device].sources
        why = (
            "which hears nobody we know there" if has_table else "which shows no neighbours at all"
        )
        self._tell(FindingKind.ONE_SIDED, hearing, f"hears {_named(silent)}, {why}")
        return True

    def _tell_contradiction(
        self, hearings: list[Hearing], rivals: Iterable[Pair], against: list[End]
    ) -> None:
        others = {" and ".join(sorted(map(_named, rival))) for rival in rivals}
        others |= {
            f"{_named(end)} and {self._heard.hearings[end].device}" for end in against if not others
        }
        for hearing in hearings:
            far = hearing.far or hearing.device
            who = _named(far) if isinstance(far, End) else far
            words = f"hears {who}; others say {'; '.join(sorted(others))}"
            self._tell(FindingKind.CONTRADICTED, hearing, words)

    def _tell(self, kind: FindingKind, hearing: Hearing, words: str) -> None:
        far = hearing.far
        self.findings.append(
            Finding(
                kind=kind,
                device=hearing.end.device,
                interface=hearing.end.interface,
                neighbour=hearing.device,
                neighbour_interface=None if far is None else far.interface,
                words=f"{words} ({', '.join(sorted(hearing.sources))})",
            )
        )


def _fits(hearing: Hearing, pair: Pair) -> bool:
    """Tell whether an open claim may mean the other end of a pair."""
    other = next(end for end in pair if end != hearing.end)
    return other.device == hearing.device and (
        not hearing.ports or other.interface in hearing.ports
    )


def _link(pair: Pair, hearings: list[Hearing]) -> ProposedLink:
    a, b = sorted(pair)
    ages = [each.age_seconds for each in hearings if each.age_seconds is not None]
    return ProposedLink(
        ends=(a, b),
        sources=frozenset().union(*(each.sources for each in hearings)),
        said_by=frozenset(each.end.device for each in hearings),
        age_seconds=min(ages, default=None),
    )


def _named(end: End) -> str:
    return f"{end.device}:{end.interface}"
