"""Devices: what silence, echoes and the interfaces that carry no link say of a device."""

from collections.abc import Sequence
from typing import Final

import numpy as np

from netmon.detection.findings import Detectors, Findings
from netmon.detection.fingerprint import Marks, blank, blend, picked
from netmon.detection.frame import gather_flags
from netmon.detection.proposal import Proposal, plain, weighed
from netmon.detection.readings import Flags
from netmon.detection.signs import Sign
from netmon.detection.sites import LostSites, unreachable
from netmon.detection.weighing import OF_A_CLOCK, likeliest
from netmon.verdict import Cause, Condition, Evidence
from topology.model import DeviceId

# The sign that each finding of `netmon.detection.sync` is, in its order.
SIGN_OF: Final = (Sign.GNSS_LOST, Sign.CLOCK_LOST, Sign.GNSS_TOLD, Sign.GNSS_ANTENNA)


class DeviceJudge:
    """Judges the devices of one cycle."""

    def __init__(
        self,
        detectors: Detectors,
        found: Findings,
        lost: LostSites,
        alone: Sequence[DeviceId],
    ) -> None:
        """`alone` are those whose echoes suffer without the links to them being to blame."""
        self._detectors = detectors
        self._found = found
        self._frame = detectors.frame
        self._lost = lost
        self._loose = self._loose_ends()
        self._faulty = np.zeros(self._frame.devices, dtype=np.bool_)
        self._faulty[list(self._loose)] = True
        self._slow = np.zeros(self._frame.devices, dtype=np.bool_)
        self._slow[[self._frame.device_row[device] for device in alone]] = True
        self.conditions = self._conditions()

    @property
    def moving(self) -> Flags:
        """The devices whose evidence has figures that move with every poll."""
        return self.conditions[Condition.DEGRADED]

    def marks(self, behind: Marks) -> Marks:
        """Return what the verdict on each device rests on, figures left aside."""
        frame, found = self._frame, self._found
        return blend(
            blank(frame.devices),
            picked(self._lost.marks, frame.site_of_device),
            behind,
            found.delays.loss,
            found.delays.rtt,
            found.delays.ipdv,
            self._faulty,
            found.agent_silent,
            *found.untimed.found,
        )

    def propose(self, row: int, condition: Condition) -> Proposal:
        """Return the verdict on one device that is not well."""
        frame, standing = self._frame, self._found.standing
        device, at = frame.device_ids[row], frame.site_of_device[row]
        if at >= 0 and frame.site_ids[at] in self._lost.losses:
            return self._lost.losses[frame.site_ids[at]].site
        if condition is Condition.UNREACHABLE:
            return unreachable(standing.behind.get(device))
        if condition is Condition.DOWN:
            polls = self._detectors.settings.reachability.timeouts
            words = f"{device} did not answer {polls} polls in a row; what is next to it answers"
            return plain(condition, Cause.UNKNOWN, "reachability", "silence", words, device)
        evidence = self._evidence(row, device)
        if self._found.untimed.any[row]:
            return self._untimed(row, device, evidence)
        return Proposal(condition=condition, cause=Cause.UNKNOWN, evidence=evidence)

    def _conditions(self) -> dict[Condition, Flags]:
        standing, at = self._found.standing, self._frame.site_of_device
        # A lost site's devices share its fate.
        dead, hidden = (gather_flags(flags, at) for flags in self._lost.fates())
        silent = standing.asked & standing.silent
        suffering = self._slow | self._faulty | self._found.agent_silent | self._found.untimed.any
        return {
            Condition.DOWN: ((standing.down & ~hidden) | dead) & silent,
            Condition.UNREACHABLE: ((standing.unreachable & ~dead) | hidden) & silent,
            Condition.DEGRADED: standing.heard & suffering,
            Condition.HEALTHY: standing.heard,
        }

    def _untimed(self, row: int, device: DeviceId, evidence: tuple[Evidence, ...]) -> Proposal:
        detectors, untimed = self._detectors, self._found.untimed
        signs = sorted(SIGN_OF[at] for at in np.flatnonzero(untimed.found[:, row]).tolist())
        opinion = likeliest(signs, OF_A_CLOCK, detectors.settings.signatures)
        said = detectors.sync.evidence(row, untimed, device)
        return weighed(Condition.DEGRADED, opinion, (*said, *evidence))

    def _loose_ends(self) -> dict[int, list[int]]:
        """Return the interfaces in trouble at which no link ends, by the row of their device."""
        frame = self._frame
        troubled = self._found.load.any & (frame.link_of_interface < 0)
        loose: dict[int, list[int]] = {}
        for interface in np.flatnonzero(troubled & (frame.interface_device >= 0)).tolist():
            loose.setdefault(int(frame.interface_device[interface]), []).append(interface)
        return loose

    def _evidence(self, row: int, device: DeviceId) -> tuple[Evidence, ...]:
        detectors, found = self._detectors, self._found
        evidence = detectors.latency.evidence(row, found.delays, device)
        if found.agent_silent[row]:
            words = f"the SNMP agent of {device} is silent while {device} answers echoes"
            silent = Evidence(
                detector="reachability", finding="agent_silent", words=words, where=device
            )
            evidence = (*evidence, silent)
        for interface in self._loose.get(row, ()):
            name = self._frame.interface_ids[interface]
            evidence += detectors.performance.evidence(interface, found.load, name)
        return evidence
