"""What goes into a link must come out of it, errors and drops on arrival counted."""

from dataclasses import replace

import numpy as np

from netmon.detection.conservation import Conservation, ConservationSettings, Vanished
from netmon.detection.frame import Frame, compile_frame
from tests.builders import Scene, make_network

Rates = dict[str, tuple[float, float]]  # of the two ends of one link


class Line:
    """One fibre between two ports, whose counters say what a test lets them say."""

    def __init__(self) -> None:
        self._scene = Scene(make_network("hq-a"))
        self._scene.tick()
        self.frame: Frame = compile_frame(self._scene.network, self._scene.readings())
        self.conservation = Conservation(1, ConservationSettings(polls=4))

    def live(
        self, rates: Rates, *, polls: int, updated: tuple[bool, bool] = (True, True)
    ) -> Vanished:
        readings = self._scene.readings().interfaces
        rows = [int(self.frame.a_row[0]), int(self.frame.b_row[0])]
        told = {}
        for name, (at_a, at_b) in rates.items():
            told[name] = np.full(len(readings.ids), np.nan)
            told[name][rows] = at_a, at_b
        flags = np.zeros(len(readings.ids), dtype=np.bool_)
        flags[rows] = updated
        read = replace(readings, rates=told, updated=flags)
        found = [self.conservation.look(read, self.frame) for _ in range(polls)]
        return found[-1]


WELL: Rates = {
    "out_unicast_packets": (1000.0, 400.0),
    "in_unicast_packets": (400.0, 1000.0),
    "in_errors": (0.0, 0.0),
}
LOSSY: Rates = WELL | {"in_unicast_packets": (400.0, 700.0)}


def test_a_third_that_never_arrives_is_told_after_four_polls_of_both_ends() -> None:
    line = Line()
    assert not line.live(LOSSY, polls=3).any[0]
    found = line.live(LOSSY, polls=1)
    assert found.found[:, 0].tolist() == [True, False]  # from a to b alone
    (said,) = line.conservation.evidence(0, found, line.frame)
    assert said.words.startswith("30% of the packets that hq-r:")
    assert "never reach a-r:" in said.words


def test_what_arrives_with_errors_has_not_vanished() -> None:
    jammed = LOSSY | {"in_errors": (0.0, 300.0)}
    assert not Line().live(jammed, polls=20).any[0]


def test_one_end_that_is_not_read_again_says_nothing_new() -> None:
    assert not Line().live(LOSSY, polls=20, updated=(True, False)).any[0]


def test_a_moment_is_none() -> None:
    line = Line()
    for _ in range(5):
        assert not line.live(LOSSY, polls=3).any[0]
        assert not line.live(WELL, polls=1).any[0]


def test_a_line_on_which_hardly_anything_is_sent_proves_nothing() -> None:
    idle = {"out_unicast_packets": (9.0, 9.0), "in_unicast_packets": (0.0, 0.0)}
    assert not Line().live(idle, polls=20).any[0]


def test_octets_tell_where_packets_are_not_counted() -> None:
    lossy = {"out_octets": (1e6, 1e6), "in_octets": (1e6, 2e5)}
    assert Line().live(lossy, polls=4).found[:, 0].tolist() == [True, False]
