"""What others wrote is shown on a terminal, and does not command it."""

from netmon.topo.visible import visible


def test_controls_and_direction_marks_are_shown_as_such_and_lines_stay_lines() -> None:
    assert visible("422: \x1b[2J\x9b\u202e\ud800 no\nJõhvi") == "422: �[2J��� no\nJõhvi"
