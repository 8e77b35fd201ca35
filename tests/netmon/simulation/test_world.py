"""The world is a function of seed and time, and obeys physics."""

import numpy as np
import pytest

from netmon.config.load import Configuration
from netmon.simulation.noise import Floats
from netmon.simulation.story import drill
from netmon.simulation.world import Sample, World
from tests.netmon.simulation.conftest import MakeWorld
from topology.model import DeviceId, InterfaceId, LinkId, Polarisation, SiteId
from topology.propagation import rain_attenuation_db_per_km
from topology.reachability import Reachability

CALM, RAIN, JAMMED, CUT, BATTERY, DARK, AFTER = 3.0, 16.0, 36.0, 52.0, 65.0, 75.0, 88.0


def at(world: World, *times: float) -> Sample:
    return world.sample(np.array(times))


def value(world: World, quantity: str, interface: str, time: float) -> float:
    row = world.interface_rows[InterfaceId(interface)]
    return float(at(world, time).interfaces[quantity][0, row])


def device_value(world: World, quantity: str, device: str, time: float) -> float:
    return float(at(world, time).devices[quantity][0, world.device_rows[DeviceId(device)]])


def everything(sample: Sample) -> list[Floats]:
    columns = [*sample.devices.values(), *sample.interfaces.values()]
    return [*columns, sample.rtt_seconds, sample.loss_ratio, sample.ipdv_seconds]


def test_same_seed_same_world(make_world: MakeWorld) -> None:
    times = (-5000.0, CALM, RAIN, JAMMED, DARK)
    first, second = at(make_world(seed=7), *times), at(make_world(seed=7), *times)
    for one, other in zip(everything(first), everything(second), strict=True):
        np.testing.assert_array_equal(one, other)


def test_another_seed_is_another_world(make_world: MakeWorld) -> None:
    first, second = at(make_world(seed=7), CALM), at(make_world(seed=8), CALM)
    assert not np.array_equal(first.rtt_seconds, second.rtt_seconds)
    assert not np.array_equal(first.interfaces["in_octets"], second.interfaces["in_octets"])


def test_an_instant_is_the_same_alone_and_among_others(world: World) -> None:
    times = (-86_400.0, -60.0, CALM, RAIN, JAMMED, CUT, DARK, AFTER)
    together = at(world, *times)
    for row, time in enumerate(times):
        alone = at(world, time)
        for one, other in zip(everything(alone), everything(together), strict=True):
            np.testing.assert_allclose(one[0], other[row], rtol=1e-12)


def test_clear_sky_is_steady_and_as_planned(world: World) -> None:
    sample = world.sample(np.arange(-86_400.0, 0.0, 300.0))
    level = sample.interfaces["rsl_dbm"]
    heard = np.isfinite(level).all(axis=0)
    scatter_db = level[:, heard].std(axis=0)
    assert heard.sum() == 32  # two receivers on each of 16 radio links
    assert (scatter_db > 0.1).all()
    assert (scatter_db < 0.8).all()
    snr_db = sample.interfaces["snr_db"][:, heard]
    assert snr_db.min() > 10
    assert snr_db.max() < 40


def test_nothing_happens_before_the_story(world: World) -> None:
    sample = world.sample(np.arange(-86_400.0, 0.0, 300.0))
    assert sample.answers.all()
    assert (sample.interfaces["oper_status"] == 1).all()
    assert sample.loss_ratio.max() < 1e-4


def test_rain_falls_on_both_bands_in_the_ratio_of_p838(make_world: MakeWorld) -> None:
    world = make_world("rain")
    loss_db = {}
    for radio in ("radio1", "radio2"):
        before, during = (
            value(world, "tsl_dbm", f"terespol-mw1:{radio}", time)
            - value(world, "rsl_dbm", f"terespol-mw1:{radio}", time)
            for time in (CALM, RAIN)
        )
        loss_db[radio] = during - before
    ratios = [
        rain_attenuation_db_per_km(38.2e9, Polarisation.VERTICAL, rain)
        / rain_attenuation_db_per_km(23.1e9, Polarisation.VERTICAL, rain)
        for rain in (5.0, 50.0)
    ]
    assert loss_db["radio1"] > 8
    assert min(ratios) - 0.2 < loss_db["radio2"] / loss_db["radio1"] < max(ratios) + 0.2


def test_rain_spares_the_other_regions_and_the_low_bands(make_world: MakeWorld) -> None:
    world = make_world("rain")
    calm, rain = (at(world, time).interfaces["rsl_dbm"][0] for time in (CALM, RAIN))
    fades = calm - rain
    faded = {interface for interface, row in world.interface_rows.items() if fades[row] > 3}
    assert {str(interface).split("-")[0] for interface in faded} == {
        "koroszczyn", "terespol", "most",
    }  # fmt: skip


def test_atpc_hides_a_fade_in_the_level_but_not_in_the_total_loss(make_world: MakeWorld) -> None:
    world = make_world("rain")
    calm, rain = at(world, CALM), at(world, RAIN)
    row = world.interface_rows[InterfaceId("terespol-mw1:radio3")]
    raised_db = rain.interfaces["tsl_dbm"][0, row] - calm.interfaces["tsl_dbm"][0, row]
    assert raised_db == pytest.approx(6.0)


@pytest.mark.parametrize("radio", ["kulgu-s61", "joesuu-s61", "narva-s61", "narva-s62"])
def test_a_jammer_takes_quality_and_raises_noise_while_the_level_holds(
    make_world: MakeWorld, radio: str
) -> None:
    world = make_world("jammer")
    calm, jammed = 3.0, 12.0
    lost_db = {
        quantity: value(world, quantity, f"{radio}:wifi0", calm)
        - value(world, quantity, f"{radio}:wifi0", jammed)
        for quantity in ("rsl_dbm", "snr_db", "noise_floor_dbm")
    }
    assert abs(lost_db["rsl_dbm"]) < 1
    assert lost_db["snr_db"] > 5
    assert lost_db["noise_floor_dbm"] < -8


def test_a_jammer_leaves_the_other_bands_of_the_place_alone(make_world: MakeWorld) -> None:
    world = make_world("jammer")
    for interface in ("patrol-rut1:wwan0", "patrol-tt1:air0", "narva-tb1:air0"):
        lost_db = value(world, "snr_db", interface, 3.0) - value(world, "snr_db", interface, 12.0)
        assert abs(lost_db) < 1


def test_the_jammed_link_stays_up_and_carries_less(make_world: MakeWorld) -> None:
    world = make_world("jammer")
    assert value(world, "oper_status", "joesuu-s61:wifi0", 12.0) == 1
    assert value(world, "capacity_bps", "joesuu-s61:wifi0", 12.0) < 0.6 * value(
        world, "capacity_bps", "joesuu-s61:wifi0", 3.0
    )


def test_a_cut_takes_both_fibres_and_the_ring_holds(world: World) -> None:
    for interface in ("vilnius-rt1:xe-0/0/2", "suwalki-mw1:eth1", "bialystok-rt1:xe-0/0/0"):
        assert value(world, "oper_status", interface, CUT) == 2
    assert at(world, CUT).answers.all()


def test_the_detour_takes_longer(world: World) -> None:
    row = world.device_rows[DeviceId("bialystok-rt1")]
    before, during = (at(world, time).rtt_seconds[0, row] for time in (CALM, CUT))
    assert 0.5e-3 < during - before < 5e-3


def test_battery_comes_before_dark(world: World) -> None:
    assert device_value(world, "on_battery", "luhamaa-pw1", CALM) == 0
    assert device_value(world, "on_battery", "luhamaa-pw1", BATTERY) == 1
    assert device_value(world, "battery_ratio", "luhamaa-pw1", BATTERY) < 0.9
    assert device_value(world, "supply_volts", "luhamaa-pw1", BATTERY) < 52
    assert world.answers(DeviceId("luhamaa-pw1"), BATTERY)
    assert not world.answers(DeviceId("luhamaa-pw1"), DARK)
    assert not world.answers(DeviceId("luhamaa-rt1"), DARK)
    assert value(world, "oper_status", "tartu-rt1:ge-0/0/2", DARK) == 2


def test_power_that_returns_starts_the_devices_anew(world: World) -> None:
    assert device_value(world, "uptime_seconds", "luhamaa-rt1", AFTER) == pytest.approx(2.0)
    assert device_value(world, "uptime_seconds", "luhamaa-rt1", BATTERY) > 86_400
    assert value(world, "out_octets", "luhamaa-rt1:ge-0/0/0", AFTER) < 1e9
    assert value(world, "out_octets", "luhamaa-rt1:ge-0/0/0", BATTERY) > 1e9


def test_who_answers_is_whom_the_topology_reaches(world: World, border: Configuration) -> None:
    network, site = border.network, SiteId("vilnius")
    reachability = Reachability(network)
    for time in np.arange(0.0, 90.0, 3.0).tolist():
        conditions = world._physics.at(np.array([time]))
        down = [
            link for link, up in zip(network.links, conditions.links_up[0], strict=True) if not up
        ]
        dark = [
            device
            for device, on in zip(network.devices, conditions.supply.powered[0], strict=True)
            if not on
        ]
        reached = reachability.reach([site], dark, down).devices
        answering = {device for device in network.devices if world.answers(device, time)}
        assert answering == reached, time


def test_counters_never_fall_while_a_device_runs(world: World) -> None:
    times = np.concatenate([np.arange(-7200.0, 0.0, 300.0), np.arange(0.0, 100.0, 0.5)])
    sample = world.sample(times)
    luhamaa = [row for name, row in world.interface_rows.items() if str(name).startswith("luhamaa")]
    for name in ("in_octets", "out_octets", "in_unicast_packets", "in_errors", "errored_seconds"):
        steps = np.diff(np.delete(sample.interfaces[name], luhamaa, axis=1), axis=0)
        assert (steps >= 0).all(), name


def test_what_goes_in_at_one_end_comes_out_at_the_other(world: World) -> None:
    def moved(quantity: str, interface: str) -> float:
        return value(world, quantity, interface, -60.0) - value(world, quantity, interface, -3660.0)

    sent = moved("out_octets", "vilnius-rt1:xe-0/0/0")
    assert sent > 1e6
    assert moved("in_octets", "daugavpils-rt1:xe-0/0/0") == pytest.approx(sent, rel=1e-9)


def test_nothing_is_carried_while_a_fibre_is_cut(world: World) -> None:
    before = value(world, "out_octets", "vilnius-rt1:xe-0/0/3", 47.0)
    after = value(world, "out_octets", "vilnius-rt1:xe-0/0/3", 58.0)
    assert after == before


def test_counters_never_fall_through_the_rounds_of_a_story(make_world: MakeWorld) -> None:
    world = make_world("fibre", repeats=True)
    times = np.arange(-1.0, 400.0, 0.2)
    for name in ("in_octets", "out_octets", "out_discards", "unavailable_seconds"):
        assert (np.diff(world.sample(times).interfaces[name], axis=0) >= 0).all(), name


def test_a_story_that_repeats_begins_anew(make_world: MakeWorld) -> None:
    world = make_world(repeats=True)
    for round_ in (0.0, 90.0, 900.0):
        assert not world.answers(DeviceId("luhamaa-rt1"), round_ + DARK)
        assert world.answers(DeviceId("luhamaa-rt1"), round_ + CALM)
    first = value(world, "out_octets", "vilnius-rt1:xe-0/0/3", CALM)
    assert value(world, "out_octets", "vilnius-rt1:xe-0/0/3", 90.0 + CALM) > first
    assert device_value(world, "uptime_seconds", "luhamaa-rt1", 90.0 + CALM) == pytest.approx(7.0)


def test_a_quiet_story_is_quiet(make_world: MakeWorld) -> None:
    world = make_world("quiet")
    sample = world.sample(np.arange(0.0, 300.0, 5.0))
    assert sample.answers.all()
    assert (sample.interfaces["oper_status"] == 1).all()
    assert drill("quiet").expected == ()


def test_every_link_of_the_story_exists(border: Configuration) -> None:
    for expected in drill("border").expected:
        for subject in (*expected.any_of, *expected.includes):
            if subject.kind == "link":
                assert LinkId(subject.id) in border.network.links
        assert set(expected.around) <= set(border.network.sites)
