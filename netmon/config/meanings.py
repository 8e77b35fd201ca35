"""Meanings: what the name of somebody else's metric says plainly, as a table of patterns.

The first that fits counts. What is not plain has no meaning here.
"""

import math
import re
from collections.abc import Mapping
from typing import Any, Final

from collectors.quantity import QUANTITIES, Quantity

_PATTERNS: Final = tuple(
    (re.compile(pattern, re.IGNORECASE), quantity)
    for pattern, quantity in (
        (r"remote.*(rx|receive).*(power|level)|remote.*rssi", "remote_rsl_dbm"),
        (r"rsrp", "rsl_dbm"),
        (r"rsrq", "rsrq_db"),
        (r"optical.*(rx|receive|in)|dom.*rx.*power|rx.*(laser|optical)", "optical_rx_dbm"),
        (r"optical.*(tx|transmit|out)|dom.*tx.*power|tx.*(laser|optical)", "optical_tx_dbm"),
        (r"(laser|tx).*bias", "laser_bias_amperes"),
        (r"rsl|rssi|rx_?(power|level)|receive(d)?_?(power|signal|level)", "rsl_dbm"),
        (r"tsl|tx_?(power|level)|transmit(ted)?_?(power|level)", "tsl_dbm"),
        (r"snr|cinr|sinr|signal.*to.*noise", "snr_db"),
        (r"noise_?floor", "noise_floor_dbm"),
        (r"xpd|xpi|cross_?pol", "xpd_db"),
        (r"severely_?errored|(?-i:(^|[a-z_])SES$)", "severely_errored_seconds"),
        (r"unavailable_?seconds|(?-i:(^|[a-z_])UAS$)", "unavailable_seconds"),
        (r"background_?block|(?-i:BBE$)", "background_block_errors"),
        (r"errored_?seconds|(?-i:[a-z_]ES$)", "errored_seconds"),
        (r"(rx|receive)_?freq", "rx_frequency_hz"),
        (r"(tx|transmit|radio|carrier)_?freq|wl.*freq$", "frequency_hz"),
        (r"modulation", "modulation"),
        (r"distance", "distance_m"),
        (r"sat(ellite)?s?_?tracked|num_?sat", "satellites_tracked"),
        (r"humidity", "humidity_ratio"),
        (r"temp(erature)?(_?value|_?c|celsius)?$|temperature", "component_celsius"),
        (r"volt(age|s)?", "component_volts"),
        (r"amp(ere)?s?$|current$", "component_amperes"),
        (r"watts?$", "component_watts"),
        (r"fan.*(speed|rpm)", "fan_rpm"),
        (r"(client|subscriber|station)s?_?count", "subscribers"),
    )
)


def meaning(name: str) -> Quantity | None:
    """Return the quantity a metric's name says plainly, or None."""
    return next(
        (QUANTITIES[quantity] for pattern, quantity in _PATTERNS if pattern.search(name)), None
    )


def modulations(words: Mapping[Any, Any]) -> dict[int, float]:
    """Return the bits per symbol of the modulations among words; ValueError: there is none."""
    bits = {
        int(raw): _bits(str(word)) for raw, word in words.items() if re.fullmatch(r"\d+", str(raw))
    }
    found = {raw: value for raw, value in bits.items() if value is not None}
    if not found:
        raise ValueError(f"none of {', '.join(map(str, words.values()))} is a modulation")
    return found


def _bits(word: str) -> float | None:
    plain = re.sub(r"[^a-z0-9]", "", word.lower())
    if "bpsk" in plain:
        return 1
    if "qpsk" in plain:
        return 2
    order = re.search(r"(\d+)qam|qam(\d+)|(\d+)psk", plain)
    size = int(next(group for group in order.groups() if group)) if order else 0
    return math.log2(size) if size > 1 and size & (size - 1) == 0 else None
