"""Injection, replay and scoring of interference on a small network of made-up levels."""

import numpy as np
import pytest

from bench.detection.injection import WARM_UP_POLLS, Injected, Kind, inject
from bench.detection.interference import Said, dry, judge, score
from bench.detection.replay import film
from bench.detection.rivals import RIVALS, of_links, see
from bench.detection.traces import POLL_SECONDS, POLLS_PER_RAIN, Traces

POLLS = WARM_UP_POLLS + 300


def calm(links: int, polls: int = POLLS, seed: int = 1) -> Traces:
    """Return links in clear sky, eight kilometres from each other."""
    rng = np.random.default_rng(seed)
    rows = links * 2
    north = 50.0 + 0.07 * np.arange(links)
    ends = np.stack([np.stack([north, north + 0.02]), np.full((2, links), 10.0)], axis=-1)
    return Traces(
        rsl_dbm=-45.0 + np.round(rng.normal(0.0, 0.3, (rows, polls)) / 0.3) * 0.3,
        tsl_dbm=np.full((rows, polls), 15.0),
        rain_mm_per_hour=np.zeros((links, polls // POLLS_PER_RAIN)),
        frequency_hz=np.full(rows, 23e9),
        length_m=np.full(links, 2_000.0),
        positions_deg=ends.transpose(1, 0, 2),
    )


def event(polls: int = 60, kind: Kind = Kind.CONSTANT, peak_loss_db: float = 9.0) -> Injected:
    return Injected(
        direction=1,
        first_poll=WARM_UP_POLLS + 100,
        polls=polls,
        kind=kind,
        over_noise_db=20.0,
        peak_loss_db=peak_loss_db,
    )


def test_an_interferer_costs_its_direction_alone_and_only_while_it_sends() -> None:
    traces = calm(4)
    with_it, without = inject(traces, seed=5, events=2), inject(traces, seed=5, events=0)
    assert len(with_it.events) == 2
    for one in with_it.events:
        assert one.first_poll >= WARM_UP_POLLS
        quiet = with_it.snr_db[one.direction, : one.first_poll]
        assert np.nanstd(quiet) < 1.5
        assert np.nanmedian(quiet) > 30.0
    assert without.events == ()


def test_the_same_seed_injects_the_same() -> None:
    traces = calm(4)
    assert inject(traces, 3, 2).events == inject(traces, 3, 2).events
    assert inject(traces, 3, 2).events != inject(traces, 4, 2).events


def test_netmon_meets_strong_constant_interference_within_three_polls_and_is_else_quiet() -> None:
    traces = calm(2)
    measured = inject(traces, seed=11, events=0)
    snr = measured.snr_db.copy()
    jammed = event()
    snr[1, jammed.first_poll : jammed.first_poll + jammed.polls] -= 9.0
    said = judge(film(traces, {"snr_db": snr}, measured.polled))
    known = np.ones((2, POLLS), dtype=np.bool_)
    result = score("ours", said.named, [jammed], known, seed=0)
    assert result.false_count == 0
    assert result.recall(6.0)[0].value == 1.0
    assert result.delays_polls(6.0)[0] <= 3.0


def test_what_was_said_of_the_past_does_not_change_with_the_future() -> None:
    """Prefix invariance: the verdicts on half a film are the first half of those on all of it."""
    traces = calm(3, polls=400)
    measured = inject_into_short(traces)
    whole = judge(film(traces, {"snr_db": measured}, np.ones_like(measured, dtype=np.bool_)))
    half = traces.of(np.arange(3), 300)
    shown = film(half, {"snr_db": measured[:, :300]}, np.ones((6, 300), dtype=np.bool_))
    for name in ("named", "residual", "ill"):
        full, part = getattr(whole, name), getattr(judge(shown), name)
        assert np.array_equal(full[:, :300], part)
    assert whole.ill.any()


def inject_into_short(traces: Traces) -> np.ndarray:
    snr = 34.0 + np.random.default_rng(2).normal(0.0, 0.3, traces.rsl_dbm.shape)
    snr[2, 200:260] -= 12.0
    snr[4, 280:400] -= 12.0
    return snr


def test_an_alarm_in_calm_is_false_and_one_in_the_hour_after_an_event_is_not() -> None:
    alarmed = np.zeros((2, POLLS), dtype=np.bool_)
    jammed = event()
    end = jammed.first_poll + jammed.polls
    alarmed[0, end + 30 : end + 40] = True
    alarmed[0, end + 100 : end + 110] = True
    alarmed[1, WARM_UP_POLLS + 5] = True
    alarmed[1, 10] = True  # while baselines were still learned
    result = score("x", alarmed, [jammed], np.ones((2, POLLS), dtype=np.bool_), seed=0)
    assert result.false_count == 2
    assert result.recall(6.0)[0].value == 0.0
    quiet = 2 * (POLLS - WARM_UP_POLLS) - (jammed.polls + 60)
    assert result.link_months == pytest.approx(quiet * POLL_SECONDS / (30 * 86400.0))


def test_recall_is_told_by_kind_and_by_what_was_really_lost() -> None:
    alarmed = np.zeros((1, POLLS), dtype=np.bool_)
    jammed, weak = event(), event(kind=Kind.SWEEP, peak_loss_db=2.0)
    alarmed[0, jammed.first_poll + 2] = True
    result = score("x", alarmed, [jammed, weak], np.ones((1, POLLS), dtype=np.bool_), seed=0)
    assert result.recall(6.0)[1] == 1
    assert result.recall(1.0, 3.0)[1] == 1
    assert result.recall(6.0, kinds=[Kind.SWEEP])[1] == 0
    assert result.delays_polls(6.0) == (3.0, 3.0)


def test_dry_is_an_hour_from_all_rain() -> None:
    traces = calm(1, polls=600)
    traces.rain_mm_per_hour[0, 60] = 0.5
    flags = dry(traces)[0]
    assert flags[: 48 * 5].all()
    assert not flags[48 * 5 : 73 * 5].any()
    assert flags[73 * 5 :].all()


def test_rivals_alarm_on_what_they_are_made_for() -> None:
    traces = calm(2)
    snr = np.full(traces.rsl_dbm.shape, 34.0) + np.random.default_rng(0).normal(
        0.0, 0.3, traces.rsl_dbm.shape
    )
    loss = traces.total_loss_db.copy()
    start = WARM_UP_POLLS + 100
    snr[1, start : start + 30] = 15.0
    loss[2, start : start + 30] += 7.0
    said = {name: of_links(rule(see(snr, loss))) for name, rule in RIVALS.items()}
    at = start + 10
    met = {name: (bool(flags[0, at]), bool(flags[1, at])) for name, flags in said.items()}
    assert met["level −5 dB × 3 (radio makers)"] == (False, True)
    assert met["level −8 dB × 3 (radio makers)"] == (False, False)
    assert met["SNR < 20 dB × 3"] == (True, False)
    assert met["SNR drop > 5 dB × 3"] == (True, False)
    assert met["Xu: SNR < 20 dB, level within 3 dB × 2"] == (True, False)
    assert met["CUSUM of SNR drop (k 1, h 8)"] == (True, False)
    assert met["Zabbix ICMP: 3 pings lost in a row"] == (False, False)
    assert bool(said["rolling z of SNR (60, 3 sd) × 2"][0, start + 1])
    assert met["robust frozen z of SNR > 3 × 2"][0]


def test_nothing_is_said_of_a_network_that_was_never_polled() -> None:
    traces = calm(1, polls=30)
    said: Said = judge(film(traces, {}, np.zeros((2, 30), dtype=np.bool_)))
    assert not said.ill.any()
