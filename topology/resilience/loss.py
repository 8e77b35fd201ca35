"""Loss: what no longer reaches a core, counted for all elements at once and listed for one.

The sites lost with an element are those of a few runs of the search's numbering, so that counts
come from prefix sums, and the names of the sites are looked up only where somebody asks.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from topology.model import Dependent, SiteId
from topology.resilience.descent import Descent
from topology.resilience.mesh import Mesh
from topology.resilience.snapshot import Snapshot

Amounts = NDArray[np.float64]
Runs = tuple[tuple[int, int], ...]  # from … up to, not included, in the numbering of a search


class Kind(StrEnum):
    """What an element is."""

    LINK = "link"
    DEVICE = "device"
    SITE = "site"
    SRLG = "srlg"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """What one failure takes: sites that no longer reach a core, and what they carry."""

    sites: tuple[SiteId, ...]
    dependents: tuple[Dependent, ...]
    users: float


class Weights:
    """Sites, dependents and users in the numbering of one search, as prefix sums."""

    def __init__(self, snapshot: Snapshot, mesh: Mesh, descent: Descent) -> None:
        self._snapshot = snapshot
        self.site_at = np.array(mesh.site_of, np.int64)[descent.order]
        is_site = self.site_at >= 0
        carried = np.array([len(each) for each in snapshot.dependents], np.float64)
        self.of_each = np.zeros((len(self.site_at), 3))  # sites, dependents, users
        self.of_each[is_site, 0] = 1.0
        if is_site.any():
            rows = self.site_at[is_site]
            self.of_each[is_site, 1] = carried[rows]
            self.of_each[is_site, 2] = snapshot.users[rows]
        self.before = np.vstack([np.zeros((1, 3)), np.cumsum(self.of_each, axis=0)])
        self.of_subtree = self.before[descent.end] - self.before[:-1]

    def of_runs(self, runs: Runs) -> Loss:
        """Name what is in some runs."""
        rows = [row for start, end in runs for row in self.site_at[start:end].tolist() if row >= 0]
        rows.sort()
        snapshot = self._snapshot
        return Loss(
            sites=tuple(snapshot.sites[row] for row in rows),
            dependents=tuple(each for row in rows for each in snapshot.dependents[row]),
            users=float(snapshot.users[rows].sum()),
        )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Losses:
    """What each element of one kind takes when it alone fails, as columns, row by row."""

    kind: Kind
    ids: Sequence[str]
    sites: NDArray[np.int64]  # how many are lost, the one where it stands included
    elsewhere: NDArray[np.int64]  # how many but the one where it stands
    dependents: NDArray[np.int64]
    users: Amounts
    name: Callable[[int], Loss]  # what the element of a row takes, by name

    def single_points(self) -> NDArray[np.int64]:
        """Return the rows whose failure takes sites elsewhere, worst first.

        A site that only takes itself is no single point of failure of the network.
        """
        rows = np.flatnonzero(self.elsewhere)
        worst = np.lexsort((rows, -self.dependents[rows], -self.users[rows], -self.sites[rows]))
        return rows[worst]
