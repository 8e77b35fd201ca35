"""Explain: which failures most likely stand behind what answers and what is silent.

What is silent though every way to it was cut further towards the cores needs no failure of its
own. So a failure is looked for only where silence begins: each connection from what is in touch
with a core to something silent must be explained, by the link, by the device behind it, by its
site, or by an SRLG – the likeliest set that explains them all (a cover of least −log of odds).
Polling errs: a device that works may seem silent, one that is cut off may still count as
answering, its last poll being older than the failure. Such contradictions – answers from behind
silence – are settled first, for whichever is likelier.

Elements that explain the same are told together, with the share of each: nobody could tell them
apart by who answers.
"""

import math
from collections import deque
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np

from topology.errors import NetworkError
from topology.model import DeviceId, LinkId
from topology.resilience.arcs import Arcs
from topology.resilience.cover import Piece, cheapest
from topology.resilience.loss import Kind
from topology.resilience.snapshot import Flags, Snapshot

LEAST_SHARE: Final = 0.01  # alternatives less likely than this are not worth a word
_IMPOSSIBLE: Final = 1e6  # of −log odds


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What polls and interfaces say; a device in neither set was not asked."""

    up: frozenset[DeviceId]
    down: frozenset[DeviceId]
    links_up: frozenset[LinkId] = frozenset()  # as an end that answers tells of them
    links_down: frozenset[LinkId] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class Noise:
    """How often polls err after debouncing, and how often fails what nobody knows that of."""

    false_silence: float = 1e-5  # a device in touch seems silent
    false_answer: float = 0.02  # a device out of touch seems to answer
    failed: float = 1e-3  # the chance that an element is the failure, where its share is unknown

    def __post_init__(self) -> None:
        for name in ("false_silence", "false_answer", "failed"):
            if not 0 < getattr(self, name) < 1:
                raise NetworkError(f"{name} is {getattr(self, name)}; it must be between 0 and 1")


@dataclass(frozen=True, slots=True, kw_only=True)
class Suspect:
    """One element that may be the failure, and how likely it is among its group."""

    kind: Kind
    id: str
    likelihood: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One failure: the elements that it may be, likeliest first; they explain the same."""

    suspects: tuple[Suspect, ...]

    @property
    def likeliest(self) -> Suspect:
        """The first of the suspects."""
        return self.suspects[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The failures, and what they leave without an alert of its own."""

    faults: tuple[Fault, ...]
    unreachable: tuple[DeviceId, ...]  # silent only because of the faults
    false_silences: tuple[DeviceId, ...]  # held to be in touch after all
    false_answers: tuple[DeviceId, ...]  # held to be out of touch after all


DEFAULT_NOISE: Final = Noise()

Element = tuple[Kind, int]
Boundary = tuple[int, int]  # the vertex where silence begins, and the edge that leads there


def explain(snapshot: Snapshot, observed: Observed, noise: Noise = DEFAULT_NOISE) -> Explanation:
    """Return the likeliest failures behind an observation; the snapshot is of what worked before.

    Raises NetworkError for an id that is not in the network, and for one that is both up and down.
    """
    _require_consistent(snapshot, observed)
    scene = _Scene(snapshot, observed, noise)
    scene.settle()
    boundaries = scene.boundaries()
    pieces = scene.pieces(boundaries)
    faults = []
    for chosen in cheapest(len(boundaries), pieces):
        # A choice is the elements that explain the same, each with its cost.
        likely = [math.exp(chosen[0].cost - piece.cost) for piece in chosen]
        suspects = [
            _suspect(snapshot, piece.name, share / math.fsum(likely))
            for piece, share in zip(chosen, likely, strict=True)
        ]
        kept = tuple(each for each in suspects if each.likelihood >= LEAST_SHARE)
        faults.append(Fault(suspects=kept))
    named = {(each.kind, each.id) for fault in faults for each in fault.suspects}
    faults.sort(key=lambda fault: (fault.likeliest.kind, fault.likeliest.id))
    return Explanation(
        faults=tuple(faults),
        unreachable=tuple(
            device
            for device in snapshot.devices
            if device in observed.down
            and device not in scene.false_silences
            and (Kind.DEVICE, device) not in named
        ),
        false_silences=tuple(sorted(scene.false_silences)),
        false_answers=tuple(sorted(scene.false_answers)),
    )


class _Scene:
    """One observation on one snapshot: which vertices answer, and which are in touch."""

    def __init__(self, snapshot: Snapshot, observed: Observed, noise: Noise) -> None:
        self.snapshot, self.observed, self.noise = snapshot, observed, noise
        self.arcs = Arcs.of(snapshot)
        self.neighbours = self.arcs.mesh.neighbours
        rows = snapshot.device_rows
        self.silent = np.zeros(len(self.neighbours), np.bool_)
        self.silent[[rows[device] for device in observed.down]] = True
        self.answers = np.zeros(len(self.neighbours), np.bool_)
        self.answers[[rows[device] for device in observed.up]] = True
        working = np.flatnonzero(snapshot.works[0])
        asked = np.zeros(len(self.neighbours), np.bool_)
        asked[working] = True
        self.silent &= asked  # what had failed before is no news
        self.false_silences: set[DeviceId] = set()
        self.false_answers: set[DeviceId] = set()
        self.srlgs_of: dict[int, list[int]] = {}
        for row, links in enumerate(snapshot.srlg_links):
            for link in links.tolist():
                self.srlgs_of.setdefault(link, []).append(row)

    def in_touch(self) -> Flags:
        """Return what hangs together with a core without passing anything silent."""
        found = np.zeros(len(self.neighbours), np.bool_)
        pending = [self.arcs.mesh.root]
        found[pending] = True
        while pending:
            for vertex, edge in self.neighbours[pending.pop()]:
                if not found[vertex] and not self.silent[vertex] and not self._is_cut(edge):
                    found[vertex] = True
                    pending.append(vertex)
        return found

    def _is_cut(self, edge: int) -> bool:
        links = self.snapshot.links
        return edge < len(links) and links[edge] in self.observed.links_down

    def settle(self) -> None:
        """Take answers from behind silence as old, or the silence before them as none.

        Each group that answers is joined to what is in touch by the fewest silent devices; to
        hold those for working costs their false silences, to hold the answers for old costs the
        false answers and a failure. What is dearer is not believed.
        """
        per_silence = -math.log(self.noise.false_silence)
        per_answer = -math.log(self.noise.false_answer)
        failure = -math.log(self.noise.failed)
        while True:
            touched = self.in_touch()
            group = self._orphans(touched)
            if not group:
                return
            way = self._fewest_silent(touched, group)
            if way is None or len(group) * per_answer + failure < len(way) * per_silence:
                self.answers[group] = False
                self.silent[group] = True
                self.false_answers |= {self.snapshot.devices[row] for row in group}
            else:
                self.silent[way] = False
                self.false_silences |= {self.snapshot.devices[row] for row in way}

    def _orphans(self, touched: Flags) -> list[int]:
        """Return one group of devices that answer and hang together, out of touch; or nothing."""
        devices = np.flatnonzero(self.answers & ~touched)
        if not len(devices):
            return []
        seen, pending = {int(devices[0])}, [int(devices[0])]
        while pending:
            for vertex, edge in self.neighbours[pending.pop()]:
                if vertex not in seen and not self.silent[vertex] and not self._is_cut(edge):
                    seen.add(vertex)
                    pending.append(vertex)
        return sorted(vertex for vertex in seen if self.answers[vertex])

    def _fewest_silent(self, touched: Flags, group: Collection[int]) -> list[int] | None:
        """Return the silent devices on the way from a group to what is in touch; None: no way."""
        cost = dict.fromkeys(group, 0)
        came: dict[int, int] = {}
        queue = deque(group)
        while queue:
            at = queue.popleft()
            if touched[at]:
                way = []
                while at in came:
                    if self.silent[at]:
                        way.append(at)
                    at = came[at]
                return way
            for vertex, edge in self.neighbours[at]:
                step = cost[at] + bool(self.silent[vertex])
                if not self._is_cut(edge) and step < cost.get(vertex, len(self.silent) + 1):
                    cost[vertex], came[vertex] = step, at
                    if self.silent[vertex]:
                        queue.append(vertex)
                    else:
                        queue.appendleft(vertex)
        return None

    def boundaries(self) -> list[Boundary]:
        """Return where silence begins, and the links that are told to be down."""
        self.touched = touched = self.in_touch()
        found = [
            (vertex, edge)
            for at in np.flatnonzero(touched).tolist()
            for vertex, edge in self.neighbours[at]
            if self.silent[vertex] or (self._is_cut(edge) and (not touched[vertex] or vertex > at))
        ]
        return sorted(set(found))

    def pieces(self, boundaries: list[Boundary]) -> list[Piece]:
        """Return the elements that could be failures, each with what it explains and its cost."""
        snapshot = self.snapshot
        places = snapshot.device_site
        company = np.bincount(places[snapshot.works[0]], minlength=len(snapshot.sites))
        answering = np.bincount(places[self.answers[: len(places)]], minlength=len(snapshot.sites))
        whole = (company > 1) & (answering == 0)  # sites that may have failed as such
        covers: dict[Element, int] = {}
        for at, (vertex, edge) in enumerate(boundaries):
            for element in self._elements_of(vertex, edge, whole):
                covers[element] = covers.get(element, 0) | 1 << at
        return [
            Piece(name=element, covers=mask, cost=self._cost(element))
            for element, mask in sorted(covers.items())
        ]

    def _elements_of(self, vertex: int, edge: int, whole: Flags) -> Iterable[Element]:
        snapshot = self.snapshot
        if edge < len(snapshot.links):
            yield Kind.LINK, edge
            for row in self.srlgs_of.get(edge, ()):
                yield Kind.SRLG, row
        if vertex < len(snapshot.devices) and self.silent[vertex]:
            yield Kind.DEVICE, vertex
            site = int(snapshot.device_site[vertex])
            if whole[site]:
                yield Kind.SITE, site

    def _cost(self, element: Element) -> float:
        """Return −log of the odds that it failed, with what it would contradict."""
        kind, row = element
        snapshot, noise = self.snapshot, self.noise
        known = {
            Kind.LINK: snapshot.link_availability,
            Kind.DEVICE: snapshot.device_availability,
            Kind.SITE: snapshot.site_availability,
            Kind.SRLG: snapshot.srlg_availability,
        }[kind][row]
        failed = noise.failed if math.isnan(known) else min(max(1 - known, 1e-9), 1 - 1e-9)
        cost = -math.log(failed / (1 - failed))
        if kind is Kind.LINK and snapshot.links[row] in self.observed.links_up:
            return _IMPOSSIBLE
        return cost + (self._denied(row) if kind is Kind.SRLG else 0.0)

    def _denied(self, srlg: int) -> float:
        """Return −log of the chance of the answers and links up that an SRLG's failure denies."""
        snapshot = self.snapshot
        members = snapshot.srlg_links[srlg]
        if any(snapshot.links[row] in self.observed.links_up for row in members.tolist()):
            return _IMPOSSIBLE
        links = snapshot.works[1].copy()
        links[members] = False
        devices = snapshot.works[0] & ~self.silent[: len(snapshot.devices)]
        left = self.arcs.in_touch(devices, links)
        denied = int((self.answers & self.touched & ~left).sum())
        return -denied * math.log(self.noise.false_answer)


def _suspect(snapshot: Snapshot, element: Element, likelihood: float) -> Suspect:
    kind, row = element
    ids = {
        Kind.LINK: snapshot.links,
        Kind.DEVICE: snapshot.devices,
        Kind.SITE: snapshot.sites,
        Kind.SRLG: snapshot.srlgs,
    }[kind]
    return Suspect(kind=kind, id=str(ids[row]), likelihood=likelihood)


def _require_consistent(snapshot: Snapshot, observed: Observed) -> None:
    for device in sorted(observed.up | observed.down):
        if device not in snapshot.device_rows:
            raise NetworkError(f"there is no device {device!r} in this network")
    for link in sorted(observed.links_up | observed.links_down):
        if link not in snapshot.link_rows:
            raise NetworkError(f"there is no link {link!r} in this network")
    for noun, both in (
        ("device", observed.up & observed.down),
        ("link", observed.links_up & observed.links_down),
    ):
        if both:
            raise NetworkError(f"{noun} {min(both)!r} is observed both up and down")
