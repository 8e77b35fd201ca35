"""Radio signs: what the two directions of a radio link show, as signs and as evidence."""

from bisect import bisect_right
from typing import Final

import numpy as np

from netmon.detection.findings import Detectors, Findings
from netmon.detection.fingerprint import Marks, blank, blend
from netmon.detection.readings import Floats, Integers
from netmon.detection.signs import LEVEL_LOST, Sign
from netmon.detection.wetness import RAIN_FROM_HZ
from netmon.verdict import Evidence
from topology.model import Medium
from topology.nearness import Near, groups

_NEIGHBOUR_M: Final = 15_000.0  # a rain cell is 5–15 km wide
_BANDS_FROM_HZ: Final = (RAIN_FROM_HZ, 16e9)  # above, layered air matters little on any hop
_SENT_DB: Final = 1.0  # by which a transmitter that is well may waver
_SAG_DB: Final = 0.8  # so little less arrives, and yet for long
_LIFT_DB: Final = 1.0

# Of two signs the second is no news beside the first.
_OUTDONE: Final = (
    (Sign.LEVEL_LOST_BOTH_WAYS, Sign.LEVEL_LOST_ONE_WAY),
    (Sign.LEVEL_LOST_BOTH_WAYS, Sign.LEVEL_LOST_SO_FAR),
    (Sign.LEVEL_LOST_ONE_WAY, Sign.LEVEL_LOST_SO_FAR),
    (Sign.LEVEL_LOST_BOTH_WAYS, Sign.SENT_AS_USUAL),
    (Sign.SENT_LESS_BOTH_WAYS, Sign.SENT_LESS),
    (Sign.SENT_LESS, Sign.SENT_AS_USUAL),
    (Sign.STEP, Sign.GRADUAL),
    (Sign.RESTLESS, Sign.STEADY),
    (Sign.QUALITY_LOST, Sign.QUALITY_FOLLOWS),
    (Sign.NOISE_RISEN, Sign.NOISE_LIFTED),
    (Sign.NOISE_RISEN, Sign.NOISE_HOLDS),
    (Sign.NOISE_LIFTED, Sign.NOISE_HOLDS),
)


class RadioSigns:
    """Reads the radio findings of one cycle link by link."""

    def __init__(self, detectors: Detectors, found: Findings) -> None:
        self._detectors = detectors
        self._found = found
        self._frame = detectors.frame
        self._first_direction = _first_directions(detectors)
        self._raining = self._rain_like()
        self._unsent_db = -detectors.radio.above("tsl_dbm")
        self._losses_db: Floats | None = None

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
        if signs & LEVEL_LOST:
            signs.discard(Sign.LEVEL_HOLDS)
            signs |= self._hop_signs(first, row)
        retuned = [at for at in (first, first + 1) if self._found.retuned[at]]
        if retuned:
            signs.add(Sign.SET_ANEW)
            evidence = (*self._detectors.retuned.evidence(retuned[0]), *evidence)
        for stronger, weaker in _OUTDONE:
            if stronger in signs:
                signs.discard(weaker)
        return signs, evidence

    def polled(self, row: int) -> bool:
        """Say whether an end of a radio link was read anew in this cycle; others: always."""
        first = self._first_direction[row]
        return bool(first < 0 or self._detectors.radio.fresh[first : first + 2].any())

    def ebbs(self, row: int) -> bool:
        """Say whether a link shows nothing but a fade that is less than half of what it was."""
        first = self._first_direction[row]
        if first < 0:
            return False
        both = slice(first, first + 2)
        fades, course = self._found.fades, self._found.course
        told = fades.lost[both]
        other = self._found.disturbance.any[both] | self._found.excess.risen[both]
        if not told.any() or (other | fades.sent_less[both]).any():
            return False
        return bool((fades.loss_db[both] < 0.5 * course.highest_db[both])[told].all())

    def marks(self) -> Marks:
        """Return per link what its signs rest on, figures left aside."""
        frame, fades, disturbance = self._frame, self._found.fades, self._found.disturbance
        erred = self._found.excess.risen
        course, retuned = self._found.course, self._found.retuned
        told = fades.lost | fades.sent_less | disturbance.any | erred | retuned
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
                    course.steady,
                    course.restless,
                    course.other_too,
                    retuned,
                )
            ),
        )
        marks = blank(len(frame.link_ids))
        marks[frame.directions.link_row[::2]] = blend(of_directions[::2], of_directions[1::2])
        rained_on = np.zeros(len(marks), dtype=np.bool_)
        rained_on[list(self._raining)] = True
        skies = np.zeros(len(marks), dtype=np.bool_)
        skies[frame.directions.link_row[::2]] = self._found.sky.around_wet
        return blend(marks, rained_on, skies)

    def _direction_signs(self, row: int) -> tuple[set[Sign], tuple[Evidence, ...]]:
        detectors, found = self._detectors, self._found
        fades, disturbance = found.fades, found.disturbance
        signs: set[Sign] = set()
        evidence: tuple[Evidence, ...] = ()
        faded = bool(fades.lost[row] or fades.sent_less[row])
        disturbed = bool(disturbance.any[row])
        if faded:
            signs |= self._level_signs(row)
            evidence += (detectors.fading.evidence(row, detectors.radio, fades),)
        elif disturbed and detectors.fading.change.risen[row] and fades.loss_db[row] >= _SAG_DB:
            signs.add(Sign.LEVEL_SAGS)
        if faded or disturbed:
            signs |= self._sent_signs(row)
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
        lifted = detectors.interference.noise.risen[row]
        if faded and lifted and disturbance.noise_rise_db[row] >= _LIFT_DB:
            signs.add(Sign.NOISE_LIFTED)
        return signs, evidence

    def _level_signs(self, row: int) -> set[Sign]:
        """Return how a level was lost: which way, how fast, how it went on."""
        fades, course = self._found.fades, self._found.course
        signs = {self._way(row)}
        if fades.lost[row]:  # of what is only sent less, nobody knows how fast it came
            signs.add(Sign.STEP if fades.step[row] else Sign.GRADUAL)
        steady = bool(fades.steady[row] or course.steady[row])
        signs |= {Sign.STEADY} if steady else set()
        signs |= {Sign.WANDERS} if fades.wanders[row] and not steady else set()
        signs |= {Sign.RESTLESS} if course.restless[row] else set()
        return signs

    def _way(self, row: int) -> Sign:
        """Return which way the level is lost; one way alone is believed once it stays so."""
        fades, course = self._found.fades, self._found.course
        if self._medium(row) is Medium.VSAT:  # each way has a sky of its own
            return Sign.LEVEL_LOST_BY_SATELLITE
        if fades.both_ways[row] or course.other_too[row] or self._sends_less_both_ways(row):
            return Sign.LEVEL_LOST_BOTH_WAYS
        settled = fades.sent_less[row] or course.steady[row]
        return Sign.LEVEL_LOST_ONE_WAY if settled else Sign.LEVEL_LOST_SO_FAR

    def _sent_signs(self, row: int) -> set[Sign]:
        """Return what the far transmitters say of the power they send with."""
        fades, sent, unsent = self._found.fades, self._detectors.fading.sent, self._unsent_db
        if not np.isfinite(unsent[row]):
            return set()
        if self._sends_less_both_ways(row):
            return {Sign.SENT_LESS_BOTH_WAYS}
        if fades.sent_less[row] or (sent.risen[row] and unsent[row] >= _SENT_DB):
            return {Sign.SENT_LESS}
        one_way = not (fades.both_ways[row] or self._found.course.other_too[row])
        if fades.lost[row] and one_way and unsent[row] < _SENT_DB:
            return {Sign.SENT_AS_USUAL}
        return set()

    def _sends_less_both_ways(self, row: int) -> bool:
        pair = slice(row & ~1, (row | 1) + 1)
        risen = self._detectors.fading.sent.risen[pair]
        return bool((risen & (self._unsent_db[pair] >= 2 * _SENT_DB)).all())

    def _hop_signs(self, direction: int, row: int) -> set[Sign]:
        directions = self._frame.directions
        signs: set[Sign] = set()
        frequency = directions.frequency_hz[direction]
        if np.isfinite(frequency):
            at = bisect_right(_BANDS_FROM_HZ, frequency)
            signs.add((Sign.BELOW_10_GHZ, Sign.FROM_10_TO_16_GHZ, Sign.FROM_16_GHZ)[at])
        long = directions.length_m[direction] >= self._detectors.settings.fading.long_hop_m
        signs.add(Sign.LONG_HOP if long else Sign.SHORT_HOP)
        said = self._neighbours_say(direction, row)
        if row in self._raining and said is not Sign.NEIGHBOURS_FADE_LESS:
            said = Sign.NEIGHBOURS_FADE
        if said is None and self._found.sky.around_wet[direction // 2]:
            said = Sign.NEIGHBOURS_WET
        if said is not None:
            signs.add(said)
        return signs

    def _neighbours_say(self, direction: int, row: int) -> Sign | None:
        if self._medium(direction) is Medium.VSAT:
            return None
        if self._losses_db is None:
            highest = self._found.course.highest_db.reshape(-1, 2)
            self._losses_db = np.full(len(self._frame.link_ids), np.nan)
            links = self._frame.directions.link_row[::2]
            self._losses_db[links] = np.fmin(highest[:, 0], highest[:, 1])
        lost = float(np.nanmax(self._found.fades.loss_db[direction : direction + 2], initial=0.0))
        return self._detectors.neighbours.sign(row, lost, self._losses_db)

    def _medium(self, direction: int) -> Medium:
        link = self._frame.link_ids[int(self._frame.directions.link_row[direction])]
        return self._frame.network.links[link].medium

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
