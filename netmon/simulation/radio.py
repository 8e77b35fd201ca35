"""Every receiver's level, noise and quality at any time.

Level is the link budget less what the way and the equipment take; noise is thermal plus what others
put through this antenna's pattern; quality is their ratio under the modem's own ceiling.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np

from netmon.simulation import faults, jamming, sky
from netmon.simulation.air import Air, Chance, Effect, Term
from netmon.simulation.emitters import GnssJamming, Interferer, Jammer
from netmon.simulation.events import (
    BadFirmware,
    ConfigurationChange,
    Event,
    Misalignment,
    ReceiverFault,
    TransmitterFault,
)
from netmon.simulation.modulation import loss_ratio, step_of, threshold_db
from netmon.simulation.noise import Floats, drift, white
from netmon.simulation.rain import Rain
from netmon.simulation.receivers import Receivers
from netmon.simulation.skies import (
    Multipath,
    RadomeSnow,
    RainCell,
    RainField,
    SunOutage,
    WindSway,
)

ERRORED_LOSS_RATIO: Final = 1e-3  # blocks are short: a second with this loss has an errored one
SEVERE_LOSS_RATIO: Final = 0.3  # G.826: ≥ 30 % errored blocks
BURST_LOSS_RATIO: Final = 0.04  # what rate adaptation still loses under strong interference
BURST_RISE_DB: Final = 6.0  # below it interference is inside the margin

# What each event does to receivers; those that are not here concern supply, links and load.
MAKERS: Final[dict[type, Callable[[Any, Receivers, int], Effect]]] = {
    Multipath: sky.multipath,
    WindSway: sky.wind,
    RadomeSnow: sky.snow,
    SunOutage: sky.sun,
    Jammer: jamming.jammer,
    Interferer: jamming.interferer,
    GnssJamming: jamming.time_sharing,
    Misalignment: faults.misalignment,
    TransmitterFault: faults.transmitter,
    ReceiverFault: faults.receiver,
    ConfigurationChange: faults.configuration,
    BadFirmware: faults.firmware,
}


NOISY: Final = (
    SunOutage, Jammer, Interferer, GnssJamming, ReceiverFault, ConfigurationChange,
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RadioSample:
    """All receivers at some times; shapes are (times, receivers)."""

    rsl_dbm: Floats
    said_rsl_dbm: Floats  # what the receiver says it is
    tsl_dbm: Floats  # of the far transmitter, as it says
    snr_db: Floats
    steady_snr_db: Floats  # the same between pulses
    noise_floor_dbm: Floats
    xpd_db: Floats
    noise_rise_db: Floats  # what others add
    loss_ratio: Floats  # of packets, in the air
    errored_ratio: Floats  # of seconds
    severe_ratio: Floats  # of seconds


class _Noise(NamedTuple):
    """Noise in dBm: (times, receivers)."""

    idle_dbm: Floats
    frame_dbm: Floats  # while a frame arrives
    steady_dbm: Floats  # the same without pulses
    pulse_dbm: Floats  # within pulses
    own_dbm: Floats  # of the receiver alone


class RadioPhysics:
    """The receivers and what a story does to them, compiled."""

    def __init__(self, receivers: Receivers, seed: int, events: Iterable[Event]) -> None:
        self.receivers = receivers
        given = tuple(events)
        showers = [event for event in given if isinstance(event, RainCell | RainField)]
        self._effects: list[Effect] = [Rain(receivers, showers)] if showers else []
        self._effects += [
            MAKERS[type(event)](event, receivers, seed) for event in given if type(event) in MAKERS
        ]

        self._noisy: list[Effect] = [
            MAKERS[type(event)](event, receivers, seed)
            for event in given
            if isinstance(event, NOISY)
        ]

    def sample(self, times: Floats, local: Floats, busy: Callable[[], Floats]) -> RadioSample:
        """Return all receivers at `times`; `local` are the same instants on the story's clock."""
        receivers = self.receivers
        air = Air(len(times), len(receivers.each), busy)
        for effect in self._effects:
            effect(local, air)
        path_db = air.of(Term.PATH_DB)
        missed_db = path_db + air.of(Term.HIDDEN_DB) + air.of(Term.RECEIVER_DB)
        raised_db = np.clip(missed_db, 0.0, receivers.atpc_db)
        rsl_dbm = (
            receivers.clear_rsl_dbm
            - missed_db
            + air.of(Term.TOLD_DB)
            + raised_db
            + self._scintillation_db(times)
        )
        noise = self._noise(air, rsl_dbm.shape)
        distortion = air.of(Term.DISTORTION) + 10 ** (-receivers.cap_db / 10)
        signal_dbm = rsl_dbm + 0.1 * white(receivers.own + np.uint64(1), times, 1.0)
        snr_db, steady_db, pulsed_db = (
            _quality_db(signal_dbm - each, distortion)
            for each in (noise.frame_dbm, noise.steady_dbm, noise.pulse_dbm)
        )
        rise_db = noise.idle_dbm - noise.own_dbm
        lost, errored, severe = _losses(air, steady_db, pulsed_db, noise.steady_dbm - noise.own_dbm)
        reading_db = 0.25 * white(receivers.own + np.uint64(2), times, 1.0)
        return RadioSample(
            rsl_dbm=rsl_dbm,
            said_rsl_dbm=rsl_dbm + air.of(Term.SAID_DB),
            tsl_dbm=np.broadcast_to(
                receivers.clear_tsl_dbm + raised_db + air.of(Term.TOLD_DB), rsl_dbm.shape
            ),
            snr_db=snr_db,
            steady_snr_db=steady_db,
            noise_floor_dbm=noise.idle_dbm + reading_db,
            xpd_db=np.broadcast_to(
                np.clip(28.0 - 0.6 * air.of(Term.RAIN_DB), 8.0, 28.0), rsl_dbm.shape
            ),
            noise_rise_db=rise_db,
            loss_ratio=lost,
            errored_ratio=errored,
            severe_ratio=severe,
        )

    def noise_dbm(self, times: Floats, local: Floats, busy: Callable[[], Floats]) -> Floats:
        """Return the idle noise alone, without the flicker of its reading: (times, receivers)."""
        air = Air(len(times), len(self.receivers.each), busy)
        for effect in self._noisy:
            effect(local, air)
        return self._noise(air, (len(times), len(self.receivers.each))).idle_dbm

    def _noise(self, air: Air, shape: tuple[int, ...]) -> "_Noise":
        lost = 10 ** (-air.of(Term.RECEIVER_DB) / 10)
        own_dbm = self.receivers.clear_noise_dbm + air.of(Term.NOISE_FIGURE_DB)
        own = np.broadcast_to(10 ** (own_dbm / 10), shape)
        idle = own + lost * air.of(Term.NOISE_MW)
        steady = own + lost * air.of(Term.FRAME_MW)
        met = lost * air.of(Term.SNAPSHOT_MW)
        pulse = idle + lost * air.of(Term.PULSE_MW)
        return _Noise(
            idle_dbm=10 * np.log10(idle + met),
            frame_dbm=10 * np.log10(steady + met),
            steady_dbm=10 * np.log10(steady),
            pulse_dbm=10 * np.log10(pulse),
            own_dbm=np.broadcast_to(own_dbm, shape),
        )

    def _scintillation_db(self, times: Floats) -> Floats:
        """Clear air: both directions wander together, each receiver flickers by itself.

        Real links scatter by 0.3 … 0.8 dB in dry weather.
        """
        own, shared = self.receivers.own, self.receivers.shared
        return (
            0.30 * drift(shared, times, 1800.0)
            + 0.15 * drift(shared + np.uint64(7), times, 240.0)
            + 0.12 * white(own, times, 1.0)
        )


def _quality_db(signal_db: Floats, distortion: Floats) -> Floats:
    return np.asarray(-10 * np.log10(10 ** (-signal_db / 10) + distortion))


def _losses(
    air: Air, snr_db: Floats, pulse_snr_db: Floats, rise_db: Floats
) -> tuple[Floats, Floats, Floats]:
    """Return the loss of packets, and the shares of errored and severely errored seconds.

    A pulse is too short for ACM: what it leaves of the quality meets the mode in use.
    """
    excess_db = np.maximum(rise_db - BURST_RISE_DB, 0.0)
    steady = loss_ratio(snr_db)
    steady = 1 - (1 - steady) * (1 - BURST_LOSS_RATIO * (1 - np.exp(-excess_db / 10)))
    missing_db = threshold_db(step_of(snr_db)) - pulse_snr_db
    spoilt = 10.0 ** np.clip(missing_db - 3.0, -9.0, 0.0)
    hit = air.ratio(Chance.HIT) * spoilt
    lost = 1 - (1 - steady) * (1 - hit) * (1 - air.ratio(Chance.BURST))
    touched = air.ratio(Chance.HIT_SECONDS) * (spoilt >= ERRORED_LOSS_RATIO)
    held = air.ratio(Chance.HELD_SECONDS) * (spoilt >= SEVERE_LOSS_RATIO)
    errored = np.maximum(steady >= ERRORED_LOSS_RATIO, touched)
    severe = np.maximum(steady >= SEVERE_LOSS_RATIO, held)
    errored = 1 - (1 - errored) * (1 - air.ratio(Chance.BURST_SECONDS))
    severe = 1 - (1 - severe) * (1 - air.ratio(Chance.BURST_HELD_SECONDS))
    return lost, errored, severe
