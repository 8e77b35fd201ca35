"""How near in space and time belongs together."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrelationSettings:
    """How near in space and time belongs together."""

    jamming_radius_m: Annotated[float, Gt(0)] = 40_000.0  # between receivers next to each other
    jamming_receivers: Annotated[int, Ge(2)] = 2  # on as many links
    together_seconds: Annotated[float, Gt(0)] = 900.0  # begun within: at once
    rain_radius_m: Annotated[float, Gt(0)] = 30_000.0  # between links next to each other
    sync_radius_m: Annotated[float, Gt(0)] = 40_000.0  # between clocks next to each other
    # Hand-set, and rather too often: then fewer are marked.
    failures_per_link_year: Annotated[float, Gt(0)] = 1.0  # cut, power, jamming, time: your records
    coordinated_years: Annotated[float, Gt(0)] = 10.0  # so seldom by chance: marked, and pages once
    cut_seconds: Annotated[float, Gt(0)] = 120.0  # links of one duct down within: one cut
    orphan_seconds: Annotated[float, Ge(0)] = 60.0  # cut off so long without a known cause: told
    # A device that starts anew is back within; a loss that would explain pages only after.
    restart_seconds: Annotated[float, Ge(0)] = 300.0
    restart_sites: Annotated[int, Ge(0)] = 5  # more are lost, no post with its masts: it pages
