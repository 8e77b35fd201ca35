"""Blocks: the snapshot as families with one value per row of labels; NaN is left out."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from netmon.columns import DEVICE_GAUGES, INTERFACE_GAUGES
from netmon.counters import COUNTERS
from netmon.exposition.families import FAMILIES
from netmon.exposition.family import Family
from netmon.exposition.labels import Labels, Texts
from netmon.exposition.published import PUBLISHED
from netmon.exposition.snapshot import Snapshot
from netmon.verdict import Condition, Verdict

Floats = NDArray[np.float64]
SubjectT = TypeVar("SubjectT", bound=str)

# What is neither in the table is not known to carry traffic or not to: the series is absent.
UP: Final[dict[Condition, float]] = {
    Condition.HEALTHY: 1,
    Condition.DEGRADED: 1,
    Condition.DOWN: 0,
    Condition.UNREACHABLE: 0,
}
REACHABLE: Final[dict[Condition, float]] = {
    Condition.HEALTHY: 1,
    Condition.DEGRADED: 1,
    Condition.DOWN: 1,
    Condition.UNREACHABLE: 0,
}
_CONDITIONS: Final = tuple(Condition)
_PLACE: Final = {condition: place for place, condition in enumerate(_CONDITIONS)}
_WHOLE: Final = frozenset(  # numbers of a list
    {"oper_status", "admin_status", "on_battery", "component_status", "component_mode", "gnss_fix"}
)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Block:
    """One family: a value per row of labels."""

    family: Family
    labels: Texts
    values: Floats
    is_integer: bool = False

    @property
    def series(self) -> int:
        """How many series it has."""
        return int(np.count_nonzero(np.isfinite(self.values)))

    def first(self, series: int) -> "Block":
        """Return the block with so many of its series."""
        known = np.flatnonzero(np.isfinite(self.values))[series:]
        values = self.values.copy()
        values[known] = np.nan
        return Block(
            family=self.family, labels=self.labels, values=values, is_integer=self.is_integer
        )


def blocks(snapshot: Snapshot, labels: Labels) -> Iterator[Block]:
    """Give every family about the network; what matters most comes first."""
    yield from _links(snapshot, labels)
    yield from _sites(snapshot, labels)
    yield from _devices(snapshot, labels)
    yield from _echoes(snapshot, labels)
    yield from _measured(snapshot, labels)


def _links(snapshot: Snapshot, labels: Labels) -> Iterator[Block]:
    links, judged = snapshot.network.links, snapshot.judgement
    found = _found(links, judged.links if judged else {})
    yield _of_conditions("netmon_link_up", labels.links, found, UP)
    yield _states("netmon_link_condition", labels.link_conditions, found)
    yield _block(
        "netmon_link_condition_since_timestamp_seconds",
        labels.links,
        [np.nan if verdict is None else verdict.since for verdict in found],
    )
    yield _info("netmon_link_info", labels.link_infos)
    capacities = (link.capacity_bps for link in links.values())
    yield _block(
        "netmon_link_capacity_bytes_per_second",
        labels.links,
        [np.nan if capacity is None else capacity / 8 for capacity in capacities],
    )


def _sites(snapshot: Snapshot, labels: Labels) -> Iterator[Block]:
    sites, judged = snapshot.network.sites, snapshot.judgement
    found = _found(sites, judged.sites if judged else {})
    yield _of_conditions("netmon_site_reachable", labels.sites, found, UP)
    yield _states("netmon_site_condition", labels.site_conditions, found)
    yield _info("netmon_site_info", labels.site_infos)
    dependents = [float(len(site.dependents)) for site in sites.values()]
    yield _block("netmon_site_dependents", labels.sites, dependents, is_integer=True)


def _devices(snapshot: Snapshot, labels: Labels) -> Iterator[Block]:
    judged, texts = snapshot.judgement, labels.devices
    found = _found(snapshot.network.devices, judged.devices if judged else {})
    yield _of_conditions("netmon_device_up", texts, found, UP)
    yield _of_conditions("netmon_device_reachable", texts, found, REACHABLE)
    yield _states("netmon_device_condition", labels.device_conditions, found)
    yield _info("netmon_device_info", labels.device_infos)
    yield _block("netmon_device_snmp_timeouts", texts, snapshot.snmp_timeouts, is_integer=True)
    yield _block("netmon_device_snmp_poll_seconds", texts, snapshot.snmp_seconds)
    yield _block("netmon_device_ping_timeouts", texts, snapshot.ping_timeouts, is_integer=True)
    yield _block("netmon_device_last_answer_age_seconds", texts, snapshot.answer_age_seconds)
    yield _block("netmon_device_stale_agent", texts, snapshot.stale_agent, is_integer=True)
    mismatch = snapshot.profile_mismatch
    yield _block("netmon_device_profile_mismatch", texts, mismatch, is_integer=True)
    missing = snapshot.interfaces_missing
    yield _block("netmon_device_interfaces_missing", texts, missing, is_integer=True)


def _echoes(snapshot: Snapshot, labels: Labels) -> Iterator[Block]:
    texts = labels.devices
    yield _block("netmon_ping_loss_ratio", texts, snapshot.loss_ratio)
    yield _block("netmon_ping_rtt_seconds", texts, snapshot.rtt_seconds)
    yield _block("netmon_ping_ipdv_seconds", texts, snapshot.ipdv_seconds)
    yield _block("netmon_ping_requests_total", texts, snapshot.echoes_sent, is_integer=True)
    yield _block("netmon_ping_replies_total", texts, snapshot.echoes_received, is_integer=True)
    yield _block("netmon_ping_duplicates_total", texts, snapshot.echoes_duplicate, is_integer=True)
    yield _block("netmon_ping_late_total", texts, snapshot.echoes_late, is_integer=True)


def _measured(snapshot: Snapshot, labels: Labels) -> Iterator[Block]:
    yield _info("netmon_interface_info", labels.interface_infos)
    yield from _quantities(DEVICE_GAUGES, labels.devices, snapshot.device_gauges)
    yield from _quantities(INTERFACE_GAUGES, labels.interfaces, snapshot.interface_gauges)
    yield from _quantities(COUNTERS, labels.interfaces, snapshot.interface_totals)


def _quantities(names: Sequence[str], texts: Texts, columns: Floats) -> Iterator[Block]:
    for quantity, column in zip(names, columns, strict=True):
        published = PUBLISHED[quantity]
        values = column if published.factor == 1.0 else column * published.factor
        is_integer = quantity in _WHOLE or quantity in COUNTERS
        yield _block(published.name, texts, values, is_integer=is_integer)


def _found(
    subjects: Iterable[SubjectT], verdicts: Mapping[SubjectT, Verdict]
) -> list[Verdict | None]:
    return [verdicts.get(subject) for subject in subjects]


def _of_conditions(
    name: str, texts: Texts, verdicts: Sequence[Verdict | None], table: Mapping[Condition, float]
) -> Block:
    values = [
        np.nan if verdict is None else table.get(verdict.condition, np.nan) for verdict in verdicts
    ]
    return _block(name, texts, values, is_integer=True)


def _states(name: str, texts: Texts, verdicts: Sequence[Verdict | None]) -> Block:
    values = np.zeros((len(verdicts), len(_CONDITIONS)))
    columns = [
        _PLACE[Condition.UNKNOWN if verdict is None else verdict.condition] for verdict in verdicts
    ]
    values[np.arange(len(verdicts)), columns] = 1.0
    return _block(name, texts, values.reshape(-1), is_integer=True)


def _info(name: str, texts: Texts) -> Block:
    return _block(name, texts, np.ones(len(texts)), is_integer=True)


def _block(
    name: str, texts: Texts, values: Floats | Sequence[float], *, is_integer: bool = False
) -> Block:
    return Block(
        family=FAMILIES[name],
        labels=texts,
        values=np.asarray(values, dtype=np.float64),
        is_integer=is_integer,
    )
