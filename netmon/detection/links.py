"""Links: what the findings on its two ends and two directions say of a link."""

from collections.abc import Mapping
from typing import Final

import numpy as np

from netmon.detection.findings import Detectors, Findings
from netmon.detection.fingerprint import Marks, blank, blend, picked
from netmon.detection.frame import gather, gather_flags, gather_rows
from netmon.detection.proposal import Proposal, plain, weighed
from netmon.detection.radiosigns import RadioSigns
from netmon.detection.readings import Flags
from netmon.detection.signs import Sign, is_any_fade
from netmon.detection.sites import Loss, unreachable
from netmon.detection.weighing import NOT_WHILE_DOWN, NOT_WHILE_UP, causes_of, held_back, likeliest
from netmon.verdict import Cause, Condition, Evidence, Subject, SubjectKind
from topology.model import DeviceId, LinkId, Medium, SiteId

_WORDS_OF: Final = 4  # so many devices are named in a sentence


class LinkJudge:
    """Judges the abnormal links of one cycle; a healthy one costs nothing here."""

    def __init__(
        self,
        detectors: Detectors,
        found: Findings,
        losses: Mapping[SiteId, Loss],
        blamed: Mapping[LinkId, tuple[DeviceId, ...]],
    ) -> None:
        self._detectors = detectors
        self._found = found
        self._frame = detectors.frame
        self._blamed = blamed
        self._lost: dict[LinkId, Proposal] = {}
        for loss in losses.values():
            self._lost.update(loss.links)
        self._radio = RadioSigns(detectors, found)
        self._troubled_now = self._troubled()

    def marks(self, lost: Marks, behind: Marks) -> Marks:
        """Return what the verdict on each link rests on, figures left aside."""
        detectors, frame, found = self._detectors, self._frame, self._found
        standing, load = found.standing, found.load
        marks = blend(
            self._radio.marks(),
            standing.link_down,
            *standing.ends_down,
            *detectors.past.before(found.monotonic),
        )
        counted = blank(len(load.busy))
        counted = blend(counted, load.errors, load.discards, load.severe, load.saturated, load.busy)
        for row, device in ((frame.a_row, frame.a_device), (frame.b_row, frame.b_device)):
            marks = blend(
                marks,
                picked(counted, row),
                picked(lost, gather_rows(frame.site_of_device, device)),
                picked(behind, device),
                gather_flags(standing.heard, device),
                gather_flags(found.rebooted, device),
                gather_flags(found.untimed.any, device),
            )
        delayed = np.zeros(len(marks), dtype=np.int64)
        for link, devices in self._blamed.items():
            delayed[frame.link_row[link]] = len(devices)
        return blend(marks, delayed, *found.vanished.found)

    @property
    def moving(self) -> Flags:
        """The links whose evidence has figures that move with every poll."""
        return self._troubled_now

    def conditions(self) -> tuple[dict[Condition, Flags], Flags]:
        """Return which links are in which condition, and which are left as they were."""
        frame, standing = self._frame, self._found.standing
        ends = (frame.a_device, frame.b_device)
        silent_a, silent_b = (gather_flags(standing.silent, end) for end in ends)
        heard_a, heard_b = (gather_flags(standing.heard, end) for end in ends)
        waiting_a, waiting_b = (gather_flags(standing.pending, end) for end in ends)
        told = standing.link_up | standing.link_down | standing.link_off
        lost = self._flags(self._lost)
        down = (standing.link_down | lost) & ~standing.link_off
        held = ((waiting_a | waiting_b) & ~told | self._unwitnessed()) & ~lost
        unreachable_ends = ~told & ~lost & silent_a & silent_b
        # That both devices answer says nothing of a link one end of which no device has.
        by_answers = heard_a & heard_b & ~standing.link_off & ~standing.link_unread
        healthy = ~down & (standing.link_up | by_answers)
        degraded = healthy & self._troubled_now
        if standing.own_uplink_lost:
            healthy, degraded, down = (
                flags & heard_a & heard_b for flags in (healthy, degraded, down)
            )
            held = np.zeros_like(held)
        return {
            Condition.MAINTENANCE: standing.link_off,
            Condition.DOWN: down,
            Condition.UNREACHABLE: unreachable_ends,
            Condition.DEGRADED: degraded,
            Condition.HEALTHY: healthy & ~degraded,
        }, held

    def _unwitnessed(self) -> Flags:
        """Return the links in trouble of which an end has not been heard since.

        Perhaps that end has died and the link is down for its sake: so wait for its word.
        """
        standing, now = self._found.standing, self._found.monotonic
        since = self._detectors.past.down_since
        young = now - since < self._detectors.settings.reachability.witness_seconds
        unheard = doubted = np.zeros(len(since), dtype=np.bool_)
        for end in (self._frame.a_device, self._frame.b_device):
            open_question = gather_flags(standing.asked & ~standing.silent, end)
            unheard = unheard | (open_question & ~(gather(standing.answered_at, end) > since))
            doubted = doubted | (open_question & gather_flags(standing.doubted, end))
        return (standing.link_down & young & unheard) | doubted

    def propose(self, row: int, condition: Condition) -> Proposal:
        """Return the verdict on one abnormal link."""
        link = self._frame.link_ids[row]
        if condition is Condition.MAINTENANCE:
            return plain(
                condition,
                Cause.CONFIGURATION,
                "reachability",
                "switched_off",
                f"{link} is switched off at one of its ends (ifAdminStatus is not up)",
            )
        if condition is Condition.UNREACHABLE:
            return self._unreachable(row)
        if condition is Condition.UNKNOWN:
            return Proposal(condition=condition)
        if condition is Condition.DOWN and link in self._lost:
            return self._lost[link]
        return self._weighed(row, condition)

    def _weighed(self, row: int, condition: Condition) -> Proposal:
        signs, evidence = self._radio.of(row)
        more_signs, more_evidence = self._line_signs(row, condition)
        if condition is Condition.DOWN:
            signs |= self._down_signs(row)
            evidence = (self._down_words(row), *evidence)
        signs |= more_signs
        if signs & {Sign.SEVERE_SECONDS, Sign.ERRORS}:  # the same seconds, told once
            signs.discard(Sign.ERRORED_SECONDS)
        clock_signs, clock_evidence = self._clock_signs(row)
        signs |= clock_signs
        medium = self._medium(row)
        if condition is Condition.DEGRADED and medium.is_radio and not evidence:
            counted = Sign.SEVERE_SECONDS in signs or Sign.ERRORS in signs
            signs.add(Sign.LEVEL_HOLDS if counted else Sign.RADIO_CLEAN)
        causes = causes_of(medium)
        causes -= NOT_WHILE_DOWN if condition is Condition.DOWN else NOT_WHILE_UP
        opinion = likeliest(
            self._recalled(row, condition, signs), causes, self._detectors.settings.signatures
        )
        early = self._detectors.recollection.is_early(self._frame.link_ids[row])
        if condition is Condition.DEGRADED and early and is_any_fade(signs):
            opinion = held_back(opinion)
        return weighed(condition, opinion, (*evidence, *more_evidence, *clock_evidence))

    def _recalled(self, row: int, condition: Condition, signs: set[Sign]) -> Mapping[Sign, float]:
        """Return the signs with the shares of the time they were there; of a loss, what is now."""
        if condition is not Condition.DEGRADED:
            return dict.fromkeys(sorted(signs), 1.0)
        return self._detectors.recollection.recall(
            self._frame.link_ids[row],
            sorted(signs),
            self._found.monotonic,
            polled=self._radio.polled(row),
            ebbs=self._radio.ebbs(row),
        )

    def _line_signs(self, row: int, condition: Condition) -> tuple[set[Sign], tuple[Evidence, ...]]:
        """Return what counters and echoes show at either end."""
        detectors, load = self._detectors, self._found.load
        signs: set[Sign] = set()
        evidence: tuple[Evidence, ...] = ()
        busy = False
        for end in (self._frame.a_row[row], self._frame.b_row[row]):
            if end < 0:
                continue
            busy |= bool(load.busy[end])
            signs |= {Sign.ERRORS} if load.errors[end] else set()
            signs |= {Sign.DISCARDS} if load.discards[end] else set()
            signs |= {Sign.SEVERE_SECONDS} if load.severe[end] else set()
            name = self._frame.interface_ids[end]
            evidence += detectors.performance.evidence(int(end), load, name)
        delayed = self._blamed.get(self._frame.link_ids[row], ())
        if delayed:
            signs.add(Sign.DELAYED)
            evidence += (self._delay_words(delayed),)
        if condition is Condition.DEGRADED and self._found.vanished.any[row]:
            signs.add(Sign.VANISHED)
            evidence += detectors.conservation.evidence(row, self._found.vanished, self._frame)
        lossy = Sign.DISCARDS in signs or Sign.VANISHED in signs
        if condition is Condition.DEGRADED and (delayed or busy or lossy):
            signs.add(Sign.FULL if busy else Sign.NOT_FULL)
        return signs, evidence

    def _clock_signs(self, row: int) -> tuple[set[Sign], tuple[Evidence, ...]]:
        """Return whether an end has lost its time, which a radio in time slots needs."""
        frame, untimed = self._frame, self._found.untimed
        if not self._medium(row).is_radio:
            return set(), ()
        evidence: tuple[Evidence, ...] = ()
        for device in {int(frame.a_device[row]), int(frame.b_device[row])} - {-1}:
            name = frame.device_ids[device]
            evidence += self._detectors.sync.evidence(device, untimed, name)
        return ({Sign.CLOCK_LOST} if evidence else set()), evidence

    def _delay_words(self, devices: tuple[DeviceId, ...]) -> Evidence:
        detectors, found = self._detectors, self._found
        named = [
            evidence.words
            for device in devices[:_WORDS_OF]
            for evidence in detectors.latency.evidence(
                self._frame.device_row[device], found.delays, device
            )[:1]
        ]
        more = f" and {len(devices) - _WORDS_OF} more" if len(devices) > _WORDS_OF else ""
        return Evidence(
            detector="latency",
            finding="shared_delay",
            words=f"{len(devices)} devices behind it grew worse together: "
            + ", ".join(named)
            + more,
            figures=(("devices", float(len(devices))),),
        )

    def _down_signs(self, row: int) -> set[Sign]:
        frame, found, past = self._frame, self._found, self._detectors.past
        heard = [
            bool(gather_flags(found.standing.heard, end[row : row + 1])[0])
            for end in (frame.a_device, frame.b_device)
        ]
        signs: set[Sign] = set()
        if self._radio.level_holds(row):
            signs.add(Sign.LEVEL_HOLDS)
        if all(heard):
            signs.add(Sign.DARK_BOTH_ENDS if self._dark_ends(row) == 2 else Sign.DARK_ONE_END)
        if past.faded_before(row, found.monotonic):
            signs.add(Sign.FADED_BEFORE)
        elif past.disturbed_before(row, found.monotonic):
            signs.add(Sign.DISTURBED_BEFORE)
        else:
            signs.add(Sign.NOTHING_BEFORE)
        rebooted = (
            gather_flags(found.rebooted, end[row : row + 1])[0]
            for end in (frame.a_device, frame.b_device)
        )
        return signs | ({Sign.REBOOTED} if any(rebooted) else set())

    def _dark_ends(self, row: int) -> int:
        ends = self._found.standing.ends_down
        return int(ends[0][row]) + int(ends[1][row])

    def _down_words(self, row: int) -> Evidence:
        frame, standing = self._frame, self._found.standing
        link = frame.network.links[frame.link_ids[row]]
        ends = [
            str(end) for end, down in zip(link.ends, standing.ends_down, strict=True) if down[row]
        ]
        return Evidence(
            detector="reachability",
            finding="oper_down",
            words=f"{' and '.join(ends) or link.id} {'say' if len(ends) > 1 else 'says'} down"
            " (ifOperStatus) while meant to be up",
            figures=(("ends_down", float(len(ends))),),
            where=ends[0] if ends else "",
        )

    def _unreachable(self, row: int) -> Proposal:
        network, standing = self._frame.network, self._found.standing
        link = network.links[self._frame.link_ids[row]]
        devices = [network.device_of(end) for end in link.ends]
        subject = next((standing.behind[end] for end in devices if end in standing.behind), None)
        if subject is None:
            subject = Subject(SubjectKind.DEVICE, devices[0])
        return unreachable(subject)

    def _troubled(self) -> Flags:
        frame, found = self._frame, self._found
        flags = self._flags(self._blamed) | found.vanished.any
        load = found.load.any
        for rows in (frame.a_row, frame.b_row):
            flags |= gather_flags(load, rows) & ~found.shaken
        trouble = found.fades.lost | found.fades.sent_less | found.disturbance.any
        trouble |= found.excess.risen | found.retuned
        flags[frame.directions.link_row[trouble]] = True
        return flags

    def _flags(self, links: Mapping[LinkId, object]) -> Flags:
        flags = np.zeros(len(self._frame.link_ids), dtype=np.bool_)
        flags[[self._frame.link_row[link] for link in links if link in self._frame.link_row]] = True
        return flags

    def _medium(self, row: int) -> Medium:
        return self._frame.network.links[self._frame.link_ids[row]].medium
