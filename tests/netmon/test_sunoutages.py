"""The verb sun-outages: a table of what is coming, from the inventory alone."""

from pathlib import Path

import pytest

from netmon.cli import main
from tests.netmon.config.writing import NETWORK, write

SATELLITE = (
    "  - {id: hub, ends: [narva-r1:sat0, tartu-r1:sat0], medium: vsat,\n"
    "     satellite: {longitude: 13.0, dish: 1.2 m, downlink: 11.7 GHz}}\n"
)


def test_a_year_has_its_outages_in_spring_and_autumn(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = write(tmp_path, NETWORK + SATELLITE)
    assert main(["sun-outages", str(file), "--days", "366"]) == 0
    told = [line.split("│")[1:] for line in capsys.readouterr().out.splitlines() if "hub" in line]
    assert {cells[1].strip() for cells in told} == {"narva", "tartu"}
    assert {cells[2].strip()[5:7] for cells in told} <= {"02", "03", "10"}
    assert 8 <= len(told) <= 40
    for cells in told:
        assert 0.0 < float(cells[4]) < 15.0


def test_without_a_satellite_it_says_what_to_write(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["sun-outages", str(write(tmp_path, NETWORK))]) == 0
    assert "satellite: {longitude: 13, dish: 1.2 m}" in capsys.readouterr().err


@pytest.mark.parametrize("days", ["0", "401", "-1", "a week"])
def test_days_that_are_none_are_refused(
    days: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["sun-outages", str(write(tmp_path, NETWORK)), f"--days={days}"])
    assert ended.value.code == 2
    assert "must be 1 to 400 days" in capsys.readouterr().err
