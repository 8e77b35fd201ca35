"""Every cause does to the network what physics says, to whom physics says, and to nobody else."""

from collections.abc import Callable
from typing import TypedDict

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netmon.config.load import Configuration
from netmon.simulation import events as happen
from netmon.simulation.emitters import GnssJamming, Interferer, Jammer, JammerKind
from netmon.simulation.events import Event
from netmon.simulation.jamming import heard_dbm, isolation_db, seconds_hit
from netmon.simulation.noise import Floats
from netmon.simulation.receivers import Receivers
from netmon.simulation.skies import Multipath, RadomeSnow, RainCell, RainField, SunOutage, WindSway
from netmon.simulation.story import Story
from netmon.simulation.world import World
from topology.geometry import destination
from topology.model import Carrier, DeviceId, InterfaceId, LinkId, Position, SiteId

BEGIN, END = 600.0, 3000.0
MIDDLE = np.arange(1500.0, 2100.0, 60.0)
CALM = np.arange(0.0, 600.0, 60.0)
LINK, NEAR, FAR = LinkId("mw-kuhmo-vartius"), "kuhmo-mw1:radio1", "vartius-mw1:radio1"
FIBRE, VSAT = LinkId("fo-vilnius-tartu"), LinkId("vs-vartius-tartu")
Tell = Callable[..., World]


class Lasting(TypedDict):
    """When an event of these tests is."""

    start_seconds: float
    end_seconds: float


@pytest.fixture(scope="session")
def tell(border: Configuration) -> Tell:
    def make(*events: Event, seconds: float = 3600.0) -> World:
        assert border.collector_site is not None
        story = Story(name="test", length_seconds=seconds, events=events)
        return World(border.network, collector_site=border.collector_site, story=story)

    return make


def change(world: World, quantity: str, interface: str, times: Floats = MIDDLE) -> float:
    row = world.interface_rows[InterfaceId(interface)]
    before, during = (world.sample(t).interfaces[quantity][:, row] for t in (CALM, times))
    return float(np.median(during) - np.median(before))


def counted(world: World, quantity: str, interface: str) -> tuple[float, float]:
    """Return how much a counter rose before the event, and within it."""
    row = world.interface_rows[InterfaceId(interface)]
    values = world.sample(np.array([0.0, BEGIN, END])).interfaces[quantity][:, row]
    return float(values[1] - values[0]), float(values[2] - values[1])


def jam(**changes: object) -> Jammer:
    given: dict[str, object] = {
        "start_seconds": BEGIN,
        "end_seconds": END,
        "position": Position(latitude_deg=59.372, longitude_deg=28.226),
        "eirp_dbm": 43.0,
        "carrier": Carrier(frequency_hz=5.77e9, width_hz=40e6),
    }
    return Jammer(**{**given, **changes})  # type: ignore[arg-type]


SPAN = Lasting(start_seconds=BEGIN, end_seconds=END)
ONE_WAY = [
    happen.TransmitterFault(**SPAN, interface=InterfaceId(NEAR), drop_db=9.0),
    happen.TransmitterFault(**SPAN, interface=InterfaceId(NEAR), drop_db=9.0, is_told=False),
    happen.ReceiverFault(**SPAN, interface=InterfaceId(FAR), drop_db=9.0),
]


@pytest.mark.parametrize("event", ONE_WAY)
def test_a_fault_of_one_radio_takes_one_direction(tell: Tell, event: Event) -> None:
    world = tell(event)
    lost = change(world, "tsl_dbm", NEAR) - change(world, "rsl_dbm", FAR)
    told = change(world, "tsl_dbm", NEAR)
    assert change(world, "rsl_dbm", FAR) == pytest.approx(-9.0 + max(told, 0.0), abs=0.7)
    assert lost >= (-0.7 if told < -1 else 8.3)
    assert abs(change(world, "rsl_dbm", NEAR)) < 0.7


@pytest.mark.parametrize(
    "event",
    [
        happen.Misalignment(**SPAN, link=LINK, loss_db=9.0),
        Multipath(**SPAN, links=(LINK,), depth_db=14.0, busy_ratio=1.0, is_dispersive=False),
    ],
)
def test_what_the_way_takes_it_takes_both_ways(tell: Tell, event: Event) -> None:
    world = tell(event)
    for here, there in ((NEAR, FAR), (FAR, NEAR)):
        assert change(world, "tsl_dbm", there) - change(world, "rsl_dbm", here) > 2


def test_a_misaligned_antenna_drifts(tell: Tell) -> None:
    world = tell(happen.Misalignment(**SPAN, link=LINK, loss_db=9.0, drift_seconds=2400.0))
    half = np.arange(1780.0, 1820.0, 5.0)
    lost = change(world, "tsl_dbm", NEAR, half) - change(world, "rsl_dbm", FAR, half)
    assert lost == pytest.approx(4.5, abs=0.7)


def test_a_compressed_amplifier_costs_quality_but_no_level(tell: Tell) -> None:
    event = happen.TransmitterFault(
        **SPAN, interface=InterfaceId(NEAR), drop_db=0.0, ceiling_db=20.0
    )
    world = tell(event)
    assert change(world, "snr_db", FAR) < -8
    assert abs(change(world, "rsl_dbm", FAR)) < 0.7
    assert abs(change(world, "noise_floor_dbm", FAR)) < 0.7


def test_wind_shakes_narrow_beams_most(tell: Tell) -> None:
    world = tell(WindSway(**SPAN, site=SiteId("terespol"), sway_deg=0.3))
    spread = {}
    for name, far in (("radio1", "koroszczyn-mw1:radio1"), ("radio3", "most-mw1:radio1")):
        values = world.sample(np.arange(1500.0, 2100.0, 1.0)).interfaces
        sent, heard = (world.interface_rows[InterfaceId(each)] for each in (
            f"terespol-mw1:{name}", far))  # fmt: skip
        lost = values["tsl_dbm"][:, sent] - values["rsl_dbm"][:, heard]
        spread[name] = float(lost.std())
    assert spread["radio3"] > 2 * spread["radio1"] > 0


def test_snow_lies_on_one_antenna_and_hits_both_ways_unequally(tell: Tell) -> None:
    world = tell(RadomeSnow(**SPAN, interface=InterfaceId(NEAR), depth_db=15.0, ramp_seconds=300))
    here = change(world, "tsl_dbm", FAR) - change(world, "rsl_dbm", NEAR)
    there = change(world, "tsl_dbm", NEAR) - change(world, "rsl_dbm", FAR)
    assert here == pytest.approx(15, abs=0.7)
    assert there == pytest.approx(12, abs=0.7)


def test_the_sun_behind_the_satellite_raises_noise_like_a_bell(tell: Tell) -> None:
    world = tell(SunOutage(**SPAN, links=(VSAT,), peak_db=12.0))
    row = world.interface_rows[InterfaceId("vartius-vs1:Demodulator-1")]
    noise = world.sample(np.array([700.0, 1200.0, 1800.0])).interfaces["noise_floor_dbm"][:, row]
    assert noise[2] - noise[0] == pytest.approx(12, abs=1.5)
    assert noise[0] < noise[1] < noise[2]


def test_a_lost_upstream_leaves_the_ports_up(tell: Tell) -> None:
    world = tell(happen.UpstreamLoss(**SPAN, links=(FIBRE,)))
    assert change(world, "oper_status", "vilnius-rt1:xe-0/0/1") == 0
    assert counted(world, "in_octets", "tartu-rt1:xe-0/0/0")[1] == 0
    assert counted(world, "out_octets", "vilnius-rt1:xe-0/0/1")[1] > 0
    # What is swallowed does not arrive with errors: no more than clear air makes of millions.
    assert counted(world, "in_errors", "tartu-rt1:xe-0/0/0")[1] < 50


def test_congestion_drops_and_delays_but_leaves_the_radio_alone(tell: Tell) -> None:
    world = tell(happen.Load(**SPAN, link=LinkId("mw-ludza-terehova"), extra_ratio=1.2))
    row = world.device_rows[DeviceId("terehova-mw1")]
    before, during = (world.sample(t).rtt_seconds[:, row].mean() for t in (CALM, MIDDLE))
    assert during - before > 1e-3
    calm, full = counted(world, "out_discards", "ludza-mw1:radio1")
    assert calm == 0
    assert full > 1000
    assert abs(change(world, "snr_db", "ludza-mw1:radio1")) < 0.7


def test_a_flood_is_many_small_packets_one_way_and_costs_processors(tell: Tell) -> None:
    load = happen.Load(
        **SPAN,
        link=FIBRE,
        extra_ratio=0.5,
        out_of=InterfaceId("vilnius-rt1:xe-0/0/1"),
        packet_octets=70.0,
        cpu_ratio=0.4,
    )
    world = tell(load)
    out, back = (
        counted(world, quantity, "vilnius-rt1:xe-0/0/1")
        for quantity in ("out_unicast_packets", "in_unicast_packets")
    )
    assert out[1] / (END - BEGIN) > 5 * out[0] / BEGIN
    assert back[1] / (END - BEGIN) < 2 * back[0] / BEGIN
    row = world.device_rows[DeviceId("tartu-rt1")]
    before, during = (world.sample(t).devices["cpu_ratio"][:, row].mean() for t in (CALM, MIDDLE))
    assert during - before == pytest.approx(0.4, abs=0.05)


def test_a_new_configuration_shows_as_set_and_restarts_the_link(tell: Tell) -> None:
    event = happen.ConfigurationChange(
        **SPAN, link=LINK, tsl_db=-4.0, frequency_hz=28e6, width_ratio=0.5
    )
    world = tell(event)
    assert change(world, "tsl_dbm", NEAR) == pytest.approx(-4, abs=0.1)
    assert change(world, "frequency_hz", NEAR) == 28e6
    assert change(world, "bandwidth_hz", FAR) == -14e6
    assert change(world, "oper_status", NEAR, np.array([BEGIN + 5.0])) == 1
    assert change(world, "oper_status", NEAR, np.array([BEGIN + 60.0])) == 0


def test_a_reboot_is_short_silence_and_a_new_uptime(tell: Tell) -> None:
    world = tell(happen.Reboot(start_seconds=600, end_seconds=720, device=DeviceId("tartu-rt1")))
    assert not world.answers(DeviceId("tartu-rt1"), 660.0)
    sample = world.sample(np.array([780.0]))
    row = world.device_rows[DeviceId("tartu-rt1")]
    assert sample.devices["uptime_seconds"][0, row] == pytest.approx(60)


def test_reset_counters_leave_the_uptime(tell: Tell) -> None:
    world = tell(
        happen.CounterReset(start_seconds=599, end_seconds=600, device=DeviceId("tartu-rt1"))
    )
    sample = world.sample(np.array([590.0, 610.0]))
    counts = sample.interfaces["out_octets"][:, world.interface_rows[
        InterfaceId("tartu-rt1:xe-0/0/0")]]  # fmt: skip
    assert counts[1] < counts[0] / 100
    uptime = sample.devices["uptime_seconds"][:, world.device_rows[DeviceId("tartu-rt1")]]
    assert uptime[1] - uptime[0] == pytest.approx(20)


def test_maintenance_takes_a_site_off(tell: Tell) -> None:
    world = tell(happen.Maintenance(**SPAN, site=SiteId("luhamaa")))
    assert not world.answers(DeviceId("luhamaa-pw1"), 1500.0)
    assert world.answers(DeviceId("tartu-rt1"), 1500.0)


def test_bad_firmware_says_a_wrong_level_and_nothing_else(tell: Tell) -> None:
    world = tell(happen.BadFirmware(
        start_seconds=0, end_seconds=3600, interface=InterfaceId(NEAR), jump_db=8.0,
        period_seconds=60.0))  # fmt: skip
    sample = world.sample(np.arange(0.0, 3600.0, 30.0))
    level = sample.interfaces["rsl_dbm"][:, world.interface_rows[InterfaceId(NEAR)]]
    quality = sample.interfaces["snr_db"][:, world.interface_rows[InterfaceId(NEAR)]]
    assert np.ptp(level) > 4
    assert np.ptp(quality) < 2


def test_gnss_jamming_alarms_clocks_first_and_hurts_time_sharing_radios_later(tell: Tell) -> None:
    narva = Position(latitude_deg=59.377, longitude_deg=28.19)
    world = tell(GnssJamming(
        start_seconds=600, end_seconds=3600, position=narva, radius_m=20_000,
        holdover_seconds=900))  # fmt: skip
    row = world.device_rows[DeviceId("narva-bs1")]
    early, late = world.sample(np.array([1200.0])), world.sample(np.array([3500.0]))
    assert early.devices["clock_holdover"][0, row] == 1
    assert early.devices["gnss_fix"][0, row] == 0
    assert late.devices["clock_holdover"][0, row] == 0
    radio = world.interface_rows[InterfaceId("narva-s61:wifi0")]
    rise = late.interfaces["noise_floor_dbm"] - early.interfaces["noise_floor_dbm"]
    assert rise[0, radio] == pytest.approx(8, abs=1.5)
    assert abs(rise[0, world.interface_rows[InterfaceId(NEAR)]]) < 1.5
    assert early.devices["gnss_fix"][0, world.device_rows[DeviceId("tartu-rt1")]] == 3


def test_an_interferer_disturbs_one_direction_in_working_hours(tell: Tell) -> None:
    day = 86_400.0
    event = Interferer(
        start_seconds=0, end_seconds=day, interface=InterfaceId(NEAR), rise_db=10.0,
        works_by_day=True)  # fmt: skip
    world = tell(event, seconds=day)
    noise = world.sample(np.array([3.0, 12.0, 22.0]) * 3600).interfaces["noise_floor_dbm"]
    here, there = (world.interface_rows[InterfaceId(name)] for name in (NEAR, FAR))
    assert noise[1, here] - noise[0, here] == pytest.approx(10, abs=1.5)
    assert abs(noise[2, here] - noise[0, here]) < 1.5
    assert abs(noise[1, there] - noise[0, there]) < 1.5


def test_low_duty_pulses_show_in_the_counters_though_not_in_the_quality(tell: Tell) -> None:
    world = tell(jam(kind=JammerKind.PULSED, duty_ratio=0.02, period_seconds=0.05))
    name = "kulgu-s61:wifi0"
    assert change(world, "snr_db", name) > -6
    calm, pulsed = counted(world, "errored_seconds", name)
    assert calm == 0
    assert pulsed == pytest.approx(END - BEGIN, abs=2)
    assert counted(world, "severely_errored_seconds", name)[1] == 0
    assert counted(world, "unavailable_seconds", name)[1] == 0


def test_a_sweep_comes_to_one_channel_after_the_other(tell: Tell) -> None:
    sweep = jam(
        kind=JammerKind.SWEEP,
        carrier=Carrier(frequency_hz=5.8e9, width_hz=400e6),
        spot_hz=10e6,
        period_seconds=40.0,
    )
    times = np.arange(BEGIN, END, 1.0)
    noise = tell(sweep).sample(times).interfaces["noise_floor_dbm"]
    rows = tell().interface_rows
    low, high = (
        noise[:, rows[InterfaceId(name)]] for name in ("kulgu-s61:wifi0", "joesuu-s61:wifi0")
    )
    hit_low, hit_high = low > np.median(low) + 5, high > np.median(high) + 5
    assert 0.08 < hit_low.mean() < 0.2
    lag = np.flatnonzero(hit_high)[0] - np.flatnonzero(hit_low)[0]
    assert 2 <= lag <= 8  # 45 of 400 MHz in 40 s
    assert 0.1 < counted(tell(sweep), "errored_seconds", "kulgu-s61:wifi0")[1] / 2400 < 0.25


def test_a_reactive_jammer_is_silent_in_an_idle_shared_channel(tell: Tell) -> None:
    world = tell(jam(kind=JammerKind.REACTIVE))
    name = "kulgu-s61:wifi0"
    assert abs(change(world, "noise_floor_dbm", name)) < 1
    assert change(world, "snr_db", name) < -5
    assert counted(world, "errored_seconds", name)[1] > 1000


def test_one_that_knows_the_protocol_needs_little_power_in_time(tell: Tell) -> None:
    plain, aware = (
        counted(
            tell(jam(kind=kind, duty_ratio=0.05, period_seconds=0.01)),
            "severely_errored_seconds",
            "kulgu-s61:wifi0",
        )[1]
        for kind in (JammerKind.PULSED, JammerKind.PROTOCOL_AWARE)
    )
    assert plain == 0
    assert aware > 2000


def test_a_moving_jammer_passes_from_victim_to_victim(tell: Tell) -> None:
    narva = Position(latitude_deg=59.377, longitude_deg=28.19)
    south, north = destination(narva, 190.0, 12_000), destination(narva, 340.0, 18_000)
    event = jam(position=south, track=(narva, north), eirp_dbm=25.0,
                carrier=Carrier(frequency_hz=5.8e9, width_hz=200e6))  # fmt: skip
    times = np.arange(BEGIN, END, 20.0)
    noise = tell(event).sample(times).interfaces["noise_floor_dbm"]
    rows = tell().interface_rows
    loudest = [
        times[noise[:, rows[InterfaceId(name)]].argmax()]
        for name in ("kulgu-s61:wifi0", "joesuu-s61:wifi0")
    ]
    assert loudest[0] < loudest[1]


def test_neighbouring_channels_are_spared_as_a_mask_says() -> None:
    victim = Carrier(frequency_hz=5.77e9, width_hz=40e6)

    def at(offset_hz: float, width_hz: float = 40e6) -> float:
        return isolation_db(victim, Carrier(frequency_hz=5.77e9 + offset_hz, width_hz=width_hz))

    assert at(0) == pytest.approx(0)
    assert at(20e6) == pytest.approx(3.01, abs=0.01)
    assert at(40e6) == pytest.approx(28.2)
    assert at(110e6) == pytest.approx(60)
    assert at(200e6) == np.inf
    assert at(0, 400e6) == pytest.approx(10)


@pytest.mark.parametrize(
    ("duty", "period", "touched", "held"),
    [
        (0.1, 0.01, 1.0, 0.0),
        (0.5, 0.01, 1.0, 1.0),
        (0.1, 20.0, 0.15, 0.12),
        (0.01, 10.0, 0.11, 0.0),
        (0.0, 5.0, 0.0, 0.0),
    ],
)
def test_seconds_that_pulses_touch(duty: float, period: float, touched: float, held: float) -> None:
    found = seconds_hit(np.array([duty]), period)
    assert [float(each[0]) for each in found] == pytest.approx([touched, held])


@settings(max_examples=25, deadline=None)
@given(st.floats(0, 360), st.floats(1_000, 40_000), st.floats(10, 60), st.floats(0, 40))
def test_jamming_is_heard_by_the_pattern_and_the_distance(
    border: Configuration, bearing: float, metres: float, eirp: float, obstruction: float
) -> None:
    receivers = Receivers(border.network, 1)
    one = next(each for each in receivers.each if each.interface == "kulgu-s61:wifi0")
    ahead = destination(one.position, one.azimuth_deg, metres)
    aside = destination(one.position, one.azimuth_deg + bearing, metres)
    event = jam(eirp_dbm=eirp, obstruction_db=obstruction)
    heard = heard_dbm(one, event, aside)
    assert heard <= heard_dbm(one, event, ahead) + 1e-6
    twice = destination(one.position, one.azimuth_deg + bearing, 2 * metres)
    assert heard - heard_dbm(one, event, twice) == pytest.approx(6.02, abs=0.2)
    for other in receivers.each:
        if other.carrier.frequency_hz > 7e9:
            assert heard_dbm(other, event, ahead) == -np.inf


def test_a_field_of_rain_lies_where_it_is_put_and_is_mirrored(tell: Tell) -> None:
    pictures = np.zeros((2, 21, 21))
    pictures[:, :, 11:] = 40.0  # the east is wet
    middle = Position(latitude_deg=52.0750, longitude_deg=23.6160)  # Terespol; most is east of it
    lost = {}
    for mirrored in (False, True):
        field = RainField(
            **SPAN, mm_per_h=pictures, step_seconds=300, pixel_m=1000, middle=middle,
            is_mirrored=mirrored)  # fmt: skip
        world = tell(field)
        lost[mirrored] = change(world, "tsl_dbm", "most-mw1:radio1") - change(
            world, "rsl_dbm", "terespol-mw1:radio3"
        )
    assert lost[False] > 10
    assert lost[True] < 0.5 * lost[False]


def test_an_antenna_stays_wet_after_the_rain(tell: Tell) -> None:
    at = Position(latitude_deg=52.078, longitude_deg=23.63)
    cell = RainCell(
        start_seconds=BEGIN, end_seconds=1800, begins_at=at, ends_at=at, radius_m=5000,
        peak_mm_per_h=20, wet_db=1.5, dry_seconds=900)  # fmt: skip
    world = tell(cell)
    name, sent = "terespol-mw1:radio3", "most-mw1:radio1"
    for after, expected in ((30.0, 2.7), (1000.0, 1.0)):
        times = np.array([1800.0 + after])
        lost = change(world, "tsl_dbm", sent, times) - change(world, "rsl_dbm", name, times)
        assert lost == pytest.approx(expected, abs=1.1)
    late = np.array([1800.0 + 2500])
    assert change(world, "tsl_dbm", sent, late) - change(world, "rsl_dbm", name, late) < 0.8


def test_a_film_of_water_costs_a_low_band_next_to_nothing(tell: Tell) -> None:
    narva = Position(latitude_deg=59.377, longitude_deg=28.19)
    cell = RainCell(
        start_seconds=BEGIN, end_seconds=1800, begins_at=narva, ends_at=narva, radius_m=5000,
        peak_mm_per_h=20, wet_db=3.0, dry_seconds=900)  # fmt: skip
    world = tell(cell)
    times = np.array([1800.0 + 30.0])  # rain is over, antennas at both ends are wet
    assert change(world, "rsl_dbm", "narva-s61:wifi0", times) > -2.6


def test_two_causes_at_once_add_up(tell: Tell) -> None:
    world = tell(
        happen.Misalignment(**SPAN, link=LINK, loss_db=4.0),
        Interferer(**SPAN, interface=InterfaceId(FAR), rise_db=12.0),
    )
    assert change(world, "tsl_dbm", NEAR) - change(world, "rsl_dbm", FAR) > 3
    assert change(world, "noise_floor_dbm", FAR) == pytest.approx(12, abs=1)
    assert abs(change(world, "noise_floor_dbm", NEAR)) < 1
