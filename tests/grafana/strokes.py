"""Strokes: pictures of boards are drawn with boxes, lines of text, values in words and units."""

from collections.abc import Mapping, Sequence
from typing import Any, Final
from xml.sax.saxutils import escape

from tests.grafana.panels import INK

UNITS: Final = {"percentunit": (100, " %"), "s": (1000, " ms"), "bps": (1e-6, " Mbit/s"),
                "dBm": (1, " dBm"), "dB": (1, " dB")}  # fmt: skip


def text(x: float, y: float, words: str, size: int = 12, colour: str = INK) -> str:
    """One line of text."""
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" font-size="{size}" fill="{colour}">{escape(words)}</text>'
    )


def bar(x: float, y: float, width: float, height: float, colour: str) -> str:
    """One filled box."""
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(width, 0):.1f}" height="{height:.1f}"'
        f' rx="2" fill="{colour}"/>'
    )


def said(value: float, unit: str) -> str:
    """A value in its unit, as short as it can be told apart."""
    if unit == "dtdurations":
        return f"{value // 60:.0f} min {value % 60:.0f} s"
    factor, word = UNITS.get(unit, (1, ""))
    return f"{value * factor:.4g}{word}"


def mapped(mappings: Sequence[Mapping[str, Any]], value: str) -> tuple[str, str]:
    """The word and the colour that a board gives a value."""
    for one in mappings:
        if one["type"] == "value" and value in one["options"]:
            told = one["options"][value]
            return told.get("text", value), told.get("color", INK)
    return value, INK


def colour_of(panel: Mapping[str, Any], value: float) -> str:
    """The colour of the highest threshold that a value has reached."""
    steps = panel["fieldConfig"]["defaults"]["thresholds"]["steps"]
    return str([s["color"] for s in steps if s.get("value") is None or value >= s["value"]][-1])


def legend(target: Mapping[str, Any], labels: Mapping[str, str]) -> str:
    """The legend of a series, its labels put in."""
    words = str(target.get("legendFormat", ""))
    for name in ("site", "device", "interface", "link"):
        words = words.replace(f"{{{{{name}}}}}", labels.get(name, ""))
    return words
