"""Difference: what answered, held against the inventory; said link by link, changed nowhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from collectors.snmp.identity import misfit
from collectors.snmp.library import load_profile
from collectors.target import Target
from netmon.discovery.survey import Survey
from netmon.discovery.sweep import Answer
from topology.findings import Finding, FindingKind
from topology.hearing import End
from topology.model import DeviceId, Link
from topology.neighbours import ProposedLink
from topology.network import Network


class Mark(StrEnum):
    """How something stands to the inventory."""

    NEW = "new"  # found, and not in it
    GONE = "gone"  # in it, and silent
    CHANGED = "changed"
    CONFIRMED = "confirmed"
    CONTRADICTED = "contradicted"  # somebody says otherwise
    STALE = "stale"  # all that speaks for it is out of date
    UNSEEN = "unseen"  # nobody speaks for it or against it
    MISSING = "missing"  # an interface that its device does not have


@dataclass(frozen=True, slots=True, kw_only=True)
class Remark:
    """One thing to know, of a device, a link or an interface."""

    mark: Mark
    subject: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """All of it, in the order of the inventory, then of what was found."""

    devices: tuple[Remark, ...]
    links: tuple[Remark, ...]
    interfaces: tuple[Remark, ...]
    new_links: tuple[ProposedLink, ...]
    disputing: Mapping[ProposedLink, str]  # a found link → the inventory's that it contradicts


Pair = frozenset[End]


def compare(survey: Survey, network: Network, targets: Mapping[DeviceId, Target]) -> Difference:
    """Return how the survey differs from the inventory."""
    links = _Links(survey, network)
    remarks = tuple(links.remarks())
    return Difference(
        devices=tuple(_devices(survey, network, targets)),
        links=remarks,
        interfaces=tuple(_missing_interfaces(survey, network, targets)),
        new_links=tuple(links.new),
        disputing=links.disputing,
    )


# Devices


def _devices(
    survey: Survey, network: Network, targets: Mapping[DeviceId, Target]
) -> Iterator[Remark]:
    moved = {
        each.device: each
        for each in survey.answers
        if not each.is_inventoried and each.device in network.devices
    }
    for answer in survey.answers:
        found = answer.discovered
        if not answer.is_inventoried:
            if answer.device not in moved:
                yield from _stranger(answer, network)
        elif found.identity is not None:
            words = "; ".join(_changes(answer, network, targets[answer.device]))
            if words:
                yield Remark(mark=Mark.CHANGED, subject=answer.device, words=words)
        else:
            yield from _silent(answer, moved.get(answer.device), targets[answer.device])


def _stranger(answer: Answer, network: Network) -> Iterator[Remark]:
    found = answer.discovered
    where = f"{found.goal.address} port {found.goal.port}"
    if found.identity is not None:
        profile = found.profile.name if found.profile else "no profile"
        said = f"{where}, {profile}, by {found.credential}: {found.sysdescr}"
        if found.identity.system_name in network.devices:
            said += f"; says it is {found.identity.system_name}, which the inventory has elsewhere"
        yield Remark(mark=Mark.NEW, subject=answer.device, words=said)
    elif answer.answers_echoes:
        said = f"{found.goal.address}, answers echoes, but not SNMP: {found.detail}"
        yield Remark(mark=Mark.NEW, subject=answer.device, words=said)


def _silent(answer: Answer, namesake: Answer | None, target: Target) -> Iterator[Remark]:
    found = answer.discovered
    if namesake is not None:
        words = f"address {found.goal.address} is silent; {namesake.discovered.goal.address} says"
        yield Remark(
            mark=Mark.CHANGED, subject=answer.device, words=f"{words} it is {answer.device}"
        )
    elif not answer.answers_echoes:
        words = f"{found.goal.address} answers nothing: {found.detail}"
        yield Remark(mark=Mark.GONE, subject=answer.device, words=words)
    elif target.snmp is not None:
        words = f"{found.goal.address} answers echoes, but not SNMP: {found.detail}"
        yield Remark(mark=Mark.CHANGED, subject=answer.device, words=words)


def _changes(answer: Answer, network: Network, target: Target) -> Iterator[str]:
    found, snmp = answer.discovered, target.snmp
    assert found.identity is not None  # noqa: S101 - asked by the caller
    name = found.identity.system_name
    if name != answer.device and name in network.devices:
        yield f"says it is {name}, which is another device of the inventory"
    if snmp is None:
        yield f"answers SNMP by {found.credential}, the inventory has no credentials"
        return
    if found.credential != snmp.credential.name:
        yield f"answers by {found.credential}, not by {snmp.credential.name}"
    if why := misfit(load_profile(snmp.profile), found.sysobjectid, found.sysdescr):
        better = f"; {found.profile.name} fits" if found.profile is not None else ""
        yield f"{why}{better}"
    elif found.profile is not None and snmp.profile in found.profile.extends:
        yield f"profile {found.profile.name} knows more of it than {snmp.profile}"


# Links


class _Links:
    """The links of an inventory and those found, one against the other."""

    def __init__(self, survey: Survey, network: Network) -> None:
        self._survey: Final = survey
        self._network: Final = network
        self._found: Final = {
            pair: link for link in survey.neighbourhood.links for pair in self._pairs_of(link)
        }
        self._at: Final[dict[End, list[ProposedLink]]] = {}
        for pair, link in self._found.items():
            for end in pair:
                self._at.setdefault(end, []).append(link)
        self._told: Final[dict[End, list[Finding]]] = {}
        for finding in survey.neighbourhood.findings:
            for told_end in _ends_of(finding):
                self._told.setdefault(told_end, []).append(finding)
        self.new: list[ProposedLink] = []
        self.disputing: dict[ProposedLink, str] = {}

    def remarks(self) -> Iterator[Remark]:
        """Yield what is to be said of the inventory's links, then of new ones."""
        inventoried: set[Pair] = set()
        for link in self._network.links.values():
            ends = [
                End(self._network.device_of(end), self._network.interfaces[end].name)
                for end in link.ends
            ]
            inventoried.add(frozenset(ends))
            yield self._of(link, ends)
        for found in self._survey.neighbourhood.links:
            if not inventoried.isdisjoint(self._pairs_of(found)):
                continue
            self.new.append(found)
            subject = " – ".join(map(named, found.ends))
            words = provenance(found)
            if found in self.disputing:
                words += f"; contradicts {self.disputing[found]}"
            yield Remark(mark=Mark.NEW, subject=subject, words=words)

    def _pairs_of(self, link: ProposedLink) -> tuple[Pair, Pair]:
        """Return its ends as they are, and as the aggregates they are members of."""
        return frozenset(link.ends), frozenset(map(self._lifted, link.ends))

    def _lifted(self, end: End) -> End:
        identity = self._survey.identities.get(end.device)
        port = None if identity is None else identity.port(end.interface)
        aggregate = None if port is None else port.aggregate
        return end if aggregate is None else End(end.device, aggregate)

    def _of(self, link: Link, ends: Sequence[End]) -> Remark:
        found = self._found.get(frozenset(ends))
        if found is not None:
            return Remark(mark=Mark.CONFIRMED, subject=link.id, words=provenance(found))
        for end in ends:
            for rival in self._at.get(end, ()):
                self.disputing.setdefault(rival, link.id)
                words = f"found {' – '.join(map(named, rival.ends))}, {provenance(rival)}"
                return Remark(mark=Mark.CONTRADICTED, subject=link.id, words=words)
        return self._by_findings(link, ends)

    def _by_findings(self, link: Link, ends: Sequence[End]) -> Remark:
        """Say what the findings at its ends make of a link that was not found."""
        told = [(end, each) for end in ends for each in self._told.get(end, ())]
        far = {ends[0]: ends[1], ends[1]: ends[0]}
        for mark, fits in _VERDICTS:
            for end, finding in told:
                if fits(finding, end, far[end]):
                    return Remark(mark=mark, subject=link.id, words=_quoted(finding))
        silent = [end.device for end in ends if end.device not in self._survey.identities]
        words = f"not asked or silent: {', '.join(silent)}" if silent else "nobody speaks of it"
        return Remark(mark=Mark.UNSEEN, subject=link.id, words=words)


def _is_shared(finding: Finding, end: End, far: End) -> bool:
    return finding.kind is FindingKind.SHARED_PORT and _agrees(finding, end, far)


def _is_stale(finding: Finding, end: End, far: End) -> bool:
    return finding.kind is FindingKind.STALE and _agrees(finding, end, far)


def _speaks_against(finding: Finding, end: End, far: End) -> bool:
    """Tell whether one of the link's ports is said, at present, to face another."""
    return (
        finding.kind is not FindingKind.STALE
        and finding.neighbour is not None
        and not _agrees(finding, end, far)
    )


def _agrees(finding: Finding, end: End, far: End) -> bool:
    """Tell whether a finding says nothing else than that the two face each other."""
    said = {finding.device: finding.interface, finding.neighbour: finding.neighbour_interface}
    return set(said) == {end.device, far.device} and all(
        said[each.device] in (None, each.interface) for each in (end, far)
    )


# In the order of what they weigh.
_VERDICTS: Final = (
    (Mark.CONFIRMED, _is_shared),  # beside others: a radio that serves many
    (Mark.CONTRADICTED, _speaks_against),
    (Mark.STALE, _is_stale),
    (Mark.UNSEEN, lambda _finding, _end, _far: True),
)


def _ends_of(finding: Finding) -> Iterable[End]:
    if finding.interface is not None:
        yield End(finding.device, finding.interface)
    if finding.neighbour is not None and finding.neighbour_interface is not None:
        yield End(finding.neighbour, finding.neighbour_interface)


def _quoted(finding: Finding) -> str:
    return f"{finding.device}:{finding.interface or '?'} {finding.words}"


def named(end: End) -> str:
    """Return an end as the inventory writes it."""
    return f"{end.device}:{end.interface}"


def provenance(link: ProposedLink) -> str:
    """Return who says so, by which protocol, and since when."""
    who = "both ends" if link.is_confirmed else f"{next(iter(link.said_by))} alone"
    how = " and ".join(sorted(each.value.upper() for each in link.sources))
    age = "of unknown age" if link.age_seconds is None else f"unchanged {link.age_seconds:.0f} s"
    return f"by {how}, {who}, {age}"


# Interfaces


def _missing_interfaces(
    survey: Survey, network: Network, targets: Mapping[DeviceId, Target]
) -> Iterator[Remark]:
    for answer in survey.answers:
        found, target = answer.discovered, targets.get(answer.device)
        if not answer.is_inventoried or not found.interfaces or target is None:
            continue
        there = {each.port.name for each in found.interfaces}
        columns = load_profile(target.snmp.profile).columns if target.snmp is not None else ()
        for interface in network.interfaces_of(answer.device):
            name = network.interfaces[interface].name
            # Carriers and components are named by the rows of a vendor's table, not of ifTable.
            by_vendor = any(
                each.interface == name or (each.rows and each.rows.name.suffix_of(name) is not None)
                for each in columns
            )
            if name not in there and not by_vendor:
                words = f"none of the {len(there)} interfaces of the device"
                yield Remark(mark=Mark.MISSING, subject=interface, words=words)
