import math
import random
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from topology.errors import NetworkError
from topology.geometry import EARTH_RADIUS_M, azimuth_deg, destination, distance_m
from topology.model import Position
from topology.resilience.region import (
    Disc,
    Mode,
    disc_loss,
    induced_srlgs,
    struck,
    worst_discs,
)
from topology.resilience.snapshot import Snapshot
from topology.resilience.sources import of_edges

PUBLISHED = Path(__file__).resolve().parents[4] / "shared" / "data" / "topology" / "regional-srlg"

# How many greatest sets of links a disc of radius 50, 100, 200, 500 can cut: the lists published
# with Tapolcai, Rónyai, Vass and Gyimóthi, INFOCOM 2017.
LISTS = {
    "16_optic_pan_eu": (16, 14, 13, 3),
    "22_optic_eu": (22, 28, 31, 25),
    "24_us_wide": (24, 23, 24, 27),
    "28_optic_eu": (28, 28, 32, 26),
    "39_optic_north_american": (39, 33, 34, 40),
    "79_optic_nfsnet": (79, 76, 88, 128),
}


def placed(
    edges: list[tuple[str, str]], at: dict[str, tuple[float, float]], cores: list[str]
) -> Snapshot:
    """Make a snapshot of edges between nodes at latitude and longitude."""
    snapshot = of_edges(edges, cores=cores, nodes=list(at))
    return replace(
        snapshot,
        latitude_deg=np.array([at[site][0] for site in snapshot.sites]),
        longitude_deg=np.array([at[site][1] for site in snapshot.sites]),
    )


def published(path: Path) -> tuple[Snapshot, set[frozenset[int]], list[int]]:
    """Read a file of LEMON's graph format; a unit is a metre around 0° N, 0° E."""
    nodes: dict[str, tuple[float, float]] = {}
    edges: list[tuple[int, str, str]] = []
    groups: set[frozenset[int]] = set()
    part = ""
    for line in path.read_text("utf-8").splitlines():
        words = line.split()
        if line.startswith("@"):
            part = line
        elif not words or words[0] == "label":
            continue
        elif part == "@nodes":
            x, y = (float(word) for word in words[1].strip("()").split(","))
            turn = math.degrees(1 / EARTH_RADIUS_M)
            nodes[words[0]] = (y * turn, x * turn)
        elif part == "@edges" and len(words) == 3:
            edges.append((int(words[2]), words[0], words[1]))
        elif part == "@srlgs":
            groups.add(frozenset(map(int, words)))
    edges.sort()
    snapshot = placed([(a, b) for _, a, b in edges], nodes, [])
    return snapshot, groups, [label for label, _, _ in edges]


@pytest.mark.skipif(
    not PUBLISHED.is_dir(), reason="the lists are not beside the repository (../shared/data)"
)
@pytest.mark.parametrize("name", LISTS)
def test_the_srlgs_of_discs_are_those_published_set_for_set(name: str) -> None:
    for radius, count in zip((50, 100, 200, 500), LISTS[name], strict=True):
        path = PUBLISHED / str(radius) / f"{name}_scaled_srg.lgf"
        snapshot, groups, labels = published(path)
        found = {
            frozenset(labels[int(link)] for link in links)
            for links in induced_srlgs(snapshot, float(radius))
        }
        assert len(groups) == count
        assert found == groups


def scattered(seed: int) -> Snapshot:
    """Draw ten sites within some 60 km, chained and chorded, the first a core."""
    rng = random.Random(seed)
    at = {
        f"s{number}": (54 + rng.uniform(0, 0.5), 23 + rng.uniform(0, 0.9)) for number in range(10)
    }
    edges = [(f"s{number}", f"s{rng.randrange(number)}") for number in range(1, 10)]
    edges += [(f"s{rng.randrange(5)}", f"s{rng.randrange(5, 10)}") for _ in range(3)]
    return placed(edges, at, ["s0"])


def along(a: Position, b: Position, steps: int = 400) -> list[Position]:
    """Walk the great circle from a to b."""
    return [
        destination(a, azimuth_deg(a, b), distance_m(a, b) * step / steps)
        for step in range(steps + 1)
    ]


@pytest.mark.parametrize("seed", range(3))
def test_a_disc_hits_the_links_that_a_walk_along_them_meets(seed: int) -> None:
    snapshot = scattered(seed)
    centre = Position(latitude_deg=54.25, longitude_deg=23.4)
    disc = Disc(latitude_deg=54.25, longitude_deg=23.4, radius_m=12_000)
    hit = struck(snapshot, disc).links
    for row, link in enumerate(snapshot.links):
        a, b = (
            Position(
                latitude_deg=float(snapshot.latitude_deg[site]),
                longitude_deg=float(snapshot.longitude_deg[site]),
            )
            for site in snapshot.link_ends[row]
        )
        nearest_m = min(distance_m(centre, place) for place in along(a, b))
        if abs(nearest_m - 12_000) > 100:  # the walk has steps
            assert (link in hit) == (nearest_m < 12_000), link
        received = min(distance_m(centre, end) for end in (a, b)) < 12_000
        assert (link in struck(snapshot, replace(disc, mode=Mode.RECEIVER)).links) == received


@pytest.mark.parametrize("mode", list(Mode))
@pytest.mark.parametrize("seed", range(2))
def test_no_disc_anywhere_takes_more_than_the_worst_one(seed: int, mode: Mode) -> None:
    snapshot = scattered(seed)
    worst = worst_discs(snapshot, 9_000, mode, exclude_core=True)
    taken = max(len(each.inside.sites) + len(each.outside.sites) for each in worst)
    rng = random.Random(seed + 100)
    seen = 0
    for _ in range(500):
        disc = Disc(
            latitude_deg=54 + rng.uniform(-0.1, 0.6),
            longitude_deg=23 + rng.uniform(-0.1, 1.0),
            radius_m=9_000,
            mode=mode,
        )
        loss = disc_loss(snapshot, disc)
        if not loss.covers_cores:
            seen = max(seen, len(loss.inside.sites) + len(loss.outside.sites))
    assert seen <= taken
    assert any(
        disc_loss(snapshot, each.disc).hit == each.hit
        and len(each.inside.sites) + len(each.outside.sites) == taken
        for each in worst
    )
    assert not any(each.covers_cores for each in worst)


def test_a_disc_on_the_core_is_flagged_and_sites_outside_it_are_told_apart() -> None:
    snapshot = placed(
        [("hq", "near"), ("near", "far")],
        {"hq": (54.0, 23.0), "near": (54.05, 23.0), "far": (54.5, 23.0)},
        ["hq"],
    )
    loss = disc_loss(snapshot, Disc(latitude_deg=54.0, longitude_deg=23.0, radius_m=8_000))
    assert loss.covers_cores == ("hq",)
    assert loss.hit.links == {"0", "1"}
    assert loss.inside.sites == ("near",)
    assert loss.outside.sites == ("far",)
    strike = Disc(latitude_deg=54.05, longitude_deg=23.0, radius_m=100, mode=Mode.SITE)
    assert disc_loss(snapshot, strike).hit.sites == {"near"}
    assert not disc_loss(snapshot, strike).covers_cores


def test_the_date_line_and_the_pole_are_places_like_others() -> None:
    snapshot = placed(
        [("w", "e"), ("p", "q")],
        {"w": (10.0, 179.9), "e": (10.0, -179.9), "p": (89.9, 0.0), "q": (89.9, 180.0)},
        ["w", "p"],
    )
    assert struck(snapshot, Disc(latitude_deg=10.0, longitude_deg=180.0, radius_m=500)).links == {
        "0"
    }
    assert struck(snapshot, Disc(latitude_deg=90.0, longitude_deg=77.0, radius_m=5)).links == {"1"}


def test_a_disc_that_cannot_be_is_refused() -> None:
    with pytest.raises(NetworkError, match="a radius of 0 m is outside"):
        Disc(latitude_deg=0, longitude_deg=0, radius_m=0)
    with pytest.raises(NetworkError, match="a disc at 91, 0 is not on the earth"):
        Disc(latitude_deg=91, longitude_deg=0, radius_m=1)
    with pytest.raises(NetworkError, match="site 'a' has no position; discs need one"):
        worst_discs(of_edges([("a", "b")], cores=["b"]), 1000)
    with pytest.raises(NetworkError, match="SRLGs are sets of links"):
        induced_srlgs(scattered(0), 1000, Mode.SITE)
