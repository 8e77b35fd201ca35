"""The pictures of docs/planning.md, drawn as SVG from what `netmon topo` answers.

`python -m tests.project.planning_pictures [FOLDER]` draws the border of the demo, and with the
folder of the Internet Topology Zoo's GraphML files three networks of it.
"""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import cos, radians
from pathlib import Path
from typing import Any, Final
from xml.sax.saxutils import escape

from netmon import simulation
from netmon.config import load
from netmon.planning.answer import Plan, geojson
from netmon.planning.questions import ask
from netmon.topo.reading import plan_of_draft
from topology.formats import geojson as geojson_format
from topology.formats import graphml
from topology.formats.naming import by_name

PICTURES: Final = Path(__file__).resolve().parents[2] / "docs" / "pictures"
WIDTH: Final = 900
TALL: Final = 760
MARGIN: Final = 40
LEGEND: Final = 100
MOST_NAMED: Final = 60  # sites: above, names would cover each other
COLOURS: Final = ("#444444", "#c62828", "#ef9f00", "#2e7d32")  # by ways left: none, 1, 2, more
NEW: Final = "#1565c0"
DISC: Final = "#8e24aa"

Place = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One picture: a network, and what is asked of it."""

    name: str
    title: str
    radius_km: float
    hop_km: float
    cores: tuple[str, ...] = ()
    only_placed: bool = False  # leave out what has no position; else no disc can be looked for


BORDER: Final = Case(name="border", title="The demo's border", radius_km=5, hop_km=60)
ZOO: Final = (
    Case(name="Abilene", title="Abilene (Topology Zoo)", radius_km=200, hop_km=2000,
         cores=("New York", "Los Angeles")),
    Case(name="PionierL3", title="Pionier, Poland (Topology Zoo)", radius_km=30, hop_km=200,
         cores=("Poznan", "Warszawa"), only_placed=True),
    Case(name="Colt", title="Colt (Topology Zoo)", radius_km=50, hop_km=500,
         cores=("London", "Frankfurt")),
)  # fmt: skip


def border() -> Plan:
    """Return the network of the demo."""
    os.environ.setdefault("NETMON_DEMO_COMMUNITY", "none")
    return Plan(network=load.load([Path(simulation.__path__[0]) / "border.yaml"]).network)


def of_zoo(case: Case, folder: Path) -> Plan:
    """Return a network of the Topology Zoo."""
    path = folder / f"{case.name}.graphml"
    draft = graphml.read(path.read_text("utf-8"), path.name)
    draft = draft.only_placed() if case.only_placed else draft
    return plan_of_draft(by_name(draft), case.cores)


def draw(case: Case, plan: Plan) -> str:
    """Return the picture: ways left of each site, single links, the worst disc, the best link."""
    asked: dict[str, dict[str, list[str]]] = {
        "site": {},
        "spof": {"kind": ["link"], "limit": ["1000"]},
        "region": {"radius_km": [f"{case.radius_km:g}"], "limit": ["1"], "spare_cores": ["yes"]},
        "augment": {"hop_km": [f"{case.hop_km:g}"]},
    }
    if plan.unplaced:
        del asked["region"]
    answers = {name: ask(name, plan, given) for name, given in asked.items()}
    shown = {
        name: [
            one
            for one in geojson(answer, plan.network, plan.unplaced)["features"]
            if one["geometry"]
        ]
        for name, answer in answers.items()
    }
    project, height = _projection(shown["site"])
    single = {one["properties"]["link"] for one in shown["spof"] if "link" in one["properties"]}
    lines = [
        *_discs(shown.get("region", []), project),
        *_links(plan, single, project),
        *_new(shown["augment"], project),
        *_sites(shown["site"], project),
    ]
    said = [f"{name}: {answer.summary}" for name, answer in answers.items()]
    return _page(case, lines, said, height)


def _projection(sites: Sequence[Mapping[str, Any]]) -> tuple[Any, float]:
    placed = [one["geometry"]["coordinates"] for one in sites]
    west, east = min(at[0] for at in placed), max(at[0] for at in placed)
    south, north = min(at[1] for at in placed), max(at[1] for at in placed)
    squeeze = cos(radians((south + north) / 2))
    scale = min(
        (WIDTH - 2 * MARGIN) / ((east - west) * squeeze), (TALL - 2 * MARGIN) / (north - south)
    )

    def project(place: Sequence[float]) -> Place:
        x = MARGIN + (place[0] - west) * squeeze * scale
        return round(x, 1), round(MARGIN + (north - place[1]) * scale, 1)

    return project, (north - south) * scale + 2 * MARGIN


def _discs(features: Sequence[Mapping[str, Any]], project: Any) -> Iterator[str]:
    for one in features:
        if one["geometry"]["type"] == "Polygon":
            ring = " ".join(
                "{},{}".format(*project(at)) for at in one["geometry"]["coordinates"][0]
            )
            yield f'<polygon points="{ring}" fill="{DISC}" fill-opacity="0.2" stroke="{DISC}"/>'


def _links(plan: Plan, single: set[str], project: Any) -> Iterator[str]:
    for one in json.loads(geojson_format.write(plan.network))["features"]:
        told = one["properties"]
        if told["kind"] != "link" or not plan.unplaced.isdisjoint((told["source"], told["target"])):
            continue
        colour, width = (COLOURS[1], 2.5) if one["id"] in single else ("#90a4ae", 1.5)
        yield _line(one["geometry"]["coordinates"], project, f'stroke="{colour}"', width)


def _new(features: Sequence[Mapping[str, Any]], project: Any) -> Iterator[str]:
    for one in features:
        if one["geometry"]["type"] == "LineString":
            stroke = f'stroke="{NEW}" stroke-dasharray="8 5"'
            yield _line(one["geometry"]["coordinates"], project, stroke, 3)


def _line(places: Sequence[Sequence[float]], project: Any, stroke: str, width: float) -> str:
    (x1, y1), (x2, y2) = (project(place) for place in places)
    return f'<line x1="{x1}" y1="{y1}" x2="{x2}" y2="{y2}" {stroke} stroke-width="{width}"/>'


def _sites(features: Sequence[Mapping[str, Any]], project: Any) -> Iterator[str]:
    named = len(features) <= MOST_NAMED
    taken: list[Place] = []
    for one in features:
        x, y = project(one["geometry"]["coordinates"])
        told = one["properties"]
        name, is_core = escape(told["site"]), told["core"]
        if is_core:
            yield (
                f'<rect x="{x - 7}" y="{y - 7}" width="14" height="14" fill="#ffffff"'
                f' stroke="#000000" stroke-width="3"><title>{name}</title></rect>'
            )
        else:
            colour = COLOURS[min(told["ways"], 3)]
            yield f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}"><title>{name}</title></circle>'
        is_free = all(abs(x - other) > 60 or abs(y - line) > 12 for other, line in taken)
        if is_core or (named and is_free):
            taken.append((x, y))
            anchor, at = ("end", x - 8) if x > WIDTH - 120 else ("start", x + 8)
            yield (
                f'<text x="{at:.1f}" y="{y - 5:.1f}" font-size="11" text-anchor="{anchor}">'
                f"{name}</text>"
            )


def _page(case: Case, lines: Sequence[str], said: Sequence[str], height: float) -> str:
    key = [
        (COLOURS[0], "no way left"),
        (COLOURS[1], "one way left, or a link that alone cuts off"), (COLOURS[2], "two ways"),
        (COLOURS[3], "three or more"), (DISC, f"worst disc of {case.radius_km:g} km"),
        (NEW, f"best new link up to {case.hop_km:g} km"),
    ]  # fmt: skip
    key = [one for one in key if one[0] != DISC or any(DISC in line for line in lines)]
    tall = round(height + LEGEND)
    words = [
        f'<text x="{MARGIN + 16}" y="{height + 16 * at}" font-size="12">{escape(text)}</text>'
        f'<circle cx="{MARGIN + 5}" cy="{height + 16 * at - 4}" r="5" fill="{colour}"/>'
        for at, (colour, text) in enumerate(key)
    ]
    told = [f"<!-- {escape(one).replace('--', '–')} -->" for one in said]
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {tall}" width="{WIDTH}"'
        f' height="{tall}" font-family="sans-serif">',
        *told,
        f'<rect width="{WIDTH}" height="{tall}" fill="#ffffff"/>',
        f'<text x="{MARGIN}" y="20" font-size="16">{escape(case.title)}; squares are cores</text>',
        *lines, *words, "</svg>", "",
    ])  # fmt: skip


def main() -> None:
    """Draw all pictures that can be drawn."""
    PICTURES.mkdir(exist_ok=True)
    (PICTURES / "planning-border.svg").write_text(draw(BORDER, border()), "utf-8")
    for case in ZOO if len(sys.argv) > 1 else ():
        path = PICTURES / f"planning-{case.name.lower()}.svg"
        path.write_text(draw(case, of_zoo(case, Path(sys.argv[1]))), "utf-8")


if __name__ == "__main__":
    main()
