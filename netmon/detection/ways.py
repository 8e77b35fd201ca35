"""Ways: the shortest way of every device from the collector's site, as a tree of links.

If most devices behind one link grow worse together, it is the link, not each of them.
"""

from collections import deque
from collections.abc import Collection, Iterator, Mapping
from itertools import count

import numpy as np

from netmon.detection.frame import Frame
from netmon.detection.latency import LatencySettings
from netmon.detection.readings import Flags, Integers
from topology.model import DeviceId, LinkId, SiteId


class Ways:
    """The shortest way of every device from the collector's site, as a tree of links."""

    def __init__(self, frame: Frame, collector_site: SiteId | None) -> None:
        self._frame = frame
        # Inwards from each site, nearest to the collector first; the link to a site stands for it.
        self._parent: dict[SiteId, tuple[SiteId, LinkId]] = {}
        if collector_site is not None and collector_site in frame.network.sites:
            self._grow(collector_site)
        self.trunk: LinkId | None = None  # the last link that all ways out of the own site share
        self.branches = self._branches(collector_site)  # per device; −1: nobody knows its way

    def blame(
        self, worse: Flags, asked: Flags, settings: LatencySettings
    ) -> tuple[Mapping[LinkId, tuple[DeviceId, ...]], tuple[DeviceId, ...]]:
        """Return the links that answer for several devices each, and the devices left over."""
        if not worse.any() or not self._parent:
            return {}, tuple(self._devices(worse))
        behind, asked_behind = self._behind(worse), self._behind(asked)
        answers = {
            site
            for site, count in behind.items()
            if count >= settings.shared_devices
            and count >= settings.shared_share * asked_behind.get(site, 0)
        }
        first = self._outermost(answers)
        shared: dict[SiteId, list[DeviceId]] = {}
        alone = []
        for device in self._devices(worse):
            root = first.get(self._frame.network.site_of(device))
            if root is None:
                alone.append(device)
            else:
                shared.setdefault(root, []).append(device)
        blamed = {}
        for root, devices in shared.items():  # the last link that they still all share
            site = self._frame.network.site_of(devices[0])
            while behind[site] != behind[root]:
                site = self._parent[site][0]
            blamed[self._parent[site][1]] = tuple(devices)
        return blamed, tuple(alone)

    def _devices(self, flags: Flags) -> Iterator[DeviceId]:
        known = self._frame.site_of_device >= 0
        return (self._frame.device_ids[row] for row in np.flatnonzero(flags & known))

    def _behind(self, flags: Flags) -> dict[SiteId, int]:
        """Return how many of these devices there are from each site on outwards."""
        frame = self._frame
        rows = frame.site_of_device[flags]
        counts = np.bincount(rows[rows >= 0], minlength=len(frame.site_ids)).tolist()
        behind = {site: counts[frame.site_row[site]] for site in self._parent}
        for site, (inwards, _) in reversed(self._parent.items()):  # outermost first
            if inwards in behind:
                behind[inwards] += behind[site]
        return behind

    def _outermost(self, answers: Collection[SiteId]) -> dict[SiteId, SiteId]:
        """Return for every site behind an answering link the site at which the first one ends."""
        first: dict[SiteId, SiteId] = {}
        for site, (inwards, _) in self._parent.items():  # innermost first
            if inwards in first:
                first[site] = first[inwards]
            elif site in answers:
                first[site] = site
        return first

    def _branches(self, root: SiteId | None) -> Integers:
        """Return a number for each device; who has another one shares no way beyond the fork.

        The own site's devices are branch 0, those on the trunk before the ways part 1.
        """
        frame = self._frame
        of_site = np.full(len(frame.site_ids) + 1, -1, dtype=np.int64)  # the last: no site
        if not self._parent or root is None:
            return of_site[frame.site_of_device]
        following: dict[SiteId, list[SiteId]] = {}
        for site, (inwards, _) in self._parent.items():
            following.setdefault(inwards, []).append(site)
        fork, numbers, unused = root, {root: 0}, count(2)
        while len(following.get(fork, ())) == 1:
            (fork,) = following[fork]
            self.trunk = self._parent[fork][1]
            numbers[fork] = 1
        for site, (inwards, _) in self._parent.items():  # innermost first
            if inwards == fork:
                numbers[site] = next(unused)
            else:
                numbers.setdefault(site, numbers[inwards])
        for site, number in numbers.items():
            of_site[frame.site_row[site]] = number
        return of_site[frame.site_of_device]

    def _grow(self, root: SiteId) -> None:
        network = self._frame.network
        queue, seen = deque([root]), {root}
        while queue:
            site = queue.popleft()
            for link in network.links_of_site(site):
                for other in network.sites_of(link):
                    if other not in seen:
                        seen.add(other)
                        self._parent[other] = (site, link)
                        queue.append(other)
