"""Health: netmon's own numbers, read from whoever has them at the moment of the scrape."""

from collections import deque
from collections.abc import Callable, Iterator, Mapping
from itertools import accumulate
from typing import Final

from prometheus_client import ProcessCollector

from netmon.exposition.families import FAMILIES
from netmon.exposition.family import Family, Type
from netmon.exposition.text import line
from netmon.tally import Durations

Read = Callable[[], float | None]
ReadEach = Callable[[], Mapping[str, float]]
Sample = tuple[Mapping[str, str], float]
LAG_WINDOW_SECONDS: Final = 15.0  # a usual scrape interval


class LoopLag:
    """The longest wait of the event loop in the last quarter of a minute."""

    def __init__(self) -> None:
        self._noted: deque[tuple[float, float]] = deque()

    def note(self, lag_seconds: float, monotonic: float) -> None:
        """Take one measurement: how much later than asked for a timer fired."""
        self._noted.append((monotonic, max(0.0, lag_seconds)))
        while self._noted[0][0] < monotonic - LAG_WINDOW_SECONDS:
            self._noted.popleft()

    @property
    def worst_seconds(self) -> float | None:
        """The longest; None if none was measured."""
        return max((lag for _, lag in self._noted), default=None)


class Health:
    """Which of our own numbers is read where.

    The parts that count have plain numbers and know nothing of Prometheus; the app says here which
    number is which metric. The names and labels are those of `families`, or it is an error.
    """

    def __init__(self) -> None:
        self._single: dict[str, list[tuple[dict[str, str], Read]]] = {}
        self._each: dict[str, list[tuple[dict[str, str], str, ReadEach]]] = {}
        self._durations: list[tuple[str, dict[str, str], Callable[[], Durations]]] = []

    def watch(self, name: str, read: Read, **labels: str) -> None:
        """Export what `read` returns; None is absent."""
        _check(name, (*labels,))
        self._single.setdefault(name, []).append((labels, read))

    def watch_each(self, name: str, label: str, read: ReadEach, **labels: str) -> None:
        """Export every number of the mapping, its key as one more label."""
        _check(name, (*labels, label))
        self._each.setdefault(name, []).append((labels, label, read))

    def watch_durations(self, name: str, read: Callable[[], Durations], **labels: str) -> None:
        """Export a histogram of how long something took."""
        _check(name, (*labels,))
        self._durations.append((name, labels, read))

    def samples(self) -> dict[str, list[Sample]]:
        """Read all numbers now; to be called where those who count also run."""
        found: dict[str, list[Sample]] = {}
        for name, readers in self._single.items():
            for labels, read in readers:
                value = read()
                if value is not None:
                    found.setdefault(name, []).append((labels, value))
        for name, each in self._each.items():
            for labels, label, read_each in each:
                found.setdefault(name, []).extend(
                    ({**labels, label: str(key)}, value) for key, value in read_each().items()
                )
        for name, labels, read_durations in self._durations:
            found.setdefault(name, []).extend(_buckets(labels, read_durations()))
        return found


def render(samples: Mapping[str, list[Sample]]) -> Iterator[tuple[Family, list[str]]]:
    """Give every family with its lines."""
    for name, found in samples.items():
        family = FAMILIES[name]
        if family.type is Type.HISTOGRAM:
            yield family, [_histogram_line(name, labels, value) for labels, value in found]
        else:
            yield family, [line(name, labels, value) for labels, value in found]


def process_samples() -> dict[str, list[Sample]]:
    """Return what the kernel says about our process (prometheus_client reads it from /proc)."""
    return {
        sample.name: [({}, float(sample.value))]
        for metric in _PROCESS.collect()
        for sample in metric.samples
        if sample.name in FAMILIES
    }


_PROCESS: Final = ProcessCollector(registry=None)
_SUFFIX: Final = "__suffix__"


def _buckets(labels: Mapping[str, str], durations: Durations) -> Iterator[Sample]:
    counts = list(accumulate(durations.counts))
    for bound, count in zip((*durations.bounds, float("inf")), counts, strict=True):
        edge = "+Inf" if bound == float("inf") else repr(bound)
        yield {**labels, "le": edge, _SUFFIX: "_bucket"}, count
    yield {**labels, _SUFFIX: "_count"}, counts[-1]
    yield {**labels, _SUFFIX: "_sum"}, durations.total_seconds


def _histogram_line(name: str, labels: Mapping[str, str], value: float) -> str:
    shown = {label: text for label, text in labels.items() if label != _SUFFIX}
    return line(name + labels[_SUFFIX], shown, value)


def _check(name: str, labels: tuple[str, ...]) -> None:
    family = FAMILIES.get(name)
    if family is None:
        raise ValueError(f"{name} is not in netmon.exposition.families; add it there first")
    if family.labels != labels:
        raise ValueError(f"{name} has the labels {family.labels}, not {labels}")
