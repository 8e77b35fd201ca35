"""Radio signs: what the two directions of a radio link show, as signs and as evidence."""

from typing import Final

import numpy as np

from netmon.detection.fading import RAIN_FROM_HZ
from netmon.detection.findings import Detectors, Findings
from netmon.detection.fingerprint import Marks, blank, blend
from netmon.detection.readings import Integers
from netmon.detection.signatures import Sign
from netmon.verdict import Evidence
from topology.nearness import Near, groups

_NEIGHBOUR_M: Final = 15_000.0  # a rain cell is 5–15 km wide


class RadioSigns:
    """Reads the radio findings of one cycle link by link."""

    def __init__(self, detectors: Detectors, found: Findings) -> None:
        self._detectors = detectors
        self._found = found
        self._frame = detectors.frame
        self._first_direction = _first_directions(detectors)
        self._raining = self._rain_like()

    def level_holds(self, row: int) -> bool:
        """Say whether both ends of a radio link receive what they usually do."""
        first = self._first_direction[row]
        return bool(first >= 0 and self._found.disturbance.level_holds[first : first + 2].all())

    def of(self, row: int) -> tuple[set[Sign], tuple[Evidence, ...]]:
        """Return what the directions of a radio link show; nothing for the others."""
        first = self._first_direction[row]
        if first < 0:
            return set(), ()
        signs: set[Sign] = set()
        evidence: tuple[Evidence, ...] = ()
        for direction in (first, first + 1):
            found, words = self._direction_signs(direction)
            signs |= found
            evidence += words
        if Sign.LEVEL_LOST_BOTH_WAYS in signs or Sign.LEVEL_LOST_ONE_WAY in signs:
            signs.discard(Sign.LEVEL_HOLDS)
            signs |= self._hop_signs(first, row)
        if Sign.STEP in signs:
            signs.discard(Sign.GRADUAL)
        if Sign.QUALITY_LOST in signs:
            signs.discard(Sign.QUALITY_FOLLOWS)
        if Sign.NOISE_RISEN in signs:
            signs.discard(Sign.NOISE_HOLDS)
        return signs, evidence

    def marks(self) -> Marks:
        """Return per link what its signs rest on, figures left aside."""
        frame, fades, disturbance = self._frame, self._found.fades, self._found.disturbance
        erred = self._found.excess.risen
        told = fades.lost | fades.sent_less | disturbance.any | erred
        of_directions = blend(
            blank(frame.directions.rows),
            told,
            disturbance.level_holds,
            *(
                flags & told
                for flags in (
                    fades.lost,
                    fades.sent_less,
                    fades.both_ways,
                    fades.step,
                    fades.steady,
                    fades.wanders,
                    disturbance.quality_lost,
                    disturbance.noise_risen,
                    disturbance.noise_holds,
                    np.isfinite(disturbance.quality_loss_db),
                    erred,
                    disturbance.flutters,
                    self._found.shortfall.low,
                )
            ),
        )
        marks = blank(len(frame.link_ids))
        marks[frame.directions.link_row[::2]] = blend(of_directions[::2], of_directions[1::2])
        rained_on = np.zeros(len(marks), dtype=np.bool_)
        rained_on[list(self._raining)] = True
        return blend(marks, rained_on)

    def _direction_signs(self, row: int) -> tuple[set[Sign], tuple[Evidence, ...]]:
        detectors, found = self._detectors, self._found
        fades, disturbance = found.fades, found.disturbance
        signs: set[Sign] = set()
        evidence: tuple[Evidence, ...] = ()
        faded = bool(fades.lost[row] or fades.sent_less[row])
        disturbed = bool(disturbance.any[row])
        if faded:
            both = fades.both_ways[row]
            signs.add(Sign.LEVEL_LOST_BOTH_WAYS if both else Sign.LEVEL_LOST_ONE_WAY)
            signs.add(Sign.STEP if fades.step[row] else Sign.GRADUAL)
            signs |= {Sign.SENT_LESS} if fades.sent_less[row] else set()
            signs |= {Sign.STEADY} if fades.steady[row] else set()
            signs |= {Sign.WANDERS} if fades.wanders[row] else set()
            evidence += (detectors.fading.evidence(row, detectors.radio, fades),)
        if disturbed:
            signs |= {Sign.LEVEL_HOLDS} if disturbance.level_holds[row] else set()
            signs |= {Sign.QUALITY_LOST} if disturbance.quality_lost[row] else set()
            signs |= {Sign.NOISE_RISEN} if disturbance.noise_risen[row] else set()
            evidence += detectors.interference.evidence(row, detectors.radio, disturbance)
        if found.excess.risen[row]:
            signs.add(Sign.ERRORED_SECONDS)
            signs |= {Sign.LEVEL_HOLDS} if disturbance.level_holds[row] else set()
            evidence += (detectors.errored.evidence(row, found.excess),)
        if faded or disturbed or found.excess.risen[row]:
            signs |= {Sign.FLUTTERS} if disturbance.flutters[row] else set()
            signs |= {Sign.MODULATION_LOW} if found.shortfall.low[row] else set()
        if faded and np.isfinite(disturbance.quality_loss_db[row]) and not disturbed:
            signs.add(Sign.QUALITY_FOLLOWS)
        if (faded or disturbed) and disturbance.noise_holds[row]:
            signs.add(Sign.NOISE_HOLDS)
        return signs, evidence

    def _hop_signs(self, direction: int, row: int) -> set[Sign]:
        directions = self._frame.directions
        signs: set[Sign] = set()
        frequency = directions.frequency_hz[direction]
        if np.isfinite(frequency):
            signs.add(Sign.FROM_10_GHZ if frequency >= RAIN_FROM_HZ else Sign.BELOW_10_GHZ)
        long = directions.length_m[direction] >= self._detectors.settings.fading.long_hop_m
        signs.add(Sign.LONG_HOP if long else Sign.SHORT_HOP)
        if row in self._raining:
            signs.add(Sign.NEIGHBOURS_FADE)
        return signs

    def _rain_like(self) -> frozenset[int]:
        """Return the rows of links that fade both ways from 10 GHz on with such a neighbour."""
        frame, fades = self._frame, self._found.fades
        directions = frame.directions
        high = directions.frequency_hz >= RAIN_FROM_HZ
        rows = np.unique(directions.link_row[fades.lost & fades.both_ways & high])
        if len(rows) < 2:
            return frozenset()
        ends = frame.end_positions[rows].tolist()  # links × ends × xyz, in metres
        together = groups(ends, Near(metres=_NEIGHBOUR_M))
        return frozenset(int(rows[at]) for group in together if len(group) > 1 for at in group)


def _first_directions(detectors: Detectors) -> Integers:
    """Return for each link the row of its first direction, −1 for what is no radio."""
    frame = detectors.frame
    first = np.full(len(frame.link_ids), -1, dtype=np.int64)
    rows = frame.directions.link_row[::2]
    first[rows] = np.arange(len(rows)) * 2
    return first
