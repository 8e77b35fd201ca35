"""The alarm line follows from the false alarms one is willing to have, and noise keeps to it."""

import math

import numpy as np
import pytest

from netmon.detection.budget import (
    FalseAlarmBudget,
    alarm_line,
    likelihood_line,
    run_length,
)
from netmon.detection.change import Change, ChangeSettings
from netmon.detection.errored import ErroredSettings


def simulated_run_length(settings: ChangeSettings, persistence: float, *, seed: int = 5) -> float:
    """Return the mean polls to the first alarm of noise with a spread of one."""
    rows = 400
    change, noise = Change(rows, settings), np.random.default_rng(seed)
    everybody = np.ones(rows, dtype=bool)
    series = noise.normal(0.0, 1.0, rows)
    innovation = math.sqrt(1.0 - persistence**2)
    alarms, polls = 0, 6000
    for _ in range(polls):
        change.look(series, everybody)
        alarms += int(change.risen.sum())
        change = change.taken(np.where(change.risen, -1, np.arange(rows)))  # and begin anew
        series = persistence * series + innovation * noise.normal(0.0, 1.0, rows)
    return rows * polls / alarms


@pytest.mark.parametrize(("dead_band", "line"), [(0.5, 4.0), (0.75, 3.0), (1.0, 2.5), (1.5, 2.5)])
def test_white_noise_lasts_as_long_as_the_formula_says(dead_band: float, line: float) -> None:
    settings = ChangeSettings(
        dead_band=dead_band, alarm_at=line, clear_at=0.1, loudest=dead_band + line - 0.01
    )
    predicted = run_length(dead_band, line)
    assert simulated_run_length(settings, 0.0) == pytest.approx(predicted, rel=0.2)


def test_published_run_lengths_of_a_one_sided_chart_are_met() -> None:
    # Two-sided ARLs of 168 and 465 (k = 0.5, h = 4 and 5) are the textbook's: Montgomery,
    # Introduction to Statistical Quality Control, ch. 9; one side lasts twice as long.
    assert run_length(0.5, 4.0) / 2.0 == pytest.approx(168.0, rel=0.01)
    assert run_length(0.5, 5.0) / 2.0 == pytest.approx(465.0, rel=0.01)


def test_noise_that_persists_alarms_sooner_and_no_sooner_than_promised() -> None:
    """The line errs on the quiet side: short memories do not add up all the way."""
    settings = ChangeSettings(dead_band=0.75, alarm_at=4.0, clear_at=0.1, loudest=4.7)
    lasted = simulated_run_length(settings, 0.25)
    white, promised = run_length(0.75, 4.0), run_length(0.75, 4.0, 0.25)
    assert promised == pytest.approx(201.0, rel=0.01)
    assert white == pytest.approx(2054.0, rel=0.01)
    assert promised < lasted < 3.0 * promised < white


def test_the_line_in_use_keeps_a_tenth_of_an_alarm_per_link_and_month() -> None:
    budget = FalseAlarmBudget()
    # 86,400 polls of 30 s in a month, eight charts, one alarm in ten months.
    assert budget.run_length == pytest.approx(86_400 * 8 / 0.1)
    settings = ChangeSettings()
    assert alarm_line(settings.dead_band, budget) == pytest.approx(7.80, abs=0.01)
    assert settings.alarm_at == 8.0
    assert run_length(settings.dead_band, settings.alarm_at, 0.25) > budget.run_length


def test_who_wants_fewer_alarms_waits_longer() -> None:
    lines = [
        alarm_line(1.5, FalseAlarmBudget(alarms_per_link_month=rate)) for rate in (1.0, 0.1, 0.01)
    ]
    assert lines == sorted(lines)
    assert lines[2] - lines[0] > 2.0


def test_a_line_of_likelihoods_is_the_logarithm_of_the_run_length() -> None:
    assert likelihood_line(FalseAlarmBudget()) == pytest.approx(15.75, abs=0.01)
    assert likelihood_line(FalseAlarmBudget(charts_per_link=2)) == pytest.approx(14.36, abs=0.01)
    assert ErroredSettings().alarm_at == 15.0
