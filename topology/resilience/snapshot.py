"""Snapshot: a network at one instant as arrays that never change, with a name made of its content.

Rows are in the order of the input. What has failed keeps its row and is marked as not up, so that
rows mean the same before and after. `sources` makes one; `mesh` makes it a graph to walk on.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import blake2b
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from topology.errors import NetworkError
from topology.model import Dependent, DeviceId, LinkId, Medium, SiteId

Rows = NDArray[np.int32]
Flags = NDArray[np.bool_]
Floats = NDArray[np.float64]

IdT = TypeVar("IdT", bound=str)


@dataclass(frozen=True, slots=True, kw_only=True)
class Elements:
    """A set of things that may fail together, by their ids."""

    sites: frozenset[SiteId] = frozenset()
    devices: frozenset[DeviceId] = frozenset()
    links: frozenset[LinkId] = frozenset()
    srlgs: frozenset[str] = frozenset()

    def __or__(self, other: "Elements") -> "Elements":
        return Elements(
            sites=self.sites | other.sites,
            devices=self.devices | other.devices,
            links=self.links | other.links,
            srlgs=self.srlgs | other.srlgs,
        )


NOTHING = Elements()


@dataclass(frozen=True, kw_only=True, eq=False)
class Snapshot:
    """A network at one instant. Numbers nobody has told are NaN; two are equal if `digest` is.

    A site is a hub: its working devices are joined there without any link (docs/decisions/0002).
    """

    sites: tuple[SiteId, ...]
    devices: tuple[DeviceId, ...]
    links: tuple[LinkId, ...]  # parallel links are separate
    srlgs: tuple[str, ...]

    device_site: Rows  # (devices,) row of the site of each
    link_ends: Rows  # (links, 2) rows of the devices at both ends, a first
    srlg_links: tuple[Rows, ...]  # rows of the links of each SRLG

    core: Flags  # (sites,)
    users: Floats  # (sites,) people or whatever else counts there; 0 where not told
    dependents: tuple[tuple[Dependent, ...], ...]  # of each site
    latitude_deg: Floats  # (sites,)
    longitude_deg: Floats  # (sites,)

    length_m: Floats  # (links,)
    capacity_bps: Floats  # (links,)
    medium: tuple[Medium | None, ...]  # of each link

    site_availability: Floats  # power and all else that takes down everything at a site
    device_availability: Floats
    link_availability: Floats
    srlg_availability: Floats  # the common cause alone
    site_mtbf_hours: Floats
    device_mtbf_hours: Floats
    link_mtbf_hours: Floats
    srlg_mtbf_hours: Floats

    site_up: Flags = field(default_factory=lambda: np.zeros(0, np.bool_))
    device_up: Flags = field(default_factory=lambda: np.zeros(0, np.bool_))
    link_up: Flags = field(default_factory=lambda: np.zeros(0, np.bool_))

    def __post_init__(self) -> None:
        for noun in ("site", "device", "link"):
            if not len(getattr(self, f"{noun}_up")):  # told nothing: all of them are up
                rows = len(getattr(self, f"{noun}s"))
                object.__setattr__(self, f"{noun}_up", np.ones(rows, np.bool_))
        for value in vars(self).values():
            for array in value if isinstance(value, tuple) else (value,):
                if isinstance(array, np.ndarray):
                    array.setflags(write=False)

    @cached_property
    def site_rows(self) -> Mapping[SiteId, int]:
        """The row of each site."""
        return {site: row for row, site in enumerate(self.sites)}

    @cached_property
    def device_rows(self) -> Mapping[DeviceId, int]:
        """The row of each device."""
        return {device: row for row, device in enumerate(self.devices)}

    @cached_property
    def link_rows(self) -> Mapping[LinkId, int]:
        """The row of each link."""
        return {link: row for row, link in enumerate(self.links)}

    @cached_property
    def srlg_rows(self) -> Mapping[str, int]:
        """The row of each SRLG."""
        return {srlg: row for row, srlg in enumerate(self.srlgs)}

    @cached_property
    def works(self) -> tuple[Flags, Flags]:
        """Which devices and which links work: up themselves, with all that they stand on."""
        devices = self.device_up & self.site_up[self.device_site]
        return devices, self.link_up & devices[self.link_ends].all(axis=1)

    def without(self, failed: Elements) -> "Snapshot":
        """Return the snapshot in which these have failed as well.

        Raises NetworkError for an id that is not in it.
        """
        link_up = _cleared(self.link_up, self.link_rows, failed.links, "link")
        for srlg in _rows(self.srlg_rows, failed.srlgs, "SRLG"):
            link_up[self.srlg_links[srlg]] = False
        return replace(
            self,
            site_up=_cleared(self.site_up, self.site_rows, failed.sites, "site"),
            device_up=_cleared(self.device_up, self.device_rows, failed.devices, "device"),
            link_up=link_up,
        )

    @cached_property
    def digest(self) -> str:
        """Name the content by 32 hexadecimal digits (BLAKE2b); the order of rows is no content."""
        hashed = blake2b(digest_size=16)
        for part in (self._site_words(), self._device_words(), self._link_words(), self._srlgs()):
            for words in sorted(part):
                hashed.update(words.encode())
                hashed.update(b"\n")
            hashed.update(b"\f")
        return hashed.hexdigest()

    def _site_words(self) -> Iterable[str]:
        columns = (
            self.core, self.users, self.latitude_deg, self.longitude_deg,
            self.site_availability, self.site_mtbf_hours, self.site_up,
        )  # fmt: skip
        for words, carried in zip(_words(self.sites, columns), self.dependents, strict=True):
            yield words + repr(
                sorted((dependent.id, dependent.kind.value) for dependent in carried)
            )

    def _device_words(self) -> Iterable[str]:
        columns = self.device_availability, self.device_mtbf_hours, self.device_up
        places = self.device_site.tolist()
        for words, site in zip(_words(self.devices, columns), places, strict=True):
            yield words + repr(self.sites[site])

    def _link_words(self) -> Iterable[str]:
        columns = (
            self.length_m, self.capacity_bps, self.link_availability, self.link_mtbf_hours,
            self.link_up,
        )  # fmt: skip
        ends = self.link_ends.tolist()
        for words, (a, b), medium in zip(
            _words(self.links, columns), ends, self.medium, strict=True
        ):
            joined = sorted((self.devices[a], self.devices[b]))
            yield f"{words}{joined!r}{'' if medium is None else medium.value}"

    def _srlgs(self) -> Iterable[str]:
        columns = self.srlg_availability, self.srlg_mtbf_hours
        for words, rows in zip(_words(self.srlgs, columns), self.srlg_links, strict=True):
            yield words + repr(sorted(self.links[row] for row in rows.tolist()))


def _words(ids: Sequence[str], columns: Sequence[Floats | Flags]) -> Iterable[str]:
    values = zip(*(column.tolist() for column in columns), strict=True)
    return (f"{identity!r}{value!r}" for identity, value in zip(ids, values, strict=True))


def _rows(rows: Mapping[IdT, int], wanted: Iterable[IdT], noun: str) -> list[int]:
    found = []
    for identity in wanted:
        row = rows.get(identity)
        if row is None:
            raise NetworkError(f"there is no {noun} {identity!r} in this network")
        found.append(row)
    return found


def _cleared(up: Flags, rows: Mapping[IdT, int], failed: Iterable[IdT], noun: str) -> Flags:
    left = up.copy()
    left[_rows(rows, failed, noun)] = False
    return left
