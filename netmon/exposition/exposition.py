"""Exposition: the page that Prometheus scrapes; one instant, rendered off the event loop."""

import asyncio
import platform
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import Annotated, Final

from annotated_types import Ge
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, choose_encoder, gzip_accepted
from prometheus_client.openmetrics.exposition import CONTENT_TYPE_LATEST as CONTENT_TYPE_OPENMETRICS

from netmon.exposition import health as own_health
from netmon.exposition.blocks import Block, blocks
from netmon.exposition.bulk import Breath, Bulk, no_breath
from netmon.exposition.health import Health, LoopLag, Sample
from netmon.exposition.incidents import IncidentLines
from netmon.exposition.labels import Labels, make_labels
from netmon.exposition.snapshot import Snapshot, Source, take
from netmon.exposition.text import header
from netmon.tally import COLLECTORS

Page = tuple[str, bytes, Mapping[str, str]]  # content type, body, further headers
Instant = tuple[Snapshot, dict[str, list[Sample]]]
_GZIP_LEVEL: Final = 1  # a scrape goes over a short way; the CPU is ours
_GZIP_WINDOW: Final = 31  # zlib: with a gzip header


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kind:
    """Which page was asked for."""

    content_type: str
    is_openmetrics: bool
    is_gzip: bool

    @classmethod
    def asked_for(cls, accept: str, accept_encoding: str) -> "_Kind":
        content_type, is_openmetrics = negotiate(accept)
        return cls(
            content_type=content_type,
            is_openmetrics=is_openmetrics,
            is_gzip=gzip_accepted(accept_encoding),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class ExpositionSettings:
    """How much a scrape may bring."""

    series_limit: Annotated[int, Ge(1)] = 300_000


class Exposition:
    """Makes /metrics of what a pipeline knows."""

    def __init__(
        self,
        source: Source,
        *,
        version: str,
        monotonic: Callable[[], float] = time.monotonic,
        settings: ExpositionSettings | None = None,
        is_drill: bool = False,
    ) -> None:
        self.health = Health()
        self.lag = LoopLag()
        self._source = source
        self._monotonic = monotonic
        self._settings = settings or ExpositionSettings()
        self._bulks: dict[str, Bulk] = {}
        self._labels: Labels | None = None
        self._incidents = IncidentLines(is_drill=is_drill)
        self._dropped = 0
        self._series = 0
        self._seconds: float | None = None
        self._worker = ThreadPoolExecutor(max_workers=1, thread_name_prefix="exposition")
        self._turn = asyncio.Lock()
        self._under_way: asyncio.Future[bytes] | None = None
        self._watch_ourselves(version)

    async def render(self, accept: str, accept_encoding: str = "") -> Page:
        """Return content type, body and further headers of a scrape.

        One scrape is rendered at a time; the others wait without holding a copy of anything.
        """
        page = _Kind.asked_for(accept, accept_encoding)
        async with self._turn:
            if self._under_way is not None:  # its scraper may have gone away
                await asyncio.wait([self._under_way])
            loop = asyncio.get_running_loop()
            self._under_way = loop.run_in_executor(
                self._worker, self._render, self._take(), page, Breath().take
            )
            body = await asyncio.shield(self._under_way)
        return page.content_type, body, _headers(page)

    def render_now(self, accept: str = "", accept_encoding: str = "") -> Page:
        """Return the same, rendered by the caller; not while another scrape is rendered."""
        page = _Kind.asked_for(accept, accept_encoding)
        return page.content_type, self._render(self._take(), page), _headers(page)

    def close(self) -> None:
        """Let the thread end."""
        self._worker.shutdown(wait=False, cancel_futures=True)

    def _take(self) -> Instant:
        return take(self._source, self._monotonic()), self.health.samples()

    def _render(
        self, instant: Instant, page: _Kind, breathe: Callable[[], None] = no_breath
    ) -> bytes:
        started = time.thread_time()
        snapshot, samples = instant
        parts = self._parts(snapshot, samples, page, breathe)
        body = _packed(parts, breathe) if page.is_gzip else b"".join(parts)
        self._seconds = time.thread_time() - started
        return body

    def _parts(
        self,
        snapshot: Snapshot,
        samples: dict[str, list[Sample]],
        page: _Kind,
        breathe: Callable[[], None],
    ) -> Iterator[bytes]:
        """Give the page piece by piece: packing them as they come never holds the whole text."""
        yield from self._network_parts(snapshot, page, breathe)
        incidents = self._incidents.render(snapshot.network, snapshot.incidents, snapshot.opened)
        own = own_health.render(samples | own_health.process_samples())
        for family, lines in (*incidents, *own):
            if lines:
                yield _text(header(family, is_openmetrics=page.is_openmetrics), *lines)
        if page.is_openmetrics:
            yield b"# EOF\n"

    def _network_parts(
        self, snapshot: Snapshot, page: _Kind, breathe: Callable[[], None]
    ) -> Iterator[bytes]:
        left = self._settings.series_limit
        self._series = 0
        for block in blocks(snapshot, self._labels_of(snapshot)):
            wanted = block.series
            if wanted > left:
                self._dropped += wanted - left
                block = block.first(left)
            taken = min(wanted, left)
            if taken:
                yield _text(header(block.family, is_openmetrics=page.is_openmetrics))
                yield from self._bulk(block).render(block.values, breathe)
            left -= taken
            self._series += taken

    def _labels_of(self, snapshot: Snapshot) -> Labels:
        """Return the labels, made anew only if the network or its interfaces have changed."""
        labels = self._labels
        if (
            labels is None
            or labels.network is not snapshot.network
            or labels.interface_ids is not snapshot.interface_ids
        ):
            devices = tuple(snapshot.network.devices)
            owners = (devices[row] for row in snapshot.device_row.tolist())
            labels = make_labels(snapshot.network, snapshot.interface_ids, owners)
            self._labels = labels
            self._bulks.clear()
        return labels

    def _bulk(self, block: Block) -> Bulk:
        bulk = self._bulks.get(block.family.name)
        if bulk is None or bulk.labels is not block.labels:
            bulk = Bulk(block.family.name, block.labels, is_integer=block.is_integer)
            self._bulks[block.family.name] = bulk
        return bulk

    def _watch_ourselves(self, version: str) -> None:
        """Export what the pipeline, the state and the scrapes themselves count."""
        source, watch = self._source, self.health.watch
        for collector in COLLECTORS:
            self.health.watch_each(
                "netmon_poll_outcomes_total",
                "outcome",
                partial(_outcomes, source, collector),
                collector=collector,
            )
        self.health.watch_durations(
            "netmon_poll_duration_seconds",
            lambda: source.state.tally.snmp_durations,
            collector="snmp",
        )
        watch("netmon_observations_belated_total", lambda: source.state.tally.belated)
        watch("netmon_observations_strangers_total", lambda: source.state.tally.strangers)
        watch("netmon_observations_failed_total", lambda: source.statistics.failed)
        watch("netmon_device_reboots_total", lambda: source.state.tally.reboots)
        watch("netmon_interfaces_refused_total", lambda: source.state.tally.interfaces_refused)
        watch("netmon_queue_depth", lambda: source.queue_depth)
        watch("netmon_queue_dropped_total", lambda: source.statistics.dropped)
        watch("netmon_event_loop_lag_seconds", lambda: self.lag.worst_seconds)
        watch("netmon_judge_duration_seconds", lambda: source.statistics.judge_seconds)
        watch("netmon_judge_cycles_total", lambda: source.statistics.judge_cycles)
        watch("netmon_judge_last_run_timestamp_seconds", lambda: source.statistics.judged_at)
        watch("netmon_devices", lambda: len(source.state.network.devices))
        watch("netmon_interfaces", lambda: len(source.state.interfaces))
        watch("netmon_links", lambda: len(source.state.network.links))
        watch("netmon_sites", lambda: len(source.state.network.sites))
        watch("netmon_exposition_duration_seconds", lambda: self._seconds)
        watch("netmon_exposition_series", lambda: self._series)
        watch("netmon_series_dropped_total", lambda: self._dropped)
        python = platform.python_version()
        watch("netmon_build_info", lambda: 1, version=version, python=python)


def negotiate(accept: str) -> tuple[str, bool]:
    """Return the content type for an Accept header, and whether it is OpenMetrics.

    prometheus_client reads the header; we write the two formats everybody reads, 0.0.4 and 1.0.0.
    """
    try:
        _, content_type = choose_encoder(accept)
    except (TypeError, ValueError):  # a version that is none
        return CONTENT_TYPE_PLAIN_0_0_4, False
    if content_type.startswith("application/openmetrics-text"):
        return CONTENT_TYPE_OPENMETRICS, True
    return CONTENT_TYPE_PLAIN_0_0_4, False


def _outcomes(source: Source, collector: str) -> Mapping[str, int]:
    outcomes = source.state.tally.outcomes[collector]
    return {outcome.value: polls for outcome, polls in outcomes.items()}


def _headers(page: _Kind) -> Mapping[str, str]:
    headers = {"Vary": "Accept, Accept-Encoding"}
    return headers | {"Content-Encoding": "gzip"} if page.is_gzip else headers


def _text(*texts: str) -> bytes:
    return "".join(texts).encode("utf-8", "replace")


def _packed(parts: Iterable[bytes], breathe: Callable[[], None]) -> bytes:
    packer = zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_WINDOW)
    packed = []
    for part in parts:
        packed.append(packer.compress(part))
        breathe()
    packed.append(packer.flush())
    return b"".join(packed)
