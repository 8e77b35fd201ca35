"""Traces: real levels of 500 German links with rain along their paths, as pycomlink carries them.

The only door to HDF5. Two channels a link, one per direction; RSL and TSL every minute for eleven
days of May 2018 (G. Graf, C. Chwala et al.), rain by the RADOLAN YW product of Deutscher
Wetterdienst every five minutes. Nothing is fetched: the files lie inside the wheel of pycomlink,
which is not imported itself. The publisher has moved the coordinates; distances between links hold.
"""

from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

try:
    import h5py
except ImportError:  # the evaluation group is not installed
    h5py = None

Floats = NDArray[np.float64]
POLL_SECONDS: Final = 60.0
POLLS_PER_RAIN: Final = 5
_FOLDER: Final = "pycomlink/io/example_data"
_MISSING: Final = -9999
_RSL_DBM: Final = (-90.0, 0.0)  # outside: sentinels (-99.9, 255), not levels
_TSL_DBM: Final = (-30.0, 60.0)


class TracesMissingError(Exception):
    """The evaluation group is not installed."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Traces:
    """Levels and rain of real links; direction 2·n and 2·n + 1 belong to link n."""

    rsl_dbm: Floats  # (directions, polls)
    tsl_dbm: Floats  # (directions, polls)
    rain_mm_per_hour: Floats  # (links, polls / 5), along the path
    frequency_hz: Floats  # (directions,)
    length_m: Floats  # (links,)
    positions_deg: Floats  # (links, ends, latitude and longitude)

    @property
    def links(self) -> int:
        """How many links there are."""
        return len(self.length_m)

    @property
    def polls(self) -> int:
        """How many polls there are."""
        return int(self.rsl_dbm.shape[1])

    @property
    def total_loss_db(self) -> Floats:
        """What ATPC cannot hide, (directions, polls)."""
        return self.tsl_dbm - self.rsl_dbm

    def of(self, links: NDArray[np.int64], polls: int | None = None) -> "Traces":
        """Return some of the links, and the first `polls` of their polls."""
        directions = (links[:, None] * 2 + np.arange(2)).ravel()
        until = self.polls if polls is None else polls
        return Traces(
            rsl_dbm=self.rsl_dbm[directions, :until],
            tsl_dbm=self.tsl_dbm[directions, :until],
            rain_mm_per_hour=self.rain_mm_per_hour[links, : until // POLLS_PER_RAIN],
            frequency_hz=self.frequency_hz[directions],
            length_m=self.length_m[links],
            positions_deg=self.positions_deg[links],
        )


def folder() -> Path:
    """Return where pycomlink's example data lie.

    Raises TracesMissingError where the evaluation group is not installed.
    """
    try:
        found = Path(str(distribution("pycomlink").locate_file(_FOLDER)))
    except PackageNotFoundError:
        found = Path()
    if h5py is None or not (found / "example_cml_data.nc").is_file():
        raise TracesMissingError(
            "the real traces are missing: install requirements-evaluation.lock (make evaluate does)"
        )
    return found


def load() -> Traces:
    """Read all links. Raises TracesMissingError where the data are not installed."""
    where = folder()
    with h5py.File(where / "example_cml_data.nc") as file:
        levels = {
            name: _levels(file[name], low, high)
            for name, low, high in (("rsl", *_RSL_DBM), ("tsl", *_TSL_DBM))
        }
        frequency = np.asarray(file["frequency"], dtype=np.float64)
        length = np.asarray(file["length"], dtype=np.float64)
        ends = [
            [np.asarray(file[f"site_{end}_{axis}"]) for axis in ("latitude", "longitude")]
            for end in "ab"
        ]
    with h5py.File(where / "example_path_averaged_reference_data.nc") as file:
        rain = np.asarray(file["rainfall_amount"], dtype=np.float64).T
    return Traces(
        rsl_dbm=levels["rsl"],
        tsl_dbm=levels["tsl"],
        rain_mm_per_hour=rain * (60 / POLLS_PER_RAIN),
        frequency_hz=frequency.ravel(),
        length_m=length * 1000.0,
        positions_deg=np.array(ends, dtype=np.float64).transpose(2, 0, 1),
    )


def _levels(stored: "h5py.Dataset", low: float, high: float) -> Floats:
    """Return (directions, polls) in dBm, NaN where nothing believable was reported."""
    raw = np.asarray(stored)
    values = raw * float(stored.attrs["scale_factor"][0])
    values[(raw == _MISSING) | (values < low) | (values > high)] = np.nan
    return values.transpose(1, 0, 2).reshape(-1, values.shape[-1])
