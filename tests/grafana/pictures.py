"""Look-alikes of boards as SVG, from a board's JSON and the answers of a real Prometheus.

`python -m tests.grafana.pictures http://127.0.0.1:9090 LINK` draws the wall and one link's board
into docs/pictures, over the last five minutes. It draws places, titles, values, words and colours
as the board names them; how Grafana itself draws them is Grafana's affair.
"""

import json
import sys
import time
from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode
from urllib.request import urlopen

from tests.grafana.generate import FOLDER
from tests.grafana.panels import GREY
from tests.grafana.strokes import bar, colour_of, legend, mapped, said, text

PICTURES: Final = Path(__file__).parents[2] / "docs" / "pictures"
COLUMN, ROW, GAP, HEAD = 60, 30, 4, 24  # pixels
SPAN, STEP = 300.0, 5.0  # seconds
CURVES: Final = ("#5cb0ff", "#f2b33d", "#4cc38a", "#ff6a5e", "#c39bff", "#9fb0c2", "#e0e0e0")

Panel = dict[str, Any]
Series = tuple[dict[str, str], list[tuple[float, float]]]


class Prometheus:
    """Answers the queries of a board."""

    def __init__(self, url: str, link: str) -> None:
        self._url = url.rstrip("/")
        self._given = {"$__rate_interval": "30s", "$link": link}
        self.until = time.time()

    def ask(self, target: Mapping[str, Any]) -> list[Series]:
        """Return the series of one target, each with its labels and points."""
        expression = target["expr"]
        for name, value in self._given.items():
            expression = expression.replace(name, value)
        asked: dict[str, Any] = {"query": expression, "time": self.until}
        if target.get("range"):
            asked |= {"start": self.until - SPAN, "end": self.until, "step": STEP}
        path = "query_range" if target.get("range") else "query"
        with urlopen(f"{self._url}/api/v1/{path}?{urlencode(asked)}", timeout=20) as answer:
            found = json.load(answer)["data"]["result"]
        return [
            (one["metric"], [(at, float(v)) for at, v in one.get("values") or [one["value"]]])
            for one in found
        ]


def stat(panel: Panel, prometheus: Prometheus, width: float, height: float) -> Iterator[str]:
    """One number on its colour."""
    found = prometheus.ask(panel["targets"][0])
    unit = panel["fieldConfig"]["defaults"]["unit"]
    value = found[0][1][-1][1] if found else None
    yield bar(0, HEAD, width, height - HEAD, GREY if value is None else colour_of(panel, value))
    shown = "NO DATA" if value is None else f"{value:.0f}{' s' if unit == 's' else ''}"
    yield text(width / 2 - 14 * len(shown), height / 2 + 30, shown, 48, "#101418")


def bargauge(panel: Panel, prometheus: Prometheus, width: float, height: float) -> Iterator[str]:
    """One bar each, the longest first."""
    target = panel["targets"][0]
    for n, (labels, points) in enumerate(prometheus.ask(target)):
        value, y = points[-1][1], HEAD + 20.0 * n
        if y + 20 < height:
            yield text(6, y + 14, legend(target, labels), 11)
            yield bar(210, y + 4, (width - 280) * min(value, 1), 12, colour_of(panel, value))
            yield text(width - 64, y + 14, said(value, "percentunit"), 11)


def timeseries(panel: Panel, prometheus: Prometheus, width: float, height: float) -> Iterator[str]:
    """Curves with the lowest and highest value, and a legend with the last one."""
    unit = panel["fieldConfig"]["defaults"]["unit"]
    found = [(legend(t, s[0]), s[1]) for t in panel["targets"] for s in prometheus.ask(t)]
    values = [value for _, points in found for _, value in points]
    if not values:
        yield text(width / 2 - 30, height / 2, panel["fieldConfig"]["defaults"]["noValue"])
        return
    low, high = min(values), max(values)
    tall = height - HEAD - 24 - 15 * min(len(found), 6)
    yield text(4, HEAD + 12, said(high, unit), 10, GREY)
    yield text(4, HEAD + 12 + tall, said(low, unit), 10, GREY)
    for n, (label, points) in enumerate(found[:6]):
        placed = " ".join(
            f"{70 + (width - 80) * (1 - (prometheus.until - at) / SPAN):.0f},"
            f"{HEAD + 8 + tall * (high - value) / ((high - low) or 1):.1f}"
            for at, value in points
        )
        colour = CURVES[n % len(CURVES)]
        yield f'<polyline points="{placed}" fill="none" stroke="{colour}" stroke-width="2"/>'
        last = f"— {label}  {said(points[-1][1], unit)}"
        yield text(10, HEAD + tall + 34 + 15 * n, last[: int(width / 6)], 11, colour)


def timeline(panel: Panel, prometheus: Prometheus, width: float, height: float) -> Iterator[str]:
    """One row per entity: a box per sample, the last word beside it."""
    target, mappings = panel["targets"][0], panel["fieldConfig"]["defaults"]["mappings"]
    for n, (labels, points) in enumerate(prometheus.ask(target)):
        y, scale = HEAD + 24.0 * n, (width - 340) / SPAN
        if y + 24 > height:
            return
        yield text(6, y + 16, legend(target, labels), 11)
        for at, value in points:
            x = 220 + (at - prometheus.until + SPAN - STEP) * scale
            yield bar(max(x, 220), y + 3, STEP * scale + 0.6, 18, mapped(mappings, f"{value:g}")[1])
        word, colour = mapped(mappings, f"{points[-1][1]:g}")
        if points[-1][0] > prometheus.until - 2 * STEP:
            yield text(width - 112, y + 16, word, 11, colour)


def table(panel: Panel, prometheus: Prometheus, width: float, height: float) -> Iterator[str]:
    """Rows joined and columns named as the board's transformations say."""
    steps = {one["id"]: one["options"] for one in panel["transformations"]}
    by = steps.get("joinByField", {}).get("byField")
    joined: dict[str, dict[str, str]] = {}
    for target in panel["targets"]:
        for n, (labels, points) in enumerate(prometheus.ask(target)):
            row = joined.setdefault(labels.get(by, "") if by else str(n), {})
            row |= labels | {f"Value #{target['refId']}": str(points[-1][1])}
    heads = steps["organize"]["renameByName"]
    shown = {o["matcher"]["options"]: {p["id"]: p["value"] for p in o["properties"]}
             for o in panel["fieldConfig"]["overrides"]}  # fmt: skip
    fields = {head: field for field, head in heads.items()}
    lines = list(joined.values())
    for one in reversed(panel["options"].get("sortBy") or []):
        key = partial(_key, fields[one["displayName"]])
        lines.sort(key=key, reverse=one["desc"])
    names = sorted(heads, key=steps["organize"]["indexByName"].__getitem__)
    cells = [[_cell(row.get(name, ""), shown.get(heads[name], {})) for name in names]
             for row in lines]  # fmt: skip
    lengths = [
        min(max(len(heads[name]), *(len(row[n][0]) for row in cells), 2), 46)
        for n, name in enumerate(names)
    ] if cells else [len(heads[name]) for name in names]  # fmt: skip
    x, share = 6.0, (width - 12) / (sum(lengths) + 2 * len(lengths))
    for n, name in enumerate(names):
        yield text(x, HEAD + 14, heads[name], 10, GREY)
        for at, told in enumerate(cells[: int((height - HEAD - 20) / 22)]):
            word, colour = told[n]
            fits = max(int((lengths[n] + 2) * share / 5.4), 4)
            yield text(x, HEAD + 36 + 22 * at, word[:fits], 11, colour)
        x += (lengths[n] + 2) * share
    if not cells:
        yield text(6, HEAD + 36, panel["fieldConfig"]["defaults"]["noValue"])


def _key(field: str, row: Mapping[str, str]) -> str:
    return row.get(field, "")


def _cell(value: str, properties: Mapping[str, Any]) -> tuple[str, str]:
    word, colour = mapped(properties.get("mappings", ()), value)
    is_number = word.replace(".", "", 1).isdigit()
    return (said(float(word), properties.get("unit", "")) if is_number else word), colour


KINDS: Final = {"stat": stat, "bargauge": bargauge, "timeseries": timeseries,
                "state-timeline": timeline, "table": table}  # fmt: skip


def draw(board: Mapping[str, Any], prometheus: Prometheus) -> str:
    """Return the picture of a board."""
    tall = ROW * max(p["gridPos"]["y"] + p["gridPos"]["h"] for p in board["panels"]) + 34
    lines = [bar(0, 0, 24 * COLUMN, tall, "#101418"), text(10, 22, board["title"], 16)]
    for panel in board["panels"]:
        at = panel["gridPos"]
        width, height = at["w"] * COLUMN - GAP, at["h"] * ROW - GAP
        lines += [
            f'<svg x="{at["x"] * COLUMN}" y="{at["y"] * ROW + 34}"'
            f' width="{width}" height="{height}">',
            bar(0, 0, width, height, "#1a2027"),
            text(6, 16, panel["title"], 12, "#ffffff"),
            *KINDS[panel["type"]](panel, prometheus, width, height),
            "</svg>",
        ]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {24 * COLUMN} {tall}"'
        f' width="{24 * COLUMN}" height="{tall}" font-family="sans-serif">', *lines, "</svg>", "",
    ])  # fmt: skip


if __name__ == "__main__":
    PICTURES.mkdir(exist_ok=True)
    answering = Prometheus(sys.argv[1], sys.argv[2])
    for name in ("noc-wall", "link"):
        made = draw(json.loads((FOLDER / f"{name}.json").read_text("utf-8")), answering)
        (PICTURES / f"board-{name}.svg").write_text(made, "utf-8")
