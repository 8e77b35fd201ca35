"""Made-up borders, meters and stories: distinct per seed, equal for equal seeds, and true."""

import asyncio
import itertools
import random
import socket
import time
from collections import Counter

import numpy as np
import pytest

from collectors.observation import EchoObservation, Observation, Outcome
from collectors.snmp.engine import SnmpEngine
from netmon.simulation import attacks
from netmon.simulation.addresses import on_other_ports
from netmon.simulation.agents import Agents
from netmon.simulation.borders import random_border
from netmon.simulation.chance import JAMMING, KINDS, random_story
from netmon.simulation.emitters import GnssJamming
from netmon.simulation.meters import REAL, MeterSettings
from netmon.simulation.past import steps
from netmon.simulation.showers import field_over, front
from netmon.simulation.story import Story
from netmon.simulation.trial import Trial, trial
from netmon.simulation.world import REFRESH_SECONDS, World
from netmon.verdict import Cause, SubjectKind
from tests.servers import free_port
from topology.geometry import distance_m
from topology.model import DeviceId, Medium, Position
from topology.reachability import Reachability

DAY = np.arange(0.0, 86_400.0, 60.0)
NOTHING = {**dict.fromkeys(KINDS, 0.0), JAMMING: 0.0}


@pytest.fixture(scope="module")
def whole() -> Trial:
    return trial(7, posts=12)


def quiet(seed: int, meters: MeterSettings | None) -> World:
    border = random_border(seed, posts=8)
    story = Story(name="quiet", length_seconds=86_400.0)
    return World(
        border.network, collector_site=border.collector_site, story=story, seed=seed, meters=meters
    )


def test_same_seed_same_border_another_seed_another_border() -> None:
    one, same, other = random_border(3), random_border(3), random_border(4)
    assert one.network.links == same.network.links
    assert one.network.sites == same.network.sites
    assert one.targets == same.targets
    assert one.network.sites != other.network.sites


@pytest.mark.parametrize("seed", range(12))
def test_a_border_is_whole_and_its_hops_are_as_long_as_their_band_carries(seed: int) -> None:
    border = random_border(seed)
    network = border.network
    reached = Reachability(network).reach([border.collector_site], (), ()).devices
    assert reached == set(network.devices)
    assert {target.device for target in border.targets} == set(network.devices)
    for link in network.links.values():
        if link.medium is Medium.MICROWAVE:
            assert link.carrier is not None
            longest = 80e3 if link.carrier.frequency_hz < 10e9 else 33e3
            if link.carrier.frequency_hz > 70e9:
                longest = 3.5e3
            assert network.length_m(link.id) <= longest
    addresses = [target.ping.address for target in border.targets if target.ping]
    assert len(set(addresses)) == len(addresses)


def test_borders_have_all_media_and_the_length_that_was_asked_for() -> None:
    borders = [random_border(seed) for seed in range(12)]
    media = {link.medium for border in borders for link in border.network.links.values()}
    assert media == set(Medium) - {Medium.COPPER}
    assert all(50e3 <= border.length_m <= 300e3 for border in borders)
    wide = [random_border(seed, wider=True).length_m for seed in range(60)]
    assert min(wide) < 50e3
    assert max(wide) > 300e3


def test_all_links_of_a_border_work_in_clear_sky() -> None:
    for seed in range(4):
        sample = quiet(seed, None).sample(DAY[::30])
        assert sample.answers.all()
        assert (sample.interfaces["oper_status"] == 1).all()
        snr_db = sample.interfaces["snr_db"]
        assert np.nanmin(snr_db) > 8


def test_levels_come_in_the_steps_of_their_radio() -> None:
    world = quiet(5, REAL)
    level = world.sample(DAY[:400]).interfaces["rsl_dbm"]
    found = Counter[float]()
    for column in level.T[~np.isnan(level).all(axis=0)]:
        values = np.unique(column[np.isfinite(column)])
        step = min(
            (
                step
                for step in (1.0, 0.5, 0.3, 0.1)
                if np.allclose(values / step, np.round(values / step), atol=1e-6)
            ),
            default=0.0,
        )
        found[step] += 1
    assert found[0.0] == 0
    assert found[0.1] > 0


def test_half_of_the_radios_do_not_tell_their_noise() -> None:
    shares = []
    for seed in range(8):
        sample = quiet(seed, REAL).sample(DAY[:5])
        heard = np.isfinite(sample.interfaces["rsl_dbm"]).any(axis=0)
        told = np.isfinite(sample.interfaces["noise_floor_dbm"]).any(axis=0)
        shares.append(float(np.sum(told & heard) / np.sum(heard)))
    assert np.mean(shares) == pytest.approx(0.5, abs=0.12)


def test_polls_are_missed_one_by_one_and_for_hours() -> None:
    world = quiet(5, REAL)
    heard = np.asarray(world.sample(DAY).agent_answers, dtype=float)
    missing = 1 - heard.mean(axis=0)
    assert 0.01 < np.median(missing) < 0.1
    days = [world.sample(DAY + day * 86_400).agent_answers for day in range(-6, 0)]
    runs = [
        sum(1 for _ in group)
        for column in np.concatenate(days).T
        for value, group in itertools.groupby(column.tolist())
        if not value
    ]
    assert max(runs) >= 60


def test_hours_without_an_answer_are_in_the_truth() -> None:
    deaf = MeterSettings(gaps_per_month=6.0, least_missing_ratio=0.0, most_missing_ratio=0.0)
    made = trial(5, posts=6, meters=deaf, rates=NOTHING)
    heard = np.asarray(made.world.sample(DAY).agent_answers, dtype=bool)
    told = np.ones_like(heard)
    for truth in made.story.truths:
        if truth.kind == "deaf agent":
            column = made.world.device_rows[DeviceId(truth.members[0].id)]
            told[(truth.onset_seconds <= DAY) & (truth.end_seconds > DAY), column] = False
    assert not heard.all()
    np.testing.assert_array_equal(heard, told)


def test_devices_that_measure_well_always_answer() -> None:
    assert quiet(5, None).sample(DAY).agent_answers.all()


def test_a_register_says_the_last_quarter_of_an_hour() -> None:
    only = MeterSettings(
        register_ratio=1.0, lag_ratio=0.0, absent_ratio=0.0, stale_per_day=0.0, steps_db=(0.1,)
    )
    level = quiet(5, only).sample(np.arange(0.0, 7200.0, 60.0)).interfaces["rsl_dbm"]
    for column in level.T[~np.isnan(level).all(axis=0)]:
        changes = np.flatnonzero(np.diff(column)) + 1
        assert (changes % 15 == 0).all()


def test_stale_values_repeat_and_come_back() -> None:
    stale = MeterSettings(stale_per_day=4.0, register_ratio=0.0, lag_ratio=0.0, absent_ratio=0.0,
                          steps_db=(0.1,))  # fmt: skip
    quality = quiet(5, stale).sample(DAY).interfaces["snr_db"]
    column = next(c for c in quality.T if not np.isnan(c).any())
    runs = [sum(1 for _ in group) for _, group in itertools.groupby(column.tolist())]
    assert 10 <= max(runs) <= 130


def test_an_agents_clock_drifts() -> None:
    world = quiet(5, REAL)
    uptime = world.sample(np.array([0.0, 86_400.0])).devices["uptime_seconds"]
    error = np.diff(uptime, axis=0)[0] / 86_400.0 - 1
    assert 2e-5 < np.abs(error).max() <= 1.0001e-4
    assert error.std() > 1e-5


def test_an_instant_is_the_same_alone_and_among_others_with_real_meters(whole: Trial) -> None:
    times = DAY[::90]
    together = whole.world.sample(times)
    for row in (0, 5, 11):
        alone = whole.world.sample(times[row : row + 1])
        for name, column in together.interfaces.items():
            np.testing.assert_allclose(alone.interfaces[name][0], column[row], rtol=1e-9)
        assert (alone.agent_answers[0] == together.agent_answers[row]).all()


def test_same_seed_same_story(whole: Trial) -> None:
    again = random_story(random_border(7, posts=12), 7)
    assert again.events == whole.story.events
    drawn = [truth for truth in whole.story.truths if truth.kind != "deaf agent"]
    assert [truth.id for truth in again.truths] == [truth.id for truth in drawn]
    assert [truth.touched for truth in again.truths] == [truth.touched for truth in drawn]
    assert random_story(whole.border, 8).events != whole.story.events


def test_all_causes_happen() -> None:
    kinds = Counter[str]()
    causes = set()
    for seed in range(6):
        border = random_border(seed, posts=8)
        story = random_story(border, seed, rates=dict.fromkeys((*KINDS, JAMMING), 9.0),
                             jammers=attacks.ALL)  # fmt: skip
        kinds.update(truth.kind for truth in story.truths)
        causes |= {truth.cause for truth in story.truths}
    assert causes == set(Cause)
    assert set(KINDS) <= set(kinds)
    for how in ("constant", "pulsed", "reactive", "sweep", "protocol-aware"):
        assert kinds[f"{how} jamming"] + kinds[f"moving {how} jamming"] > 0, how


def test_one_kind_of_jammer_is_kept_for_tests(whole: Trial) -> None:
    story = random_story(whole.border, 1, rates={**NOTHING, JAMMING: 60.0})
    assert len(story.truths) > 10
    assert not any("protocol" in truth.kind for truth in story.truths)


def test_truth_is_within_the_story_and_names_what_exists(whole: Trial) -> None:
    network = whole.border.network
    known = {SubjectKind.LINK: set(map(str, network.links)),
             SubjectKind.SITE: set(map(str, network.sites)),
             SubjectKind.DEVICE: set(map(str, network.devices))}  # fmt: skip
    assert whole.story.truths
    for truth in whole.story.truths:
        assert truth.onset_seconds <= truth.end_seconds
        assert truth.members or truth.is_benign
        for member in truth.members:
            assert member.id in known[member.kind]
    onsets = [truth.onset_seconds for truth in whole.story.truths]
    assert onsets == sorted(onsets)


def test_what_is_said_to_be_lost_is_lost_in_the_world() -> None:
    made = trial(11, posts=8, meters=None, rates={**NOTHING, "receiver": 12.0})
    truths = [truth for truth in made.story.truths if truth.kind == "receiver"]
    assert truths
    for truth in truths:
        (link,) = truth.touched
        middle = (truth.onset_seconds + truth.end_seconds) / 2
        sample = made.world.sample(np.array([-3600.0, middle])).interfaces
        ends = [made.world.interface_rows[end] for end in made.border.network.links[link].ends]
        lost = max(
            (sample["tsl_dbm"][1, a] - sample["rsl_dbm"][1, b])
            - (sample["tsl_dbm"][0, a] - sample["rsl_dbm"][0, b])
            for a, b in (ends, ends[::-1])
        )
        # Another receiver fault may overlap on the same link.
        assert lost >= truth.touched[link].fade_db - 2.5


def test_overlapping_events_know_of_each_other(whole: Trial) -> None:
    by_id = {truth.id: truth for truth in whole.story.truths}
    for truth in whole.story.truths:
        for other in truth.overlaps:
            assert truth.id in by_id[other].overlaps
            assert set(truth.members) & set(by_id[other].members)


def test_a_rate_of_something_unknown_is_refused(whole: Trial) -> None:
    with pytest.raises(ValueError, match="no rates of locusts"):
        random_story(whole.border, 1, rates={"locusts": 1.0})


def test_pace_makes_a_days_story_fit_half_an_hour(whole: Trial) -> None:
    slow = random_story(whole.border, 5)
    quick = random_story(whole.border, 5, seconds=1800.0, pace=48.0)
    assert len(quick.truths) == pytest.approx(len(slow.truths), abs=12)
    ends = [t.end_seconds - t.onset_seconds for t in quick.truths if t.kind != "firmware"]
    assert np.median(ends) < 300


def test_a_day_of_a_network_of_a_hundred_links_takes_seconds() -> None:
    border = random_border(1, posts=25)
    assert len(border.network.links) > 100
    world = World(border.network, collector_site=border.collector_site,
                  story=random_story(border, 1), seed=1, meters=REAL)  # fmt: skip
    began = time.process_time()
    world.sample(DAY)
    assert time.process_time() - began < 20


def test_a_trial_through_packets_is_the_trial_in_fast_forward() -> None:
    """In the thick of it, all devices polled by UDP: every cell as the steps say."""
    meters = MeterSettings(least_missing_ratio=0.0, most_missing_ratio=0.0, gaps_per_month=0.0)
    busy = {**dict.fromkeys((*KINDS, JAMMING), 12.0), "power": 0.0, "maintenance": 0.0}
    made = trial(9, posts=5, meters=meters, rates=busy)
    onsets = [truth.onset_seconds for truth in made.story.truths if truth.kind != "firmware"]
    now = next(
        at
        for at in np.arange(min(onsets), 86_400.0, 600.0).tolist()
        if sum(truth.onset_seconds < at < truth.end_seconds for truth in made.story.truths) >= 5
        and made.world.sample(np.array([at])).answers.all()
    )
    given = {target.device: target for target in made.border.targets}
    away = free_port(socket.SOCK_DGRAM) - 10_161
    targets = on_other_ports(given, away)

    async def poll() -> list[Observation]:
        engine = SnmpEngine()
        try:
            asked = [target.snmp for target in targets.values() if target.snmp]
            return list(await asyncio.gather(*(engine.collect(each) for each in asked)))
        finally:
            await engine.close()

    with Agents(made.world, targets.values(), lambda: now):
        polled = {each.device: each for each in asyncio.run(poll())}
    tick = np.array([np.floor(now / REFRESH_SECONDS) * REFRESH_SECONDS])
    (step,) = steps(made.world, made.border.targets, tick, until=0.0, monotonic=0.0)
    compared = 0
    for one in step:
        if isinstance(one, EchoObservation):
            continue
        other = polled[one.device]
        assert (other.outcome, one.outcome) == (Outcome.OK, Outcome.OK)
        assert one.layout is not None
        assert other.layout is not None
        read = {(c.quantity, c.interface): v for c, v in zip(
            other.layout.cells, other.values, strict=True)}  # fmt: skip
        for cell, value in zip(one.layout.cells, one.values, strict=True):
            assert read.get((cell.quantity, cell.interface)) == pytest.approx(value), cell
            compared += value is not None
    assert compared > 500


def test_polls_scatter_by_their_jitter(whole: Trial) -> None:
    made = next(
        steps(whole.world, whole.border.targets, DAY[:1], until=1e9, monotonic=0, jitter_seconds=5)
    )
    stamps = {one.at for one in made}
    assert len(stamps) > 20
    assert all(1e9 <= stamp < 1e9 + 5 for stamp in stamps)


def test_a_front_drifts_one_way_over_the_place() -> None:
    over = Position(latitude_deg=55.0, longitude_deg=26.0)
    cells = front(random.Random(1), over=over, reach_m=40e3, start_seconds=0.0, seconds=7200.0)
    assert len(cells) >= 4
    for cell in cells:
        way_m = distance_m(cell.begins_at, cell.ends_at)
        speed = way_m / (cell.end_seconds - cell.start_seconds)
        assert 5 <= speed <= 20
        assert 0 <= cell.start_seconds < cell.end_seconds <= 7200


def test_a_measured_field_is_laid_differently_each_time() -> None:
    rain = np.random.default_rng(1).gamma(0.3, 8.0, (24, 40, 50))
    rain[0, 0, 0] = np.nan
    over = Position(latitude_deg=55.0, longitude_deg=26.0)
    made = [
        field_over(random.Random(seed), rain, step_seconds=300.0, pixel_m=1000.0, over=over,
                   start_seconds=0.0, seconds=7200.0)
        for seed in range(30)
    ]  # fmt: skip
    assert all(0.5 <= field.gain <= 2 for field in made)
    assert {field.is_mirrored for field in made} == {True, False}
    assert len({field.turned_deg for field in made}) == 30
    assert np.isfinite(made[0].mm_per_h).all()
    with pytest.raises(ValueError, match="pictures, rows, columns"):
        field_over(random.Random(1), rain[0], step_seconds=300.0, pixel_m=1000.0, over=over,
                   start_seconds=0.0, seconds=7200.0)  # fmt: skip


def test_a_story_rains_by_a_measured_field_if_told() -> None:
    rain = np.full((4, 300, 300), 30.0)
    made = trial(
        7,
        posts=6,
        meters=None,
        rates={**NOTHING, "rain": 20.0},
        rain=lambda draw: field_over(
            draw.chance, rain, step_seconds=300.0, pixel_m=1000.0,
            over=draw.border.middle, start_seconds=draw.start_seconds, seconds=3600.0),
    )  # fmt: skip
    wet = [truth for truth in made.story.truths if truth.kind == "rain"]
    assert wet
    assert wet[0].peak_fade_db > 10
    assert wet[0].peak_noise_rise_db < 1


def test_who_keeps_time_by_satellite_is_in_the_truth_of_its_loss() -> None:
    made = trial(4, seconds=43_200.0, rates={**NOTHING, "sync": 20.0})
    lost = [truth for truth in made.story.truths if truth.kind == "sync"]
    assert lost
    for truth in lost:
        devices = {each.id for each in truth.members if each.kind is SubjectKind.DEVICE}
        bases = {
            device for device in devices if device.endswith(("-ck1", "-lte1", "-sub61", "-sub62"))
        }
        assert devices == bases
        # The alarm of a clock comes first, what it does to radios much later.
        onsets = {each.start_seconds for each in made.story.events if isinstance(each, GnssJamming)}
        assert any(0 <= truth.onset_seconds - onset < 900 for onset in onsets)


def test_base_stations_of_shared_channels_tell_their_satellites() -> None:
    made = random_border(4)
    asked = {target.device: target.snmp for target in made.targets}
    for link in made.network.links.values():
        if link.medium in (Medium.SUB6, Medium.LTE):
            base, far = (asked[made.network.device_of(end)] for end in link.ends)
            assert base is not None
            assert far is not None
            assert base.profile.endswith("simulated-base-station.yaml")
            assert far.profile.endswith("simulated-radio.yaml")
