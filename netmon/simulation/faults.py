"""Faults of radios and of those who set them, made effects on receivers."""

from typing import Final

import numpy as np

from netmon.simulation.air import Air, Chance, Effect, Term
from netmon.simulation.events import (
    BadFirmware,
    ConfigurationChange,
    Misalignment,
    ReceiverFault,
    TransmitterFault,
)
from netmon.simulation.noise import Floats, streams, uniform
from netmon.simulation.receivers import Receivers
from netmon.simulation.skies import Span
from netmon.simulation.sky import during

BAD_RATIO: Final = 0.15  # of the time a bad firmware says something wrong


def misalignment(event: Misalignment, receivers: Receivers, _seed: int) -> Effect:
    """Take the same off both directions."""
    columns = receivers.of_links(event.link)

    def effect(times: Floats, air: Air) -> None:
        rows = during(event, times)
        if rows.size:
            lost = event.loss_db * _come(event, times[rows], event.drift_seconds)
            air.add(Term.PATH_DB, rows, np.repeat(lost[:, None], columns.size, axis=1), columns)

    return effect


def transmitter(event: TransmitterFault, receivers: Receivers, _seed: int) -> Effect:
    """Send less out of one interface; the far receiver hears less, and distortion if there is."""
    columns = receivers.hearing(event.interface)

    def effect(times: Floats, air: Air) -> None:
        rows = during(event, times)
        if not rows.size:
            return
        came = _come(event, times[rows], event.drift_seconds)
        lost = np.repeat(event.drop_db * came[:, None], columns.size, axis=1)
        if event.is_told:
            air.add(Term.TOLD_DB, rows, -lost, columns)
        else:
            air.add(Term.HIDDEN_DB, rows, lost, columns)
        if event.ceiling_db is not None:
            floor = 10 ** (-event.ceiling_db / 10) * came[:, None]
            air.add(Term.DISTORTION, rows, np.repeat(floor, columns.size, axis=1), columns)

    return effect


def receiver(event: ReceiverFault, receivers: Receivers, _seed: int) -> Effect:
    """Hear less at one interface, with more noise of the receiver's own."""
    columns = receivers.at(event.interface)

    def effect(times: Floats, air: Air) -> None:
        rows = during(event, times)
        if rows.size:
            shape = (rows.size, columns.size)
            air.add(Term.RECEIVER_DB, rows, np.full(shape, event.drop_db), columns)
            air.add(Term.NOISE_FIGURE_DB, rows, np.full(shape, event.noise_figure_db), columns)

    return effect


def configuration(event: ConfigurationChange, receivers: Receivers, _seed: int) -> Effect:
    """Send at another power, in another width: noise and distribution of power go with it."""
    columns = receivers.of_links(event.link)
    wider_db = 10 * np.log10(event.width_ratio)

    def effect(times: Floats, air: Air) -> None:
        rows = during(event, times)
        if rows.size:
            shape = (rows.size, columns.size)
            air.add(Term.TOLD_DB, rows, np.full(shape, event.tsl_db), columns)
            air.add(Term.NOISE_FIGURE_DB, rows, np.full(shape, wider_db), columns)
            restarting = times[rows] < event.start_seconds + event.restart_seconds
            gone = np.repeat(restarting[:, None].astype(float), columns.size, axis=1)
            for chance in (Chance.BURST, Chance.BURST_SECONDS, Chance.BURST_HELD_SECONDS):
                air.chance(chance, rows, gone, columns)

    return effect


def firmware(event: BadFirmware, receivers: Receivers, seed: int) -> Effect:
    """Say a wrong level at times; what is received is as it was."""
    columns = receivers.at(event.interface)
    stream = streams(seed, "firmware", (str(event.interface),))

    def effect(times: Floats, air: Air) -> None:
        rows = during(event, times)
        if rows.size:
            ticks = np.floor(times[rows] / event.period_seconds).astype(np.int64)[:, None]
            wrong = uniform(stream, ticks) < BAD_RATIO
            size = event.jump_db * (0.5 + 0.5 * uniform(stream + np.uint64(1), ticks))
            said = np.repeat(-size * wrong, columns.size, axis=1)
            air.add(Term.SAID_DB, rows, said, columns)

    return effect


def _come(span: Span, times: Floats, drift_seconds: float) -> Floats:
    """Return 0 … 1: all at once, or slowly; it ends at once, by a repair."""
    if drift_seconds <= 0:
        return np.ones(len(times))
    return np.asarray(np.clip((times - span.start_seconds) / drift_seconds, 0.0, 1.0))
