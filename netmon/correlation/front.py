"""Front: what rain over several links says together – how much it is, and where it is none.

Every band tells a rain rate by ITU-R P.838-3; under one cell they agree, at 7 GHz and at 38 GHz. A
band of the same hop that should fade with it and does not says that it is no rain.
"""

import math
from collections.abc import Sequence
from statistics import median
from typing import Final

from netmon.correlation.case import Case
from netmon.verdict import Condition
from topology.model import LinkId, Medium
from topology.network import Network
from topology.propagation import rain_attenuation_db_per_km, rain_mm_per_h

WET_ANTENNAS_DB: Final = 2.0  # of a loss, that water on both radomes may be (1 to 3 dB measured)
DRIED_SECONDS: Final = 1200.0  # wet so lately: still of the same front
_WOULD_SHOW_DB: Final = 6.0  # a loss that could not be overlooked
_RATES: Final = 32  # links that are asked for a rate; more change nothing


def rain_rate(case: Case, link_id: LinkId) -> float | None:
    """Return the rain along a link in mm/h by what its level has lost; None where not known."""
    link, verdict = case.network.links[link_id], case.links.get(link_id)
    if verdict is None or link.carrier is None or link.medium is Medium.VSAT:
        return None
    losses = [
        dict(one.figures)["loss_db"] for one in verdict.evidence if one.finding == "level_loss"
    ]
    kilometres = case.network.length_m(link_id) / 1000
    if not losses or kilometres <= 0:
        return None
    db_per_km = max(min(losses) - WET_ANTENNAS_DB, 0.0) / kilometres
    carrier = link.carrier
    return rain_mm_per_h(carrier.frequency_hz, carrier.polarisation, db_per_km)


def is_contradicted(case: Case, link_id: LinkId) -> bool:
    """Say whether another band of the same hop, which such rain would fade, stays dry."""
    network = case.network
    ends = frozenset(network.sites_of(link_id))
    beside = [
        other
        for other in network.links_of_site(min(ends))
        if other != link_id and frozenset(network.sites_of(other)) == ends
    ]
    rate = rain_rate(case, link_id) if beside else None
    return rate is not None and any(
        is_dry(case, other) and _expected_db(network, other, rate) >= _WOULD_SHOW_DB
        for other in beside
    )


def is_dry(case: Case, link_id: LinkId) -> bool:
    """Say whether a link is seen and well, and was not wet just now."""
    verdict = case.judgement.links.get(link_id)
    if verdict is None or verdict.condition is not Condition.HEALTHY:
        return False
    spell = case.memory.rained.get(link_id)
    return spell is None or case.judgement.monotonic - spell.last > DRIED_SECONDS


def rates_words(case: Case, links: Sequence[LinkId]) -> str:
    """Return how much it rains by all bands together, in words; nothing where none tells."""
    some = links[:_RATES]
    rates = {link: rate for link in some if (rate := rain_rate(case, link)) is not None}
    if not rates:
        return ""
    low, high = min(rates.values()), max(rates.values())
    bands = {case.network.links[link].carrier for link in rates}
    several = len({carrier.frequency_hz // 1e9 for carrier in bands if carrier is not None}) > 1
    agree = " by all bands" if several else ""
    return f"{median(rates.values()):.0f} mm/h ({low:.0f} to {high:.0f}){agree} (P.838)"


def _expected_db(network: Network, link_id: LinkId, rate: float) -> float:
    link = network.links[link_id]
    if link.carrier is None or not link.medium.is_radio:
        return -math.inf
    carrier = link.carrier
    per_km = rain_attenuation_db_per_km(carrier.frequency_hz, carrier.polarisation, rate)
    return per_km * network.length_m(link_id) / 1000
