"""Conservation: what goes into a link at one end must come out at the other.

Packets that are counted neither as received nor as received with errors nor as dropped on arrival
were lost between two ends which both say up: in the network of whoever leases the line to us.
Polls of the two ends are not taken at one instant, so a shortfall counts once it has held for
several polls of both.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt, Le
from numpy.typing import NDArray

from netmon.detection.frame import Frame, gather, gather_flags
from netmon.detection.readings import Flags, Floats, Integers, InterfaceReadings
from netmon.verdict import Evidence

DETECTOR: Final = "conservation"
SENT: Final = "out_unicast_packets"
ARRIVED: Final = ("in_unicast_packets", "in_errors", "in_discards")
OCTETS: Final = ("out_octets", "in_octets")  # where packets are not counted


@dataclass(frozen=True, slots=True, kw_only=True)
class ConservationSettings:
    """How much may go missing."""

    missing_ratio: Annotated[float, Gt(0), Le(1)] = 0.15  # of the packets
    sent_rate: Annotated[float, Ge(0)] = 20.0  # packets per second, and at least so many …
    octets_a_packet: Annotated[float, Gt(0)] = 500.0  # … or of octets, so many for each
    polls: Annotated[int, Ge(1)] = 4  # of both ends, in a row


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Vanished:
    """Which links lose packets on the way; shapes are (2, links): from a to b, from b to a."""

    found: Flags
    ratio: Floats

    @property
    def any(self) -> Flags:
        """One flag per link."""
        lost: Flags = np.asarray(self.found.any(axis=0))
        return lost


class Conservation:
    """How many polls in a row less came out of each link than went in."""

    def __init__(self, links: int, settings: ConservationSettings) -> None:
        self.settings = settings
        self._count: NDArray[np.int16] = np.zeros((2, links), dtype=np.int16)
        self._news: NDArray[np.bool_] = np.zeros((2, links), dtype=np.bool_)  # of a, of b

    def look(self, readings: InterfaceReadings, frame: Frame) -> Vanished:
        """Take in this cycle."""
        settings, ends = self.settings, (frame.a_row, frame.b_row)
        self._news |= np.stack([gather_flags(readings.updated, end) for end in ends])
        both = self._news.all(axis=0)
        ratio = np.stack(
            [
                _missing(readings.rates, sender, receiver, settings)
                for sender, receiver in (ends, ends[::-1])
            ]
        )
        with np.errstate(invalid="ignore"):
            short = ratio >= settings.missing_ratio
        counted = np.where(short, np.minimum(self._count + 1, settings.polls), 0)
        self._count = np.where(both, counted, self._count).astype(np.int16)
        self._news[:, both] = False
        return Vanished(found=self._count >= settings.polls, ratio=ratio)

    def evidence(self, row: int, vanished: Vanished, frame: Frame) -> tuple[Evidence, ...]:
        """Say in words what one link loses."""
        link = frame.network.links[frame.link_ids[row]]
        told = []
        for way, (sender, receiver) in enumerate((link.ends, link.ends[::-1])):
            if vanished.found[way, row] and np.isfinite(vanished.ratio[way, row]):
                missing = float(vanished.ratio[way, row])
                words = f"{missing:.0%} of the packets that {sender} sends never reach {receiver}"
                told.append(
                    Evidence(
                        detector=DETECTOR,
                        finding="vanished",
                        words=f"{words}, and both say up",
                        figures=(("missing_ratio", missing),),
                        where=receiver,
                    )
                )
        return tuple(told)

    def taken(self, rows: Integers) -> "Conservation":
        """Return one with other links; −1 where new."""
        made = Conservation(len(rows), self.settings)
        kept = np.flatnonzero(rows >= 0)
        made._count[:, kept] = self._count[:, rows[kept]]
        return made


def _missing(
    rates: Mapping[str, Floats],
    sender: Integers,
    receiver: Integers,
    settings: ConservationSettings,
) -> Floats:
    """Return the share of one direction's traffic that never arrived; NaN: not known."""
    sent = gather(rates.get(SENT), sender)
    unicast, errors, dropped = (gather(rates.get(name), receiver) for name in ARRIVED)
    arrived = unicast + np.nan_to_num(errors) + np.nan_to_num(dropped)
    sent_octets, arrived_octets = (
        gather(rates.get(name), end) for name, end in zip(OCTETS, (sender, receiver), strict=True)
    )
    with np.errstate(invalid="ignore", divide="ignore"):
        of_packets = np.where(sent >= settings.sent_rate, 1.0 - arrived / sent, np.nan)
        least = settings.sent_rate * settings.octets_a_packet
        of_octets = np.where(sent_octets >= least, 1.0 - arrived_octets / sent_octets, np.nan)
    share: Floats = np.where(np.isfinite(sent + unicast), of_packets, of_octets)
    return share
