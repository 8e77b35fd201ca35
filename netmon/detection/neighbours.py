"""Neighbours: what links that end at the same sites lose, and whether one rain explains both.

Rain costs every link in it what ITU-R P.838 says of its band and length. From what a neighbour
loses follows how hard it rains there, and from that what this link should lose. A link that loses
much while the links from both of its ends lose nothing is not in the rain.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from netmon.detection.frame import Frame, gather_rows
from netmon.detection.readings import Floats, Integers
from netmon.detection.signs import Sign
from topology.model import Polarisation
from topology.propagation import rain_coefficients

_FROM_HZ: Final = 1e9  # where P.838-3 begins
_MOST_KM: Final = 15.0  # a cell of hard rain is no wider
_TELLING_DB: Final = 2.0  # at 20 mm/h: less, and a link says nothing of rain
_TELLING_MM_PER_H: Final = 20.0
_QUIET_DB: Final = 1.5  # lost no more: a link is dry …
_WET_MM_PER_H: Final = 3.0  # … and rains from here on
_FITS: Final = 3.0  # times more or less than the neighbours' rain would cost, and …
_FITS_DB: Final = 2.0  # … so much on top: rain is not the same everywhere


class Neighbours:
    """The links at each site that tell rain, and what rain costs each link."""

    def __init__(self, frame: Frame) -> None:
        self._sites: Integers = np.stack(
            [gather_rows(frame.site_of_device, end) for end in (frame.a_device, frame.b_device)]
        )
        links = frame.network.links
        self._k: NDArray[np.float32] = np.zeros(len(frame.link_ids), dtype=np.float32)
        self._alpha: NDArray[np.float32] = np.ones(len(frame.link_ids), dtype=np.float32)
        directions = frame.directions
        for at, row in enumerate(directions.link_row[::2].tolist()):
            hertz = float(directions.frequency_hz[2 * at])
            carrier = links[frame.link_ids[row]].carrier
            kilometres = min(float(directions.length_m[2 * at]) / 1000.0, _MOST_KM)
            if hertz >= _FROM_HZ and kilometres > 0.0:
                polarisation = carrier.polarisation if carrier else Polarisation.VERTICAL
                k, self._alpha[row] = rain_coefficients(hertz, polarisation)
                self._k[row] = k * kilometres
        self._at_site: dict[int, list[int]] = {}
        for row in np.flatnonzero(self._costs(_TELLING_MM_PER_H) >= _TELLING_DB).tolist():
            for site in {int(self._sites[0, row]), int(self._sites[1, row])} - {-1}:
                self._at_site.setdefault(site, []).append(row)

    def sign(self, row: int, lost_db: float, losses_db: Floats) -> Sign | None:
        """Return what the neighbours say of a link that has lost so much; None: too few of them.

        `losses_db` is what each link loses lately, the smaller of both directions; NaN: not known.
        """
        ends = [self._known(row, end, losses_db) for end in (0, 1)]
        if not any(ends) or not self._k[row]:
            return None
        rates = {other: self._mm_per_h(other, losses_db) for end in ends for other in end}
        hardest = max(rates.values())
        if hardest < _WET_MM_PER_H:
            same_hop = bool(set(ends[0]) & set(ends[1]))
            return Sign.NEIGHBOURS_DRY if same_hop or all(ends) else None
        most = float(self._k[row] * hardest ** self._alpha[row])
        if lost_db > _FITS * most + _FITS_DB:
            return Sign.NEIGHBOURS_FADE_LESS
        return Sign.NEIGHBOURS_FADE

    def _known(self, row: int, end: int, losses_db: Floats) -> list[int]:
        others = self._at_site.get(int(self._sites[end, row]), [])
        return [other for other in others if other != row and np.isfinite(losses_db[other])]

    def _mm_per_h(self, row: int, losses_db: Floats) -> float:
        loss = float(losses_db[row])
        if loss < _QUIET_DB:
            return 0.0
        return float((loss / self._k[row]) ** (1.0 / self._alpha[row]))

    def _costs(self, mm_per_h: float) -> Floats:
        costs: Floats = self._k * mm_per_h**self._alpha
        return costs
