"""Layered air, storms, snow and the sun, made effects on receivers."""

from typing import Final

import numpy as np

from netmon.simulation.air import Air, Chance, Effect, Rows, Term
from netmon.simulation.noise import Floats, drift, streams, uniform
from netmon.simulation.receivers import MOST_BEAM_DEG, Receivers
from netmon.simulation.skies import Multipath, RadomeSnow, Span, SunOutage, WindSway

SWAY_SECONDS: Final = 1.7  # a tower's own period, roughly
SHARED: Final = 0.7  # how much of a multipath fade both directions have in common
NOTCH_DB: Final = 38.0  # error floor of a flat channel; each dB of fade takes 0.8 dB of it
ENHANCEMENT_DB: Final = 2.5


def during(span: Span, times: Floats) -> Rows:
    """Return the rows of the times within an event."""
    return np.flatnonzero((times >= span.start_seconds) & (times < span.end_seconds))


def ramp(span: Span, times: Floats, seconds: float) -> Floats:
    """Return 0 … 1: how much of an event has come, when it comes and goes within `seconds`."""
    if seconds <= 0:
        return np.ones(len(times))
    left = np.minimum(times - span.start_seconds, span.end_seconds - times)
    return np.asarray(np.clip(left / seconds, 0.0, 1.0))


def multipath(event: Multipath, receivers: Receivers, seed: int) -> Effect:
    """Fade in bursts; both directions share the air but not the reflections."""
    columns = receivers.of_links(*event.links)
    name = f"{event.start_seconds}"
    own = streams(seed, f"multipath {name}", tuple(str(receivers.each[c].interface)
                                                   for c in columns.tolist()))  # fmt: skip
    shared = streams(seed, f"layers {name}", tuple(str(receivers.each[c].link.id)
                                                   for c in columns.tolist()))  # fmt: skip

    def effect(times: Floats, air: Air) -> None:
        rows = during(event, times)
        if not rows.size or not columns.size:
            return
        then = times[rows]
        tick = np.floor(then / (4 * event.burst_seconds)).astype(np.int64)[:, None]
        on = uniform(shared[None, :], tick) < event.busy_ratio
        common = drift(shared, then, event.burst_seconds)
        apart = drift(own, then, event.burst_seconds / 3)
        mixed = SHARED * common + np.sqrt(1 - SHARED**2) * apart
        # From a normal number to Rayleigh's tail: P(fade > A) falls a decade in 10 dB.
        chance = np.clip(_normal_cdf(-mixed), 1e-6, 1.0)
        fade = np.minimum(-10 * np.log10(chance) / 10 * event.depth_db, 40.0)
        gain = ENHANCEMENT_DB * np.clip(-mixed - 0.5, 0.0, 1.5)
        lost = on * ramp(event, then, 4 * event.burst_seconds)[:, None] * (fade - gain)
        air.add(Term.PATH_DB, rows, lost, columns)
        if event.is_dispersive:
            deep = np.maximum(lost, 0.0)
            floor = 10 ** (-np.maximum(NOTCH_DB - 0.8 * deep, 3.0) / 10) * (deep > 1)
            air.add(Term.DISTORTION, rows, floor, columns)
            air.chance(Chance.BURST, rows, 0.02 * (deep > 10), columns)
            air.chance(Chance.BURST_SECONDS, rows, 0.15 * (deep > 10), columns)

    return effect


def wind(event: WindSway, receivers: Receivers, _seed: int) -> Effect:
    """Turn every narrow beam of the mast to and fro: 12 dB per squared beamwidth."""
    at_mast = np.array(
        [
            row
            for row, one in enumerate(receivers.each)
            if event.site in (one.site, _far_site(receivers, row))
            and min(one.radio.antenna.beamwidth_deg, _far_beam(receivers, row)) < MOST_BEAM_DEG
        ],
        dtype=np.intp,
    )
    widths = np.array(
        [
            receivers.each[row].radio.antenna.beamwidth_deg
            if receivers.each[row].site == event.site
            else _far_beam(receivers, row)
            for row in at_mast.tolist()
        ]
    )

    def effect(times: Floats, air: Air) -> None:
        rows = during(event, times)
        if not rows.size or not at_mast.size:
            return
        then = times[rows]
        gust = 0.6 + 0.4 * np.sin(then / 97.0) * np.sin(then / 41.0)
        swing = np.abs(np.sin(2 * np.pi * then / SWAY_SECONDS + np.sin(then / 13.0)))
        turned = event.sway_deg * gust * swing
        lost = 12 * (turned[:, None] / widths[None, :]) ** 2
        air.add(Term.PATH_DB, rows, np.minimum(lost, 30.0), at_mast)

    return effect


def snow(event: RadomeSnow, receivers: Receivers, _seed: int) -> Effect:
    """Attenuate at one end: what is received there wholly, what is sent there a little less."""
    here, there = receivers.at(event.interface), receivers.hearing(event.interface)

    def effect(times: Floats, air: Air) -> None:
        rows = during(event, times)
        if rows.size:
            depth = event.depth_db * ramp(event, times[rows], event.ramp_seconds)[:, None]
            air.add(Term.PATH_DB, rows, np.repeat(depth, here.size, axis=1), here)
            air.add(Term.PATH_DB, rows, np.repeat(0.8 * depth, there.size, axis=1), there)

    return effect


def sun(event: SunOutage, receivers: Receivers, _seed: int) -> Effect:
    """Raise the noise of the dishes like a bell while the sun passes behind the satellite."""
    columns = receivers.of_links(*event.links)
    own_mw = 10 ** (receivers.clear_noise_dbm[columns] / 10)

    def effect(times: Floats, air: Air) -> None:
        rows = during(event, times)
        if rows.size:
            middle = (event.start_seconds + event.end_seconds) / 2
            width = (event.end_seconds - event.start_seconds) / 5
            rise_db = event.peak_db * np.exp(-(((times[rows] - middle) / width) ** 2))
            extra = np.outer(10 ** (rise_db / 10) - 1, own_mw)
            air.add(Term.NOISE_MW, rows, extra, columns)
            air.add(Term.FRAME_MW, rows, extra, columns)

    return effect


def _far_site(receivers: Receivers, row: int) -> object:
    far = receivers.at(receivers.each[row].far_interface)
    return receivers.each[int(far[0])].site if far.size else None


def _far_beam(receivers: Receivers, row: int) -> float:
    far = receivers.at(receivers.each[row].far_interface)
    return receivers.each[int(far[0])].radio.antenna.beamwidth_deg if far.size else 360.0


def _normal_cdf(x: Floats) -> Floats:
    """Return Φ(x) by the logistic approximation of Bowling et al. 2009, within 0.0002."""
    return np.asarray(1 / (1 + np.exp(-(0.07056 * x**3 + 1.5976 * x))))
