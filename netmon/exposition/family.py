"""Family: one metric family as Prometheus knows it, and short ways to write one down."""

from dataclasses import dataclass
from enum import StrEnum


class Type(StrEnum):
    """As in OpenMetrics 1.0; the older text format says gauge for INFO and STATESET."""

    GAUGE = "gauge"
    COUNTER = "counter"
    HISTOGRAM = "histogram"
    INFO = "info"
    STATESET = "stateset"


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """One metric family. `name` is that of its samples; a histogram's have suffixes."""

    name: str
    type: Type
    labels: tuple[str, ...] = ()
    help: str
    chapter: str

    @property
    def bare_name(self) -> str:
        """The family's name in OpenMetrics, where `_total` and `_info` belong to the samples."""
        if self.type is Type.COUNTER:
            return self.name.removesuffix("_total")
        return self.name.removesuffix("_info") if self.type is Type.INFO else self.name


def gauge(chapter: str, name: str, text: str, *labels: str) -> Family:
    """What goes up and down."""
    return Family(name=name, type=Type.GAUGE, labels=labels, help=text, chapter=chapter)


def counter(chapter: str, name: str, text: str, *labels: str) -> Family:
    """What only grows."""
    return Family(name=name, type=Type.COUNTER, labels=labels, help=text, chapter=chapter)


def info(chapter: str, name: str, text: str, *labels: str) -> Family:
    """Texts about something, always 1."""
    return Family(name=name, type=Type.INFO, labels=labels, help=text, chapter=chapter)


def states(chapter: str, name: str, text: str, *labels: str) -> Family:
    """1 for the state that holds, 0 for the others."""
    return Family(name=name, type=Type.STATESET, labels=(*labels, name), help=text, chapter=chapter)


def histogram(chapter: str, name: str, text: str, *labels: str) -> Family:
    """How many fell at or below each bound."""
    return Family(name=name, type=Type.HISTOGRAM, labels=labels, help=text, chapter=chapter)
