"""Satellite navigation and the clocks that follow it, as every device would say."""

from collections.abc import Iterable
from typing import Final

import numpy as np

from netmon.simulation.emitters import GnssJamming
from netmon.simulation.events import Event
from netmon.simulation.noise import Floats, streams, uniform, white
from topology.geometry import distance_m
from topology.network import Network

LOSE_SECONDS: Final = 60.0  # from the loss of satellites to the alarm
DRIFT: Final = 1.5e-10  # of a good oscillator in holdover: 1.5 µs in some hours


class Timing:
    """What GNSS receivers and clocks at the places of all devices say."""

    def __init__(self, network: Network, seed: int, events: Iterable[Event]) -> None:
        self._stream = streams(seed, "gnss", tuple(network.devices))
        sites = [network.sites[network.site_of(device)] for device in network.devices]
        self._jammed = [
            (
                event,
                np.array(
                    [distance_m(site.position, event.position) <= event.radius_m for site in sites],
                    dtype=bool,
                ),
            )
            for event in events
            if isinstance(event, GnssJamming)
        ]

    def values(self, local: Floats) -> dict[str, Floats]:
        """Return the quantities of devices: (times, devices) each."""
        shape = (len(local), len(self._stream))
        sky = np.round(8 + 6 * uniform(self._stream) + 0.7 * white(self._stream, local, 300.0))
        since = np.zeros(shape)  # seconds of jamming so far; 0: none
        late = np.zeros(shape, dtype=bool)
        for event, concerned in self._jammed:
            on = (local >= event.start_seconds) & (local < event.end_seconds)
            here = np.outer(np.where(on, local - event.start_seconds + 1e-3, 0.0), concerned)
            since = np.maximum(since, here)
            late |= here > event.holdover_seconds
        jammed, lost = since > 0, since > LOSE_SECONDS
        return {
            "satellites_tracked": np.where(jammed, np.minimum(sky, 2.0), sky),
            "satellites_visible": np.where(jammed, np.minimum(sky + 2, 3.0), sky + 2),
            "gnss_fix": np.where(lost, 0.0, np.where(jammed, 1.0, 3.0)),
            "gnss_jamming": np.where(jammed, 2.0, 0.0),
            "gnss_spoofing": np.zeros(shape),
            "gnss_antenna_ok": np.ones(shape),
            "clock_locked": np.where(lost, 0.0, 1.0),
            "clock_holdover": np.where(lost & ~late, 1.0, 0.0),
            "clock_phase_error_seconds": 2e-8 * white(self._stream, local, 60.0) + DRIFT * since,
        }
