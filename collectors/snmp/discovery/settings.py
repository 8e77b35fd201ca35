"""Settings of discovery: it may take its time, so that fragile radios take no harm."""

from dataclasses import dataclass
from typing import Annotated

from annotated_types import Ge, Gt, Le


@dataclass(frozen=True, slots=True, kw_only=True)
class DiscoverySettings:
    """How devices are asked what they are; never more at once than this, whatever they answer."""

    pdus_per_second: Annotated[float, Gt(0), Le(1000)] = 10.0  # to one device
    addresses_at_once: Annotated[int, Ge(1), Le(10_000)] = 512  # most are silent
    devices_at_once: Annotated[int, Ge(1), Le(1000)] = 32  # of those that answer
    budget_seconds: Annotated[float, Gt(0), Le(3600)] = 60.0  # of one device, all its tables
    timeout_seconds: Annotated[float, Gt(0), Le(60)] = 2.0  # of one try
    retries: Annotated[int, Ge(0), Le(10)] = 1
