"""The latest figures of a link's ends, looked up in the readings by row. No opinion in them."""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass

from netmon.detection.readings import Floats, Readings
from topology.model import LinkId


@dataclass(frozen=True, slots=True, kw_only=True)
class EndFigures:
    """What was last read at one end of a link; None is unknown or too old.

    Radio figures belong to the interface that receives; loss and RTT are those of the echoes to
    the end's device, so they cover the whole way from netmon to there.
    """

    rsl_dbm: float | None = None
    snr_db: float | None = None
    noise_floor_dbm: float | None = None
    capacity_bps: float | None = None
    loss_ratio: float | None = None
    rtt_seconds: float | None = None
    is_missing: bool = False  # the device has no interface of that name: nothing is read there


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkFigures:
    """Both ends, a first."""

    a: EndFigures
    b: EndFigures

    @property
    def loss_ratio(self) -> float | None:
        """The worse of both ends: the end behind the link is the one that loses."""
        return _worse(self.a.loss_ratio, self.b.loss_ratio)

    @property
    def rtt_seconds(self) -> float | None:
        """The longer of both ends: that echo crossed the link; None while an end is silent."""
        if self.loss_ratio == 1:
            return None
        return _worse(self.a.rtt_seconds, self.b.rtt_seconds)


UNKNOWN = LinkFigures(a=EndFigures(), b=EndFigures())


def link_figures(
    readings: Readings | None, links: Collection[LinkId]
) -> Mapping[LinkId, LinkFigures]:
    """Return the figures of those links that the readings know."""
    if readings is None:
        return {}
    wanted = set(links)
    a_row, b_row = readings.links.a_row, readings.links.b_row
    return {
        link: LinkFigures(
            a=end_figures(readings, int(a_row[row])), b=end_figures(readings, int(b_row[row]))
        )
        for row, link in enumerate(readings.links.ids)
        if link in wanted
    }


def end_figures(readings: Readings, row: int) -> EndFigures:
    """Return the figures of the interface in a row; a row below 0 is nobody's."""
    interfaces, devices = readings.interfaces, readings.devices
    if row < 0:
        return EndFigures()
    device_row = int(interfaces.device_row[row])
    return EndFigures(
        rsl_dbm=_known(interfaces.gauges.get("rsl_dbm"), row),
        snr_db=_known(interfaces.gauges.get("snr_db"), row),
        noise_floor_dbm=_known(interfaces.gauges.get("noise_floor_dbm"), row),
        capacity_bps=_known(interfaces.gauges.get("capacity_bps"), row),
        loss_ratio=_known(devices.loss_ratio, device_row),
        rtt_seconds=_known(devices.rtt_seconds, device_row),
        is_missing=bool(interfaces.missing[row]),
    )


def _known(column: Floats | None, row: int) -> float | None:
    if column is None or row < 0:
        return None
    value = float(column[row])
    return value if math.isfinite(value) else None


def _worse(one: float | None, other: float | None) -> float | None:
    known = [value for value in (one, other) if value is not None]
    return max(known, default=None)
