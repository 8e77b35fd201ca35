"""One rain costs each link what its band and length let expect."""

import numpy as np
import pytest

from netmon.detection.frame import compile_frame
from netmon.detection.neighbours import Neighbours
from netmon.detection.signs import Sign
from tests.builders import Scene, make_network

NAMES = ("hq-a", "a-b", "b-c")  # 8 km each, in a chain
GHZ = {"hq-a": 38.0, "a-b": 23.0, "b-c": 38.0}


def says(lost_db: float, **others: float) -> Sign | None:
    """Return what the neighbours of a-b say when it has lost so much."""
    network = make_network(*NAMES, ghz=GHZ)
    scene = Scene(network)
    frame = compile_frame(network, scene.readings())
    losses = np.full(len(frame.link_ids), np.nan)
    for name, loss in {"a-b": lost_db, **others}.items():
        losses[[str(link) for link in frame.link_ids].index(name.replace("_", "-"))] = loss
    row = [str(link) for link in frame.link_ids].index("a-b")
    return Neighbours(frame).sign(row, lost_db, losses)


@pytest.mark.parametrize(
    ("lost_db", "others", "sign"),
    [
        # P.838-3, 8 km: 20 mm/h cost about 18 dB at 23 GHz and 40 dB at 38 GHz.
        (18.0, {"hq_a": 40.0, "b_c": 0.2}, Sign.NEIGHBOURS_FADE),
        (18.0, {"hq_a": 10.0, "b_c": 0.2}, Sign.NEIGHBOURS_FADE_LESS),
        (10.0, {"hq_a": 0.4, "b_c": 0.3}, Sign.NEIGHBOURS_DRY),
    ],
)
def test_neighbours_tell_whether_one_rain_explains_both(
    lost_db: float, others: dict[str, float], sign: Sign
) -> None:
    assert says(lost_db, **others) is sign


def test_a_dry_neighbour_at_one_end_alone_proves_nothing() -> None:
    assert says(10.0, hq_a=0.2) is None


def test_who_has_no_neighbours_hears_nothing() -> None:
    assert says(10.0) is None
