"""What the state remembers of polls, and what it does not make of them."""

from dataclasses import replace

import numpy as np
import pytest

from collectors.observation import Layout, Outcome
from netmon.state import State, StateSettings
from tests.netmon.state_builders import (
    INTERVAL_SECONDS,
    NARVA,
    NARVA_E0,
    TARTU,
    ended,
    make_layout,
    make_network,
    make_state,
    make_targets,
    polled,
    rates,
)
from topology.model import DeviceId, InterfaceId, interface_id

OCTETS = make_layout(NARVA, "in_octets")
ERRORS = make_layout(NARVA, "in_errors")


def rate_of(state: State, at: float, quantity: str = "in_octets") -> float:
    return rates(state, at)[quantity]


def gauge(state: State, quantity: str, interface: InterfaceId = NARVA_E0) -> float:
    readings = state.readings(0, 0)
    row = readings.interfaces.ids.index(interface)
    return float(readings.interfaces.gauges[quantity][row])


def test_a_gauge_is_what_was_last_read() -> None:
    state = make_state()
    layout = make_layout(NARVA, "rsl_dbm", "snr_db")
    state.remember(polled(layout, 10, -40.5, 30))
    state.remember(polled(layout, 20, -41.5, None))
    assert gauge(state, "rsl_dbm") == -41.5
    assert np.isnan(gauge(state, "snr_db"))


def test_a_rate_needs_two_readings() -> None:
    state = make_state()
    state.remember(polled(OCTETS, 10, 1000))
    assert np.isnan(rate_of(state, 11))
    state.remember(polled(OCTETS, 20, 6000))
    assert rate_of(state, 21) == 500


def test_a_rate_does_not_depend_on_how_often_is_settled() -> None:
    state = make_state()
    for at, value in ((10, 0), (20, 5000), (30, 20_000)):
        state.remember(polled(OCTETS, at, value))
        if at != 20:
            state.settle(at + 1)
    assert rate_of(state, 31) == 1000


def test_counters_of_64_bits_are_exact() -> None:
    state = make_state()
    state.remember(polled(OCTETS, 10, 2**64 - 5000))
    state.settle(11)
    state.remember(polled(OCTETS, 20, 2**64 - 1))
    assert rate_of(state, 21) == pytest.approx(499.9)
    assert state.counter(NARVA_E0, "in_octets") == 2**64 - 1


def test_a_reboot_parts_the_counters() -> None:
    state = make_state()
    state.remember(polled(OCTETS, 10, 1000))
    state.settle(11)
    state.remember(polled(OCTETS, 20, 90_000, uptime_seconds=5))
    assert np.isnan(rate_of(state, 21))
    state.remember(polled(OCTETS, 30, 91_000, uptime_seconds=15))
    assert rate_of(state, 31) == 100
    assert state.readings(31, 31).devices.rebooted_age_seconds[0] == 11


def test_a_reboot_parts_also_a_counter_that_was_absent_then() -> None:
    state = make_state()
    state.remember(polled(OCTETS, 10, 1000))
    state.settle(11)
    state.remember(polled(OCTETS, 20, None, uptime_seconds=5))
    state.settle(21)
    state.remember(polled(OCTETS, 30, 91_000, uptime_seconds=15))
    assert np.isnan(rate_of(state, 31))


def test_a_sysuptime_that_passed_497_days_is_no_reboot() -> None:
    state = make_state()
    state.remember(polled(OCTETS, 10, 1000, uptime_seconds=42_949_670.0))
    state.settle(11)
    state.remember(polled(OCTETS, 20, 6000, uptime_seconds=7.04))
    assert rate_of(state, 21) == 500


def test_two_polls_out_of_order_give_no_rate() -> None:
    state = make_state()
    state.remember(polled(OCTETS, 10, 1000))
    state.settle(11)
    state.remember(polled(OCTETS, 30, 6000))
    state.remember(polled(OCTETS, 20, 9000))
    assert rate_of(state, 31) == 250
    assert state.tally.belated == 1


def test_a_rate_above_the_speed_of_the_interface_is_refused() -> None:
    state = make_state(speed_bps=1e6)
    state.remember(polled(OCTETS, 10, 0))
    state.settle(11)
    state.remember(polled(OCTETS, 20, 10_000_000))
    assert np.isnan(rate_of(state, 21))


def test_the_speed_a_device_tells_bounds_its_rates_too() -> None:
    state = make_state()
    layout = make_layout(NARVA, "speed_bps", "in_octets")
    state.remember(polled(layout, 10, 1e6, 0))
    state.settle(11)
    state.remember(polled(layout, 20, 1e6, 10_000_000))
    assert np.isnan(rate_of(state, 21))


def test_a_refused_rate_adds_nothing_to_the_total() -> None:
    state = make_state(speed_bps=1e6)
    for at, value in ((10, 500), (20, 1500), (30, 10**9), (40, 10**9 + 1000)):
        state.remember(polled(OCTETS, at, value))
        state.settle(at + 1)
    assert state.interfaces.totals[0, 0] == 2000


def test_an_absent_counter_has_no_rate_and_is_joined_when_it_returns() -> None:
    state = make_state()
    state.remember(polled(OCTETS, 10, 0))
    state.settle(11)
    state.remember(polled(OCTETS, 20, None))
    assert np.isnan(rate_of(state, 21))
    state.remember(polled(OCTETS, 30, 2000))
    assert rate_of(state, 31) == 100


@pytest.mark.parametrize(
    "nonsense", [-1, 2**64, 10**400], ids=["negative", "too long", "far too long"]
)
def test_what_is_no_counter_is_absent(nonsense: int) -> None:
    state = make_state()
    layout = make_layout(NARVA, "in_octets", "out_octets")
    for at in (10, 20):
        state.remember(polled(layout, at, nonsense, at * 10))
        found = rates(state, at + 1)
    assert np.isnan(found["in_octets"])
    assert found["out_octets"] == 10


def test_a_value_older_than_two_and_a_half_intervals_is_unknown() -> None:
    state = make_state()
    layout = make_layout(NARVA, "rsl_dbm", "in_octets")
    for at in (10.0, 20.0):
        state.remember(polled(layout, at, -40, at))
        state.settle(at)
    edge = 20 + 2.5 * INTERVAL_SECONDS
    assert rate_of(state, edge) == 1
    assert np.isnan(rate_of(state, edge + 0.1))
    assert np.isnan(gauge(state, "rsl_dbm"))
    assert np.isinf(state.readings(edge, edge + 0.1).interfaces.age_seconds[0])


def test_a_counter_is_joined_across_a_silence_without_a_reboot() -> None:
    state = make_state()
    state.remember(polled(OCTETS, 10, 0))
    state.settle(100)
    state.remember(polled(OCTETS, 110, 1000))
    assert rate_of(state, 111) == 10


def test_an_agent_whose_sysuptime_stands_still_serves_old_data() -> None:
    state = make_state()
    for at in (10, 20, 30, 40, 50):
        state.remember(polled(OCTETS, at, 1000, uptime_seconds=77))
        state.settle(at + 1)
    assert state.stale_agents().tolist() == [True, False]
    assert np.isnan(rate_of(state, 51))


def test_timeouts_are_counted_in_a_row_and_any_answer_ends_the_row() -> None:
    state = make_state()
    for at in (10, 20):
        state.remember(ended(NARVA, at, Outcome.TIMEOUT))
    assert state.readings(20, 20).devices.snmp_timeouts.tolist() == [2, 0]
    state.remember(ended(NARVA, 30, Outcome.UNDECODABLE))
    devices = state.readings(32, 32).devices
    assert devices.snmp_timeouts.tolist() == [0, 0]
    assert devices.answered_age_seconds.tolist() == [2, np.inf]


@pytest.mark.parametrize(
    "outcome",
    [
        Outcome.UNDECODABLE,
        Outcome.MISMATCH,
        Outcome.ERROR_STATUS,
        Outcome.AUTH_ERROR,
        Outcome.REFUSED,
        Outcome.WALK_ABUSED,
    ],
)
def test_a_device_that_answers_nonsense_lives(outcome: Outcome) -> None:
    state = make_state()
    state.remember(ended(NARVA, 10, Outcome.TIMEOUT))
    state.remember(ended(NARVA, 20, outcome))
    assert state.readings(20, 20).devices.snmp_timeouts[0] == 0


@pytest.mark.parametrize("outcome", [Outcome.TOO_LATE, Outcome.NOT_POLLED])
def test_a_poll_we_missed_ourselves_says_nothing_of_the_device(outcome: Outcome) -> None:
    state = make_state()
    state.remember(ended(NARVA, 10, Outcome.TIMEOUT))
    state.remember(ended(NARVA, 20, outcome))
    devices = state.readings(21, 21).devices
    assert devices.snmp_timeouts[0] == 1
    assert devices.polled_age_seconds[0] == 11
    assert np.isinf(devices.answered_age_seconds[0])
    assert state.tally.snmp[outcome] == 1


def test_updated_speaks_of_the_time_since_the_last_readings() -> None:
    state = make_state()
    state.remember(polled(OCTETS, 10, 1))
    assert state.readings(11, 11).interfaces.updated.tolist() == [True, False]
    assert state.readings(12, 12).interfaces.updated.tolist() == [False, False]


def test_interfaces_that_a_device_tells_of_get_rows() -> None:
    state = make_state()
    found = [interface_id(NARVA, f"wlan{n}") for n in range(3)]
    layout = make_layout(NARVA, "rsl_dbm", interfaces=[NARVA_E0, *found])
    state.remember(polled(layout, 10, -1, -2, -3, -4))
    readings = state.readings(11, 11)
    assert readings.interfaces.ids[2:] == tuple(found)
    assert readings.interfaces.gauges["rsl_dbm"][2:].tolist() == [-2, -3, -4]
    assert readings.interfaces.device_row.tolist() == [0, 1, 0, 0, 0]
    assert readings.interfaces.ids is state.readings(12, 12).interfaces.ids


def test_a_device_with_too_many_interfaces_is_capped() -> None:
    network = make_network()
    state = State(network, make_targets(network), StateSettings(interfaces_per_device=3))
    for poll in range(4):  # new names with every poll: a hostile device, or a broken one
        names = [interface_id(NARVA, f"x{poll}-{n}") for n in range(10)]
        layout = make_layout(NARVA, "rsl_dbm", interfaces=names)
        state.remember(polled(layout, 10 * poll, *range(10)))
    assert len(state.readings(50, 50).interfaces.ids) == 4
    assert state.tally.interfaces_refused == 8 + 10 + 10 + 10


def test_columns_grow_without_losing_anything() -> None:
    network = make_network()
    state = State(network, make_targets(network), StateSettings(growth_rows=1))
    state.remember(polled(OCTETS, 10, 1000))
    state.settle(11)
    more = [interface_id(TARTU, f"x{n}") for n in range(50)]
    layout = make_layout(TARTU, "in_octets", interfaces=more)
    state.remember(polled(layout, 12, *range(50)))
    state.remember(polled(OCTETS, 20, 6000))
    assert rate_of(state, 21) == 500
    row = state.readings(21, 21).interfaces.ids.index(more[-1])
    assert state.counter(more[-1], "in_octets") == 49
    assert row == 51


def test_columns_that_grow_before_settling_keep_every_value_at_its_place() -> None:
    network = make_network()
    state = State(network, make_targets(network), StateSettings(growth_rows=1))
    more = [interface_id(TARTU, f"x{n}") for n in range(50)]
    layout = make_layout(TARTU, "in_octets", "out_octets", interfaces=more)
    both = make_layout(NARVA, "in_octets", "out_octets")
    state.remember(polled(both, 10, 1000, 2000))
    state.remember(polled(layout, 11, *range(100)))
    state.settle(12)
    state.remember(polled(both, 20, 6000, 9000))
    found = rates(state, 21)
    assert (found["in_octets"], found["out_octets"]) == (500, 700)
    assert np.isfinite(state.interfaces.totals[:2, :52]).sum() == 2 + 100


def test_another_layout_joins_nothing_and_leaves_nothing_behind() -> None:
    state = make_state()
    old = make_layout(NARVA, "rsl_dbm", "in_octets")
    for at in (10, 20):
        state.remember(polled(old, at, -40, at * 100))
        state.settle(at + 1)
    state.remember(polled(OCTETS, 30, 9999))
    assert np.isnan(rate_of(state, 31))
    assert np.isnan(gauge(state, "rsl_dbm"))


def test_an_interface_that_left_the_layout_has_no_age_and_no_total() -> None:
    state = make_state()
    extra = interface_id(NARVA, "x")
    both = make_layout(NARVA, "in_octets", interfaces=[NARVA_E0, extra])
    state.remember(polled(both, 10, 1, 2))
    state.settle(11)
    state.remember(polled(OCTETS, 20, 3))
    state.settle(21)
    readings = state.readings(21, 21)
    assert readings.interfaces.age_seconds.tolist() == [1, np.inf, np.inf]
    assert readings.interfaces.updated.tolist() == [True, False, False]
    assert np.isnan(state.interfaces.totals[0, 2])


def test_a_survivor_of_another_inventory_keeps_what_is_known() -> None:
    state = make_state()
    extra = interface_id(NARVA, "x")
    layout = make_layout(NARVA, "in_octets", interfaces=[NARVA_E0, extra])
    state.remember(polled(layout, 10, 1000, 1))
    state.settle(11)
    network = make_network(DeviceId("new-r1"), NARVA)
    state.replace(network, make_targets(network))
    state.remember(polled(layout, 20, 6000, 1))
    state.settle(21)
    readings = state.readings(21, 21)
    assert readings.devices.ids == ("new-r1", NARVA)
    assert TARTU not in " ".join(readings.interfaces.ids)
    row = readings.interfaces.ids.index(NARVA_E0)
    assert readings.interfaces.rates["in_octets"][row] == 500
    assert readings.links.a_row.tolist() == [0]
    assert readings.links.b_row.tolist() == [1]


def test_readings_before_a_reload_lose_no_rate_by_it() -> None:
    state = make_state()
    for at, value in ((10, 0), (20, 1000)):
        state.remember(polled(OCTETS, at, value))
        state.settle(at + 1)
    network = make_network()
    state.replace(network, make_targets(network))
    assert rate_of(state, 22) == 100


def test_an_observation_of_a_device_that_was_just_removed_is_dropped() -> None:
    state = make_state()
    state.remember(ended(DeviceId("gone"), 10, Outcome.OK))
    assert state.tally.strangers == 1


def test_an_observation_must_fit_its_layout() -> None:
    state = make_state()
    with pytest.raises(ValueError, match="one value, or None, for every cell"):
        state.remember(polled(OCTETS, 10, 1, 2))


def test_an_empty_network_has_empty_readings() -> None:
    network = make_network().empty()
    state = State(network, {})
    state.settle(1)
    assert state.readings(1, 1).devices.ids == ()


def narrow_layout(is_narrow: bool) -> Layout:
    layout = make_layout(NARVA, "in_octets")
    return replace(layout, narrow=frozenset(layout.cells[1:]) if is_narrow else frozenset())


def octets_per_second(state: State) -> float:
    state.settle(2)
    rates = state.readings(1.7e9, 2).interfaces.rates["in_octets"]
    return float(rates[state.interfaces.rows[NARVA_E0]])


@pytest.mark.parametrize(("is_narrow", "rate"), [(True, 15.0), (False, np.nan)])
def test_octets_in_32_bits_are_joined_where_they_passed_their_end(
    is_narrow: bool, rate: float
) -> None:
    state, layout = make_state(), narrow_layout(is_narrow)
    state.remember(polled(layout, 1, 2**32 - 10))
    state.settle(1)
    state.remember(polled(layout, 2, 5))
    assert octets_per_second(state) == pytest.approx(rate, nan_ok=True)


def test_a_counter_is_as_wide_as_the_last_layout_says_and_stays_so_through_a_reload() -> None:
    state, layout = make_state(), narrow_layout(True)
    state.remember(polled(layout, 1, 2**32 - 10))
    state.settle(1)
    state.replace(state.network, make_targets(state.network))
    state.remember(polled(layout, 2, 5))
    assert octets_per_second(state) == 15
    wide = narrow_layout(False)
    state.remember(polled(wide, 3, 2**32 - 10))
    state.settle(3)
    state.remember(polled(wide, 4, 5))
    assert np.isnan(octets_per_second(state))


@pytest.mark.parametrize(("speed_bps", "is_known"), [(1e9, True), (4e10, False), (None, True)])
def test_32_bits_of_an_interface_that_may_count_past_all_of_them_prove_nothing(
    speed_bps: float | None, is_known: bool
) -> None:
    state, layout = make_state(speed_bps=speed_bps), narrow_layout(True)
    state.remember(polled(layout, 1, 0))
    state.settle(1)
    state.remember(polled(layout, 2, 1000))
    assert np.isfinite(octets_per_second(state)) == is_known
