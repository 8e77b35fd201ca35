"""What receivers hear of transmitters that disturb: by antenna, distance, spectrum and time.

A reading of noise or quality is a snapshot of some 0.1 s; a counter of errored seconds sees every
pulse. So a pulse is both: power in the snapshots it falls into, and a share of the seconds.

References: ITU-R F.699-8 (antennas, in `topology.propagation`), P.525-4 (free space); leakage into
neighbouring channels after 3GPP TS 36.101 (a terminal's ACLR 30 dB, §6.6.2.3; selectivity 33 dB,
§7.5), beyond them the spurious domain of ITU-R SM.329 (from 250 % of the width).
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from netmon.simulation.air import Air, Chance, Effect, Rows, Term
from netmon.simulation.emitters import GnssJamming, Interferer, Jammer, JammerKind
from netmon.simulation.noise import Floats, streams, uniform
from netmon.simulation.receivers import TIME_SHARING, Receiver, Receivers
from netmon.simulation.sky import during
from topology.geometry import azimuth_deg, distance_m, separation_deg
from topology.model import Carrier, Medium, Position
from topology.propagation import antenna_gain_dbi, free_space_loss_db
from topology.spectrum import overlap_hz

SNAPSHOT_SECONDS: Final = 0.1
HELD: Final = 0.3  # of a second: severely errored (G.826)
SLANT_OFF_AXIS_DEG: Final = 30.0  # a dish that looks at a satellite sees the ground from aside
NEIGHBOUR_DB: Final = 28.2  # 30 dB of leakage and 33 dB of selectivity together
SPURIOUS_DB: Final = 60.0
KNOTS: Final = 48  # of a track, between which levels are interpolated
LEVERAGE: Final = 8.0  # what a hit on control symbols spoils, as a multiple of its duration
DAY_SECONDS: Final = 86_400.0
WORK_BEGINS_HOUR, WORK_ENDS_HOUR = 7, 18


def isolation_db(victim: Carrier, sender: Carrier) -> float:
    """Return what of a sender's power does not get into a victim's channel, in dB (inf: nothing).

    Within the shared spectrum only the shared part of its power counts; in the neighbouring
    channel, up to 2.5 widths from its centre, leakage and selectivity; further away the spurious.
    """
    shared_hz = overlap_hz(victim, sender)
    if shared_hz > 0:
        return float(-10 * np.log10(shared_hz / sender.width_hz))
    apart_hz = abs(victim.frequency_hz - sender.frequency_hz) - victim.width_hz / 2
    wide = float(10 * np.log10(max(sender.width_hz / victim.width_hz, 1.0)))
    if apart_hz <= 1.5 * sender.width_hz:
        return NEIGHBOUR_DB + wide
    if apart_hz <= 2.5 * sender.width_hz:
        return SPURIOUS_DB + wide
    return float(np.inf)


def heard_dbm(receiver: Receiver, jammer: Jammer, position: Position) -> float:
    """Return what comes out of this receiver's antenna, in its own noise width."""
    sender = jammer.carrier
    if jammer.kind is JammerKind.SWEEP and overlap_hz(receiver.carrier, sender) > 0:
        lost_db = 0.0 if jammer.spot_hz <= receiver.carrier.width_hz else float(
            10 * np.log10(jammer.spot_hz / receiver.carrier.width_hz)
        )  # fmt: skip
    else:
        lost_db = isolation_db(receiver.carrier, sender)
    if np.isinf(lost_db):
        return -np.inf
    metres = max(distance_m(receiver.position, position), 10.0)
    width_db = 10 * np.log10(receiver.noise_width_hz / receiver.carrier.width_hz)
    return float(
        jammer.eirp_dbm
        - free_space_loss_db(sender.frequency_hz, metres)
        - jammer.obstruction_db
        + _gain_dbi(receiver, position)
        - lost_db
        + width_db
        + receiver.radio.front_gain_db
    )


def jammer(event: Jammer, receivers: Receivers, seed: int) -> Effect:
    """Put a jammer's power into every receiver, when it sends and as it moves."""
    points = _positions(event)
    knots = np.array([[heard_dbm(one, event, at) for one in receivers.each] for at in points])
    stream = streams(seed, "pulses", (f"{event.start_seconds}",))
    share, begins = _place_in_sweep(event, receivers)

    def effect(times: Floats, air: Air) -> None:
        rows = during(event, times)
        if not rows.size or not len(receivers.each):
            return
        then = times[rows]
        level_mw = _level_mw(event, knots, then)
        match event.kind:
            case JammerKind.CONSTANT:
                air.add(Term.NOISE_MW, rows, level_mw)
                air.add(Term.FRAME_MW, rows, level_mw)
            case JammerKind.REACTIVE:
                _react(receivers, air, rows, level_mw)
            case JammerKind.PULSED | JammerKind.PROTOCOL_AWARE:
                ticks = np.floor(then / SNAPSHOT_SECONDS).astype(np.int64)[:, None]
                duty = np.full((1, level_mw.shape[1]), event.duty_ratio)
                in_snapshot = _pulse_now(event, uniform(stream, ticks) < event.duty_ratio, duty)
                _pulse(event, air, rows, level_mw, duty, in_snapshot)
            case JammerKind.SWEEP:
                turn = np.mod((then - event.start_seconds) / event.period_seconds, 1.0)[:, None]
                inside = (turn >= begins) & (turn < begins + share)
                _pulse(event, air, rows, level_mw, share, _pulse_now(event, inside, share))

    return effect


def interferer(event: Interferer, receivers: Receivers, _seed: int) -> Effect:
    """Raise the noise of one receiver, by day only if it works by day."""
    columns = receivers.at(event.interface)
    extra_mw = (10 ** (event.rise_db / 10) - 1) * 10 ** (receivers.clear_noise_dbm[columns] / 10)

    def effect(times: Floats, air: Air) -> None:
        rows = during(event, times)
        if event.works_by_day:
            hour = np.mod(times[rows], DAY_SECONDS) / 3600
            rows = rows[(hour >= WORK_BEGINS_HOUR) & (hour < WORK_ENDS_HOUR)]
        if rows.size:
            extra = np.repeat(extra_mw[None, :], rows.size, axis=0)
            air.add(Term.NOISE_MW, rows, extra, columns)
            air.add(Term.FRAME_MW, rows, extra, columns)

    return effect


def time_sharing(event: GnssJamming, receivers: Receivers, _seed: int) -> Effect:
    """Let time-sharing radios without a clock disturb each other once their holdover is over."""
    columns = np.array(
        [
            row
            for row, one in enumerate(receivers.each)
            if one.link.medium in TIME_SHARING
            and distance_m(one.position, event.position) <= event.radius_m
        ],
        dtype=np.intp,
    )
    extra_mw = (10 ** (event.rise_db / 10) - 1) * 10 ** (receivers.clear_noise_dbm[columns] / 10)

    def effect(times: Floats, air: Air) -> None:
        rows = during(event, times)
        late = times[rows] - event.start_seconds - event.holdover_seconds
        rows, late = rows[late > 0], late[late > 0]
        if rows.size and columns.size:
            grown = np.minimum(late / max(event.holdover_seconds, 1.0), 1.0)
            extra = np.outer(grown, extra_mw)
            air.add(Term.NOISE_MW, rows, extra, columns)
            air.add(Term.FRAME_MW, rows, extra, columns)

    return effect


def seconds_hit(duty: Floats, period_seconds: float) -> tuple[Floats, Floats]:
    """Return the shares of seconds that a regular pulse touches, and fills to 30 % or more."""
    dwell = duty * period_seconds
    if period_seconds <= 1:
        return np.asarray((duty > 0).astype(float)), np.asarray((duty >= HELD).astype(float))
    touched = np.where(duty > 0, np.minimum(1.0, (dwell + 1) / period_seconds), 0.0)
    held = np.where(dwell >= HELD, np.minimum(1.0, (dwell + 1 - 2 * HELD) / period_seconds), 0.0)
    return touched, held


def _react(receivers: Receivers, air: Air, rows: Rows, level_mw: Floats) -> None:
    """A channel that is always on draws a reactive jammer for good; a shared one while it sends."""
    shares = np.array([not _always_on(one) for one in receivers.each])
    idle = np.where(shares, 0.0, level_mw)
    air.add(Term.NOISE_MW, rows, idle)
    air.add(Term.FRAME_MW, rows, idle)
    busy = air.busy_ratio[rows] * shares
    air.add(Term.PULSE_MW, rows, np.where(shares, level_mw, 0.0))
    air.add(Term.FRAME_MW, rows, np.where(shares, 0.5 * level_mw, 0.0))
    air.chance(Chance.HIT, rows, busy)
    air.chance(Chance.HIT_SECONDS, rows, np.minimum(1.0, 20 * busy))
    air.chance(Chance.HELD_SECONDS, rows, np.where(busy >= HELD, 1.0, 0.0))


def _pulse(
    event: Jammer, air: Air, rows: Rows, level_mw: Floats, duty: Floats, now: Floats
) -> None:
    leverage = LEVERAGE if event.kind is JammerKind.PROTOCOL_AWARE else 1.0
    spoilt = np.broadcast_to(np.minimum(duty * leverage, 1.0), level_mw.shape)
    touched, held = seconds_hit(spoilt, event.period_seconds)
    air.add(Term.SNAPSHOT_MW, rows, now * level_mw)
    air.add(Term.PULSE_MW, rows, level_mw)
    air.chance(Chance.HIT, rows, spoilt)
    air.chance(Chance.HIT_SECONDS, rows, touched)
    air.chance(Chance.HELD_SECONDS, rows, held)


def _pulse_now(event: Jammer, is_on: NDArray[np.bool_], duty: Floats) -> Floats:
    """Return the share of a snapshot that is jammed: fast pulses are averaged, slow ones not."""
    if event.period_seconds <= SNAPSHOT_SECONDS:
        return np.broadcast_to(duty, np.broadcast_shapes(duty.shape, is_on.shape))
    return np.asarray(is_on.astype(float))


def _place_in_sweep(event: Jammer, receivers: Receivers) -> tuple[Floats, Floats]:
    """Return for which share of a sweep each channel is hit, and where in it that begins."""
    span = event.carrier.width_hz
    bottom = event.carrier.frequency_hz - span / 2
    low = np.array([one.carrier.frequency_hz - one.carrier.width_hz / 2 for one in receivers.each])
    high = np.array([one.carrier.frequency_hz + one.carrier.width_hz / 2 for one in receivers.each])
    begins = np.clip((low - event.spot_hz / 2 - bottom) / span, 0.0, 1.0)
    ends = np.clip((high + event.spot_hz / 2 - bottom) / span, 0.0, 1.0)
    return (ends - begins)[None, :], begins[None, :]


def _level_mw(event: Jammer, knots: Floats, times: Floats) -> Floats:
    """Return what each receiver hears while it sends: (times, receivers)."""
    if len(knots) == 1:
        return np.repeat(10 ** (knots / 10), len(times), axis=0)
    way = (times - event.start_seconds) / (event.end_seconds - event.start_seconds)
    place = np.clip(way, 0.0, 1.0) * (len(knots) - 1)
    first = np.minimum(place.astype(np.intp), len(knots) - 2)
    part = (place - first)[:, None]
    floor = np.maximum(knots, -400.0)
    return np.asarray(10 ** (((1 - part) * floor[first] + part * floor[first + 1]) / 10))


def _positions(event: Jammer) -> list[Position]:
    """Return the places of a jammer at even steps of its time; one if it stays."""
    if not event.track:
        return [event.position]
    points = [event.position, *event.track]
    places = np.linspace(0.0, len(points) - 1, KNOTS)
    latitudes = np.interp(places, range(len(points)), [one.latitude_deg for one in points])
    longitudes = np.interp(places, range(len(points)), [one.longitude_deg for one in points])
    return [
        Position(latitude_deg=float(latitude), longitude_deg=float(longitude))
        for latitude, longitude in zip(latitudes, longitudes, strict=True)
    ]


def _gain_dbi(receiver: Receiver, position: Position) -> float:
    off_axis_deg = SLANT_OFF_AXIS_DEG
    if receiver.link.medium is not Medium.VSAT:
        bearing_deg = azimuth_deg(receiver.position, position)
        off_axis_deg = separation_deg(bearing_deg, receiver.azimuth_deg)
    antenna = receiver.radio.antenna
    return antenna_gain_dbi(
        antenna.peak_dbi,
        antenna.beamwidth_deg,
        off_axis_deg,
        frequency_hz=receiver.carrier.frequency_hz,
    )


def _always_on(receiver: Receiver) -> bool:
    return receiver.link.medium not in (*TIME_SHARING, Medium.TETRA)
