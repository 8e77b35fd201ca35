"""What the state remembers of echoes."""

import numpy as np
import pytest

from collectors.observation import Outcome
from tests.netmon.state_builders import INTERVAL_SECONDS, NARVA, echoed, ended, make_state


def test_loss_rtt_and_ipdv_are_those_of_the_last_burst() -> None:
    state = make_state()
    state.remember_echo(echoed(NARVA, 10, 0.010, 0.014, 0.011, 0.012))
    devices = state.readings(10, 10).devices
    assert devices.loss_ratio[0] == pytest.approx(0.2)
    assert devices.rtt_seconds[0] == pytest.approx(0.0115)
    assert devices.ipdv_seconds[0] == pytest.approx(0.008 / 3)
    assert np.isnan(devices.loss_ratio[1])


def test_duplicates_do_not_hide_a_loss() -> None:
    state = make_state()
    state.remember_echo(echoed(NARVA, 10, 0.01, 0.01, duplicates=3))
    assert state.readings(10, 10).devices.loss_ratio[0] == pytest.approx(0.6)
    assert state.devices.echoes_duplicate[0] == 3


def test_silence_is_whole_loss_and_no_rtt() -> None:
    state = make_state()
    state.remember_echo(echoed(NARVA, 10))
    devices = state.readings(10, 10).devices
    assert devices.loss_ratio[0] == 1
    assert np.isnan(devices.rtt_seconds[0])
    assert devices.ping_timeouts[0] == 1


def test_unreachable_said_by_a_router_is_no_sign_of_life() -> None:
    state = make_state()
    state.remember_echo(echoed(NARVA, 10, outcome=Outcome.REFUSED))
    devices = state.readings(10, 10).devices
    assert devices.ping_timeouts[0] == 1
    assert np.isinf(devices.answered_age_seconds[0])


def test_any_reply_ends_the_row_of_silent_bursts() -> None:
    state = make_state()
    state.remember_echo(echoed(NARVA, 10))
    state.remember_echo(echoed(NARVA, 20, 0.02))
    assert state.readings(20, 20).devices.ping_timeouts[0] == 0


@pytest.mark.parametrize("outcome", [Outcome.TOO_LATE, Outcome.NOT_POLLED])
def test_a_burst_we_spoilt_ourselves_changes_nothing(outcome: Outcome) -> None:
    state = make_state()
    state.remember_echo(echoed(NARVA, 10, 0.01, sent=1))
    state.remember_echo(echoed(NARVA, 20, outcome=outcome))
    devices = state.readings(21, 21).devices
    assert devices.loss_ratio[0] == 0
    assert devices.ping_timeouts[0] == 0
    assert devices.polled_age_seconds[0] == 11


def test_echoes_too_old_are_unknown() -> None:
    state = make_state()
    state.remember_echo(echoed(NARVA, 10, 0.01))
    state.settle(10 + 2.5 * INTERVAL_SECONDS + 0.1)
    assert np.isnan(state.readings(40, 40).devices.loss_ratio[0])
    assert np.isnan(state.readings(40, 40).devices.rtt_seconds[0])


def test_a_burst_older_than_the_last_is_ignored() -> None:
    state = make_state()
    state.remember_echo(echoed(NARVA, 20, 0.01))
    state.remember_echo(echoed(NARVA, 10))
    assert state.readings(20, 20).devices.ping_timeouts[0] == 0
    assert state.tally.belated == 1


def test_ways_of_asking_have_rows_of_their_own() -> None:
    state = make_state()
    state.remember(ended(NARVA, 10, Outcome.TIMEOUT))
    state.remember_echo(echoed(NARVA, 5, 0.01))
    devices = state.readings(11, 11).devices
    assert (devices.snmp_timeouts[0], devices.ping_timeouts[0]) == (1, 0)
    assert devices.answered_age_seconds[0] == 6
    assert devices.polled_age_seconds[0] == 1


def test_a_burst_is_news_once_however_often_the_device_is_polled_otherwise() -> None:
    state = make_state()
    state.remember_echo(echoed(NARVA, 10, 0.01))
    assert state.readings(10, 10).devices.echoed[0]
    state.remember(ended(NARVA, 11, Outcome.TIMEOUT))
    assert not state.readings(11, 11).devices.echoed[0]
    state.remember_echo(echoed(NARVA, 12, outcome=Outcome.TOO_LATE))
    assert not state.readings(12, 12).devices.echoed[0]
    state.remember_echo(echoed(NARVA, 20, 0.01))
    assert state.readings(20, 20).devices.echoed[0]


def test_a_burst_that_took_longer_than_a_judging_cycle_is_news_all_the_same() -> None:
    state = make_state()
    state.readings(14, 14)
    state.remember_echo(echoed(NARVA, 10, 0.01))  # it began long before
    assert state.readings(15, 15).devices.echoed[0]
