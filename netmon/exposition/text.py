"""Text: names, labels and numbers as Prometheus writes them; nothing in it can break a scrape."""

import math
import re
from collections.abc import Mapping
from typing import Final

from netmon.exposition.family import Family, Type

MAX_WORDS: Final = 512  # of one label that people read
# Controls except newline, and what turns the direction of text: shown by number, never obeyed.
_UNSAFE: Final = re.compile(
    "[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


def label_value(text: str) -> str:
    """Return a label's value, escaped; different texts stay different."""
    if _UNSAFE.search(text):
        text = _UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
    return text.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")


def words(text: str) -> str:
    """Return text for people, cut where it is too long for a label."""
    return text if len(text) <= MAX_WORDS else text[: MAX_WORDS - 1] + "…"


def labels_text(labels: Mapping[str, str]) -> str:
    """Return labels as they stand behind a name; nothing where there are none."""
    if not labels:
        return ""
    pairs = ",".join(f'{name}="{label_value(value)}"' for name, value in labels.items())
    return f"{{{pairs}}}"


def number(value: float) -> str:
    """Return a number, to its last digit."""
    if isinstance(value, int):
        return str(value)
    if math.isinf(value):
        return "+Inf" if value > 0 else "-Inf"
    return "NaN" if math.isnan(value) else repr(float(value))


def line(name: str, labels: Mapping[str, str], value: float) -> str:
    """Return one sample."""
    return f"{name}{labels_text(labels)} {number(value)}\n"


def header(family: Family, *, is_openmetrics: bool) -> str:
    """Return what stands above a family's samples."""
    name, kind = family.name, family.type.value
    if is_openmetrics:
        name = family.bare_name
    elif family.type in (Type.INFO, Type.STATESET):
        kind = "gauge"
    text = family.help.replace("\\", r"\\").replace("\n", r"\n")
    if is_openmetrics:
        text = text.replace('"', r"\"")
    return f"# HELP {name} {text}\n# TYPE {name} {kind}\n"
