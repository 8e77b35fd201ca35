"""Hearing: what each port hears, once who is meant was looked up; at most one neighbour for each.

What cannot be laid to one port and one device ends here as a finding.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final, NamedTuple, TypeVar

from topology.claims import Claim, Source
from topology.directory import Directory
from topology.findings import Finding, FindingKind
from topology.model import DeviceId


class End(NamedTuple):
    """An interface of a device, by its ifName."""

    device: DeviceId
    interface: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """One port hears one device; at which of its ports, as far as that was said."""

    end: End
    device: DeviceId
    ports: frozenset[str]  # all that fit: one if it is certain, none if it is unknown
    sources: frozenset[Source]
    age_seconds: float | None
    called: str  # the far port in the claim's own words
    is_of_aggregate: bool = False  # an aggregate was meant, `ports` are its members

    @property
    def far(self) -> End | None:
        """The far end, if it is certain."""
        return End(self.device, next(iter(self.ports))) if len(self.ports) == 1 else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Heard:
    """All hearings by port, the ports that hear many, and what was found on the way."""

    hearings: dict[End, Hearing]
    shared: frozenset[End]
    findings: tuple[Finding, ...]


OneT = TypeVar("OneT", bound=str)
_MOST_WORDS: Final = 3
_Stranger = tuple[str, str]  # chassis and name of a neighbour nobody knows


def hear(claims: Iterable[Claim], directory: Directory) -> Heard:
    """Sort the claims by port and look up whom they mean."""
    findings: list[Finding] = []
    known: defaultdict[End, list[Hearing]] = defaultdict(list)
    strangers: defaultdict[End, set[_Stranger]] = defaultdict(set)
    for claim in dict.fromkeys(claims):
        end = _local_end(claim, directory, findings)
        if end is None:
            continue
        device = _neighbour(claim, directory, findings)
        if device is None:
            strangers[end].add((str(claim.chassis), claim.system_name))
        elif device != claim.device:
            known[end].append(_hearing(claim, end, device, directory))
    hearings: dict[End, Hearing] = {}
    shared: set[End] = set()
    for end, heard in known.items():
        several = _merged(heard)
        if len(several) + len(strangers.get(end, ())) == 1:
            hearings[end] = several[0]
            continue
        shared.add(end)
        findings += [_shared(each, len(several) + len(strangers.get(end, ()))) for each in several]
    return Heard(hearings=hearings, shared=frozenset(shared), findings=tuple(findings))


def _local_end(claim: Claim, directory: Directory, findings: list[Finding]) -> End | None:
    """Return where a claim was heard, unless it cannot be told, or cannot be true any more."""
    if claim.interface is None:
        words = f"hears {described(claim)} at its port {claim.local_port}, which is no interface"
        findings.append(_finding(FindingKind.UNKNOWN_LOCAL_PORT, claim, words))
        return None
    why = ""
    if claim.is_before_reboot:
        why = "the row is older than the device's last restart"
    elif directory.is_down(claim.device, claim.interface):
        why = "the port is down"
    if why:
        device = _only(directory.devices_of(claim))
        ports = directory.ports_of(device, claim.port) if device else frozenset()
        words = f"hears {described(claim)}, but {why}"
        finding = _finding(FindingKind.STALE, claim, words)
        findings.append(replace(finding, neighbour=device, neighbour_interface=_only(ports)))
        return None
    return End(claim.device, claim.interface)


def _neighbour(claim: Claim, directory: Directory, findings: list[Finding]) -> DeviceId | None:
    devices = directory.devices_of(claim)
    device = _only(devices)
    if device is not None and device != claim.device:
        return device
    if device is not None:
        words = f"hears itself: {described(claim)}; a loop, or a name given twice"
        findings.append(_finding(FindingKind.SELF, claim, words))
        return device
    hints = sorted(devices or directory.hints_of(claim))
    if hints:
        fits = "fits all of" if devices else "is in parts of"
        words = f"hears {described(claim)}, which {fits} {', '.join(hints)}"
        findings.append(_finding(FindingKind.AMBIGUOUS_NEIGHBOUR, claim, words))
    else:
        words = f"hears {described(claim)}, whom nobody knows"
        findings.append(_finding(FindingKind.UNKNOWN_NEIGHBOUR, claim, words))
    return None


def _hearing(claim: Claim, end: End, device: DeviceId, directory: Directory) -> Hearing:
    ports = directory.ports_of(device, claim.port)
    aggregate = _only(ports)
    members = directory.members_of(device, aggregate) if aggregate else ()
    # Between two aggregates the aggregates are the ends; a member faces a member.
    is_of_aggregate = bool(members) and not directory.members_of(*end)
    return Hearing(
        end=end,
        device=device,
        ports=frozenset(members) if is_of_aggregate else ports,
        sources=frozenset((claim.source,)),
        age_seconds=claim.age_seconds,
        called=str(claim.port) if claim.port else "a port without a name",
        is_of_aggregate=is_of_aggregate,
    )


def _merged(heard: Sequence[Hearing]) -> list[Hearing]:
    """Join what two protocols say of one neighbour; what cannot be one stays apart."""
    several: list[Hearing] = []
    # What is certain first: what is vague joins it, in whatever order the claims came.
    for each in sorted(heard, key=lambda one: (one.device, len(one.ports) != 1, sorted(one.ports))):
        for place, other in enumerate(several):
            if other.device == each.device and (
                other.ports & each.ports or not (other.ports and each.ports)
            ):
                several[place] = _joined(other, each)
                break
        else:
            several.append(each)
    return several


def _joined(one: Hearing, other: Hearing) -> Hearing:
    ages = [age for age in (one.age_seconds, other.age_seconds) if age is not None]
    return replace(
        one,
        ports=one.ports & other.ports if one.ports and other.ports else one.ports | other.ports,
        sources=one.sources | other.sources,
        age_seconds=min(ages, default=None),
        is_of_aggregate=one.is_of_aggregate and other.is_of_aggregate,
    )


def _shared(hearing: Hearing, count: int) -> Finding:
    return Finding(
        kind=FindingKind.SHARED_PORT,
        device=hearing.end.device,
        interface=hearing.end.interface,
        neighbour=hearing.device,
        neighbour_interface=_only(hearing.ports),
        words=f"hears {count} neighbours at this port, {hearing.device} among them:"
        " a hub or a switch in between, or a radio that serves many",
    )


def described(claim: Claim) -> str:
    """Return whom a claim names, in its own words."""
    words = [repr(claim.system_name)] if claim.system_name else []
    words += [f"chassis {claim.chassis}"] if claim.chassis else []
    words += claim.addresses[:1]
    who = " ".join(words[:_MOST_WORDS]) or "a neighbour without a name"
    return f"{who}, port {claim.port}" if claim.port else who


def _finding(kind: FindingKind, claim: Claim, words: str) -> Finding:
    said = f"{words} ({claim.source.value})"
    return Finding(kind=kind, device=claim.device, interface=claim.interface, words=said)


def _only(several: frozenset[OneT]) -> OneT | None:
    return next(iter(several)) if len(several) == 1 else None
