"""Edge: of the silent, who touches what still answers, and who is only behind them.

The graph is asked once for each new pattern of silence; an answer holds until the pattern changes.
"""

from collections import deque
from collections.abc import Iterator

import numpy as np

from netmon.detection.frame import Frame
from netmon.detection.readings import Flags
from netmon.verdict import Subject, SubjectKind
from topology.model import DeviceId, LinkId, SiteId
from topology.reachability import Reach, Reachability

# Who is at the edge, who is behind it, and for whose sake each of those is silent.
Apart = tuple[Flags, Flags, dict[DeviceId, Subject]]


class Edge:
    """The graph of one network, seen from the collector's site and from all who answer."""

    def __init__(self, frame: Frame, collector_site: SiteId | None) -> None:
        self._frame = frame
        self._reachability = Reachability(frame.network)
        self._known: Flags = np.array(
            [device in frame.network.devices for device in frame.device_ids], dtype=np.bool_
        )
        self._collector_site = collector_site if collector_site in frame.network.sites else None
        self._cannot_say = self._beyond_the_graph()
        self._last_question: tuple[bytes, bytes, bytes] | None = None
        self._last_answer: Apart | None = None

    def tell_apart(self, failed: Flags, answering: Flags, links_out: Flags) -> Apart:
        """Return who of the failed is at the edge, who is behind it, and behind what."""
        question = (failed.tobytes(), answering.tobytes(), links_out.tobytes())
        if question != self._last_question or self._last_answer is None:
            self._last_answer = self._ask(failed, answering, links_out)
            self._last_question = question
        return self._last_answer

    def _ask(self, failed: Flags, answering: Flags, links_out: Flags) -> Apart:
        frame = self._frame
        rows = np.flatnonzero(failed & self._known)
        none = np.zeros(frame.devices, dtype=np.bool_)
        if not rows.size:
            return none, none, {}
        failed_ids = [frame.device_ids[row] for row in rows]
        failed_links = self._link_ids(links_out)
        reach = self._reachability.reach(
            self._origins(answering), failed_devices=failed_ids, failed_links=failed_links
        )
        edge = none.copy()
        edge[[frame.device_row[device] for device in reach.frontier_devices]] = True
        at_edge = failed & (edge | self._cannot_say | ~self._known)
        behind = failed & ~at_edge
        return at_edge, behind, self._for_whose_sake(reach, behind) if behind.any() else {}

    def _origins(self, answering: Flags) -> set[SiteId]:
        frame = self._frame
        rows = np.unique(frame.site_of_device[answering & self._known])
        origins = {frame.site_ids[row] for row in rows if row >= 0}
        return origins | ({self._collector_site} if self._collector_site else set())

    def _link_ids(self, flags: Flags) -> list[LinkId]:
        frame = self._frame
        ids = (frame.link_ids[row] for row in np.flatnonzero(flags))
        return [link for link in ids if link in frame.network.links]

    def _beyond_the_graph(self) -> Flags:
        """Return which devices have no way to us even when nothing is broken."""
        if self._collector_site is None:
            return np.ones(self._frame.devices, dtype=np.bool_)
        reach = self._reachability.reach((self._collector_site,))
        return np.array([device not in reach.devices for device in self._frame.device_ids], bool)

    def _for_whose_sake(self, reach: Reach, behind: Flags) -> dict[DeviceId, Subject]:
        """Walk outwards from the edge; each silent device gets the nearest failure before it."""
        wanted = {self._frame.device_ids[row] for row in np.flatnonzero(behind)}
        found: dict[DeviceId, Subject] = {}
        queue = deque(self._edges(reach))
        seen: set[DeviceId] = set()
        while queue:
            device, subject = queue.popleft()
            if device in seen or device in reach.devices:
                continue
            seen.add(device)
            if device in wanted:
                found[device] = subject
            queue.extend((other, subject) for other in self._next_to(device))
        return found

    def _edges(self, reach: Reach) -> Iterator[tuple[DeviceId, Subject]]:
        network = self._frame.network
        for device in sorted(reach.frontier_devices):
            yield device, Subject(SubjectKind.DEVICE, device)
        for link in sorted(reach.frontier_links):
            for end in network.links[link].ends:
                yield network.device_of(end), Subject(SubjectKind.LINK, link)

    def _next_to(self, device: DeviceId) -> Iterator[DeviceId]:
        network = self._frame.network
        yield from network.devices_of(network.site_of(device))
        for link in network.links_of(device):
            for end in network.links[link].ends:
                yield network.device_of(end)
