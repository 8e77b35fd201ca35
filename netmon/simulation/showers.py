"""Weather made up: fronts of drifting cells, and a measured field laid over a network anew.

Two generators that share nothing: one invents Gaussian cells that live and drift; the other
takes pictures of real rain, such as a weather radar's, and shifts, turns, mirrors, quickens and
strengthens them.
"""

import random
from typing import Final

import numpy as np
from numpy.typing import NDArray

from netmon.simulation.skies import RainCell, RainField
from topology.geometry import destination
from topology.model import Position

WET_DB: Final = 1.5  # of each antenna
LIFE_SECONDS: Final = (1200.0, 4200.0)


def front(
    draw: random.Random,
    *,
    over: Position,
    reach_m: float,
    start_seconds: float,
    seconds: float,
    pace: float = 1.0,
) -> tuple[RainCell, ...]:
    """Return the cells of one front that crosses a place within `seconds`.

    They share one wind of 5 … 20 m/s; each lives for 20 … 70 minutes and is 2 … 7 km wide, with an
    exponential share of strong ones up to 90 mm/h. `pace` shortens lives as it shortens the story.
    """
    wind_mps, heading = draw.uniform(5.0, 20.0) * pace, draw.uniform(0.0, 360.0)
    wet_db, dry_seconds = draw.uniform(0.3, WET_DB), draw.uniform(600.0, 1800.0) / pace
    cells = []
    for _ in range(max(4, round(draw.uniform(3, 7) * reach_m / 50e3 * 3))):
        life = draw.uniform(*LIFE_SECONDS) / pace
        born = start_seconds + draw.uniform(0.0, max(seconds - life, 0.0))
        bearing, metres = draw.uniform(0.0, 360.0), reach_m * draw.random() ** 0.5
        middle = destination(over, bearing, metres)
        half = wind_mps * life / 2
        cells.append(
            RainCell(
                start_seconds=born,
                end_seconds=born + life,
                begins_at=destination(middle, heading + 180.0, half),
                ends_at=destination(middle, heading, half),
                radius_m=draw.uniform(2e3, 7e3),
                peak_mm_per_h=min(4.0 + draw.expovariate(1 / 16.0), 90.0),
                ramp_seconds=life / 4,
                wet_db=wet_db,
                dry_seconds=dry_seconds,
            )
        )
    return tuple(cells)


def field_over(
    draw: random.Random,
    mm_per_h: NDArray[np.float64],
    *,
    step_seconds: float,
    pixel_m: float,
    over: Position,
    start_seconds: float,
    seconds: float,
) -> RainField:
    """Return a measured field laid over a place anew: no two draws put the same rain there.

    `mm_per_h` is (pictures, rows from the south, columns from the west); what is not a number is
    no rain. The part of the pictures shown begins at a random one; the field is shifted by up to a
    quarter of its size, turned by any angle, mirrored or not, 0.7 … 1.4 times as quick and 0.5 … 2
    times as strong. Raises ValueError unless the array has three dimensions.
    """
    if mm_per_h.ndim != 3:
        raise ValueError(f"a field of rain is (pictures, rows, columns), not {mm_per_h.shape}")
    rain = np.maximum(np.nan_to_num(mm_per_h, nan=0.0), 0.0)
    rain = np.roll(rain, -draw.randrange(len(rain)), axis=0)
    away_m = draw.random() * min(rain.shape[1:]) * pixel_m / 4
    return RainField(
        start_seconds=start_seconds,
        end_seconds=start_seconds + seconds,
        mm_per_h=rain,
        step_seconds=step_seconds,
        pixel_m=pixel_m,
        middle=destination(over, draw.uniform(0.0, 360.0), away_m),
        turned_deg=draw.uniform(0.0, 360.0),
        is_mirrored=draw.random() < 0.5,
        pace=draw.uniform(0.7, 1.4),
        gain=2 ** draw.uniform(-1.0, 1.0),
        wet_db=draw.uniform(0.3, WET_DB),
        dry_seconds=draw.uniform(600.0, 1800.0),
    )
