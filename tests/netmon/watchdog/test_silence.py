"""When a heartbeat that stopped is an alarm; `now` is an argument, so nobody sleeps."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netmon.watchdog.receiver import is_heartbeat
from netmon.watchdog.silence import News, Silence

MINUTE = 60.0


def test_a_chain_that_never_beats_is_silent_from_the_start() -> None:
    silence = Silence(began=100.0)
    assert silence.look(100.0 + 179.0) is None
    assert silence.look(100.0 + 180.0) is News.SILENT


def test_three_minutes_without_a_beat_are_an_alarm_told_again_every_hour() -> None:
    silence = Silence(began=0.0)
    assert silence.beat(10.0) is None
    assert silence.look(189.0) is None
    assert silence.look(190.0) is News.SILENT
    assert silence.look(191.0) is None
    assert silence.look(190.0 + 3599.0) is None
    assert silence.look(190.0 + 3600.0) is News.STILL_SILENT
    assert silence.look(190.0 + 3601.0) is None


def test_a_beat_after_an_alarm_is_told_once() -> None:
    silence = Silence(began=0.0)
    silence.look(200.0)
    assert silence.beat(201.0) is News.BACK
    assert silence.beat(261.0) is None
    assert silence.look(300.0) is None


@given(st.lists(st.tuples(st.floats(0.1, 400.0), st.booleans()), max_size=60))
def test_nobody_hears_of_a_recovery_without_an_alarm(steps: list[tuple[float, bool]]) -> None:
    silence, now, is_on = Silence(began=0.0), 0.0, False
    for seconds, beats in steps:
        now += seconds
        news = silence.beat(now) if beats else silence.look(now)
        if news is News.SILENT:
            assert not is_on
            is_on = True
        elif news is News.STILL_SILENT:
            assert is_on
        elif news is News.BACK:
            assert is_on
            is_on = False


def _hook(*alerts: object) -> dict[str, object]:
    return {"version": "4", "alerts": list(alerts)}


def test_only_a_firing_watchdog_is_a_beat() -> None:
    beat = {"status": "firing", "labels": {"alertname": "Watchdog"}}
    assert is_heartbeat(_hook(beat))
    assert is_heartbeat(_hook({"status": "firing", "labels": {"alertname": "Other"}}, beat))


@pytest.mark.parametrize(
    "other",
    [
        _hook({"status": "resolved", "labels": {"alertname": "Watchdog"}}),
        _hook({"status": "firing", "labels": {"alertname": "NetmonAbsent"}}),
        _hook({"status": "firing", "labels": "Watchdog"}),
        _hook(None, 3, []),
        _hook(),
        {"alerts": {"status": "firing"}},
        [],
        "Watchdog",
        None,
    ],
)
def test_anything_else_is_none(other: object) -> None:
    assert not is_heartbeat(other)
