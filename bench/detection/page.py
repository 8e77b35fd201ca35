"""Page: docs/detection.md between its markers, one section per layer; the rest is written by hand.

A layer that was not run keeps the section that it had.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, is_dataclass
from pathlib import Path
from typing import Final

from bench.detection.causes import Naming
from bench.detection.injection import Kind
from bench.detection.interference import STRATA_DB, Score
from bench.detection.rain import Agreement

PAGE: Final = Path(__file__).resolve().parents[2] / "docs" / "detection.md"


def config_hash(*parts: object) -> str:
    """Return twelve hexadecimal digits that change with any setting, table or seed given."""
    told = json.dumps(parts, sort_keys=True, default=_plain)
    return hashlib.sha256(told.encode()).hexdigest()[:12]


def _plain(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return asdict(value)
    return str(value)


def replace_section(text: str, layer: str, body: str) -> str:
    """Return the page with what stands between the markers of a layer replaced.

    Raises ValueError where the page has no such markers.
    """
    opening, closing = f"<!-- {layer} -->\n", f"<!-- end of {layer} -->\n"
    before, found, rest = text.partition(opening)
    _, found_end, after = rest.partition(closing)
    if not (found and found_end):
        raise ValueError(f"docs/detection.md has no section {opening.strip()}")
    return f"{before}{opening}\n{body.strip()}\n\n{closing}{after}"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(row) + " |" for row in lines)


def verdict(holds: bool) -> str:
    """Say whether a target is held."""
    return "held" if holds else "**missed**"


def rain_body(results: Sequence[Agreement], *, note: str) -> str:
    """Return the section of layer A1; netmon's own result comes first."""
    own = results[0]
    hourly, five = own.hourly.value, own.five_minutes.value
    rows = [
        (one.name, str(one.hourly), str(one.five_minutes), str(one.five_minutes_1mm))
        for one in results
    ]
    heads = ("rule", "hourly ≥ 0.1 mm/h", "5 min ≥ 0.1 mm/h", "5 min ≥ 1 mm/h")
    targets = (
        f"Targets: hourly ≥ 0.75 {verdict(hourly >= 0.75)} ({hourly:.3f}),"
        f" five minutes ≥ 0.69 {verdict(five >= 0.69)} ({five:.3f})."
    )
    return f"{note}\n\nMatthews' correlation with radar:\n\n{table(heads, rows)}\n\n{targets}"


def interference_body(scores: Sequence[Score], *, note: str, targets: Mapping[str, bool]) -> str:
    """Return the section of layer B."""
    strata = [f"{low:g}–{high:g} dB" if high < 1e9 else f"> {low:g} dB" for low, high in STRATA_DB]
    heads = ("detector", "false alarms per link-month", *strata)
    rows = [
        (
            one.name,
            f"{one.false_rate} ({one.false_count} in {one.link_months:.0f})",
            *(str(one.recall(low, high)[0]) for low, high in STRATA_DB),
        )
        for one in scores
    ]
    kinds = [
        (
            one.name,
            *(str(one.recall(6.0, kinds=[kind])[0]) for kind in Kind),
            str(one.recall(3.0, 6.0, [Kind.CONSTANT])[0]),
            _delays(one),
        )
        for one in scores
    ]
    counts = ", ".join(f"{scores[0].recall(6.0, kinds=[kind])[1]} {kind}" for kind in Kind)
    kind_heads = (
        "detector",
        *(f"{kind}, ≥ 6 dB" for kind in Kind),
        "constant, 3–6 dB",
        "polls to detect constant ≥ 6 dB, median / p90",
    )
    held = "\n".join(f"- {name}: {verdict(holds)}" for name, holds in targets.items())
    return (
        f"{note}\n\nRecall by true peak loss of SNR:\n\n{table(heads, rows)}\n\n"
        f"Recall by kind ({counts} events of 6 dB and more):\n\n{table(kind_heads, kinds)}\n\n"
        f"Targets:\n\n{held}"
    )


def _delays(one: Score) -> str:
    median, late = one.delays_polls(6.0, [Kind.CONSTANT])
    return f"{median:.0f} / {late:.0f}"


def causes_body(naming: Naming, *, note: str) -> str:
    """Return the section of layer C."""
    rows = [
        (
            cause.words,
            str(one.events),
            f"{one.recall:.2f}",
            f"{one.precision:.2f}",
            f"{one.f1:.2f}",
        )
        for cause, one in naming.classes.items()
    ]
    confused = [
        (true, said, str(count))
        for (true, said), count in sorted(naming.confusion.items(), key=lambda one: -one[1])
        if true != said
    ]
    jamming, (wrong, rain) = naming.jamming(), naming.rain_as_jamming
    held = [
        f"- macro-F1 ≥ 0.90: {verdict(naming.macro_f1 >= 0.9)} ({naming.macro_f1:.2f})",
        "- jamming-like, noise rise ≥ 3 dB: precision ≥ 0.95 at recall ≥ 0.90:"
        f" {verdict(jamming.precision >= 0.95 and jamming.recall >= 0.9)}"
        f" (precision {jamming.precision:.2f}, recall {jamming.recall:.2f}"
        f" of {jamming.events} events)",
        f"- rain called jamming-like ≤ 0.1 %: {verdict(wrong <= 0.001 * rain)} ({wrong} of {rain})",
        "- false pages ≤ 1 per 100 links and month:"
        f" {verdict(naming.false_pages.value <= 1.0)} ({naming.false_pages})",
    ]
    heads = ("cause", "events", "recall", "precision", "F1")
    mistakes = table(("what happened", "what was said", "how often"), confused)
    return f"{note}\n\n{table(heads, rows)}\n\nMistakes:\n\n{mistakes}\n\n" + "\n".join(
        ["Targets:", "", *held]
    )
