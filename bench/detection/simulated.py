"""Simulated: the layers on made-up borders – C, D, T3 – as sections of the page, seed by seed."""

from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain
from typing import Final, TypeVar

from bench.detection import agreement, direct, lowduty, sensitivity, storyrivals
from bench.detection.agreement import Agreement, tell
from bench.detection.causes import MONTH_SECONDS, Naming
from bench.detection.causes import together as all_named
from bench.detection.exercises import exercise
from bench.detection.happenings import Trouble, trouble
from bench.detection.injection import Kind
from bench.detection.interference import STRATA_DB
from bench.detection.lived import Life, live
from bench.detection.page import causes_body, config_hash, table, verdict
from bench.detection.stories import BEGAN, POLL_SECONDS, Course, make, named, polls, watch
from bench.detection.storyrivals import Heard
from netmon.correlation.settings import CorrelationSettings
from netmon.detection.findings import DetectionSettings
from netmon.incidents import Severity

GivenT = TypeVar("GivenT")
ResultT = TypeVar("ResultT")
LIVED: Final = Course(seconds=3 * 3600.0, times=6.0)
TASTE: Final = Course(seconds=3600.0, posts=4, times=12.0)


def many(one: Callable[[GivenT], ResultT], given: Iterable[GivenT], jobs: int) -> list[ResultT]:
    """Return what `one` makes of each seed or name, in their order, some at a time."""
    if jobs == 1:
        return [one(each) for each in given]
    with ProcessPoolExecutor(jobs) as pool:
        return list(pool.map(one, given))


# C: causes


def _caused(seed: int, course: Course) -> tuple[Naming, tuple[Heard, ...]]:
    made = make(seed, course)
    lives = watch(made, course.seconds, poll_seconds=course.poll_seconds)
    return named(made, lives, course), storyrivals.rivals(made, course.seconds)


def causes(seeds: range, course: Course, jobs: int) -> str:
    """Return section C: events by name, mistakes, and what others would have told at all."""
    played = many(partial(_caused, course=course), seeds, jobs)
    naming = all_named(one for one, _ in played)
    owed = sum(event.is_owed and not event.is_benign for event, _ in naming.pairs)
    digest = config_hash(DetectionSettings(), CorrelationSettings(), course, list(seeds))
    note = (
        f"Seeds {seeds[0]}–{seeds[-1]}, {course.seconds / 3600:.0f} hours each at"
        f" {course.times:g} times the simulation's usual rates, {len(naming.pairs)} events of"
        f" which {owed} are owed a name; {naming.link_seconds / MONTH_SECONDS:.1f} link-months;"
        f" config {digest}."
    )
    heard = [storyrivals.ours(naming), *_added(told for _, told in played)]
    most, dummy = storyrivals.dummy(event for event, _ in naming.pairs)
    rows = [
        (
            one.name,
            f"{one.told} of {one.owed}",
            f"{one.jammed_told} of {one.jammed}",
            str(one.false_rate),
        )
        for one in heard
    ]
    heads = (
        "rule",
        "events told at all",
        "of them jamming-like",
        "alarms of nothing per link-month",
    )
    return (
        f"{causes_body(naming, note=note)}\n\n"
        "What others tell of the same events – that something is wrong, with no cause:\n\n"
        f"{table(heads, rows)}\n\n"
        f"Calling every event {most.words}, the most frequent cause, has a macro-F1 of {dummy:.2f}."
    )


def _added(heard: Iterable[tuple[Heard, ...]]) -> list[Heard]:
    rules: dict[str, Heard] = {}
    for one in chain.from_iterable(heard):
        rules[one.name] = rules[one.name].plus(one) if one.name in rules else one
    return list(rules.values())


# D: the same stories through the product


@dataclass(frozen=True, slots=True, kw_only=True)
class _Both:
    """One seed, lived and watched."""

    same_polls: Agreement
    whole_minutes: Agreement
    life: Life
    met: Trouble
    devices: int


def _lived(seed: int, course: Course) -> _Both:
    made = make(seed, course)
    life = live(made, course.seconds)
    told = tell(life.told, BEGAN)
    repeated = tell(direct.repeat(made, course.seconds, life.asked), BEGAN)
    watched = tell(watch(made, course.seconds), BEGAN)
    return _Both(
        same_polls=agreement.compare(repeated, told),
        whole_minutes=agreement.compare(watched, told),
        life=replace(life, told=(), asked=()),
        met=trouble(chain.from_iterable(polls(made, course.seconds, POLL_SECONDS))),
        devices=len(made.border.network.devices),
    )


def lived(seeds: Sequence[int], course: Course, jobs: int) -> str:
    """Return section D: how far the product and the direct run tell the same."""
    played = many(partial(_lived, course=course), seeds, jobs)
    agreed = agreement.together(one.same_polls for one in played)
    loose = agreement.together(one.whole_minutes for one in played)
    met, lives = Trouble(), [one.life for one in played]
    for one in played:
        met = met.plus(one.met)
    digest = config_hash(DetectionSettings(), CorrelationSettings(), course, list(seeds))
    late = sorted(agreed.late_seconds) or [float("nan")]
    every, loud = agreed.of(Severity.INFO), agreed.of(Severity.WARNING)
    differences = [
        *(f"- {one.words}: in the product {how}" for one, _, how in agreed.differing),
        *(f"- only the direct run: {one.words}" for one in agreed.only_direct),
        *(f"- only the product: {one.words}" for one in agreed.only_lived),
    ]
    rows = [
        (name, _share(one.of(Severity.INFO)), _share(one.of(Severity.WARNING)))
        for name, one in (("the same polls", agreed), ("all polls at whole minutes", loose))
    ]
    return (
        f"Seeds {', '.join(map(str, seeds))}, {course.seconds / 3600:g} hours each at"
        f" {course.times:g} times the usual rates, {sum(one.devices for one in played)} devices"
        f" asked {sum(life.polls for life in lives)} times by SNMP and ICMP"
        f" ({sum(life.requests for life in lives)} SNMP requests, of which"
        f" {sum(life.retries for life in lives)} again; {sum(life.echoes for life in lives)}"
        f" echoes); config {digest}. The stories hold {met.unanswered} polls without an answer,"
        f" {met.absent} absent readings, {met.restarts} restarts and {met.resets} falls of counters"
        " without one, the quiet day included; all agents' clocks drift.\n\n"
        f"{table(('held against', 'same incidents', 'of them warning or worse'), rows)}\n\n"
        f"With the same polls, the product opened them {late[len(late) // 2]:+.0f} s from the"
        f" direct run (median; {late[0]:+.0f} … {late[-1]:+.0f}). Differences:\n\n"
        + ("\n".join(differences) or "none")
        + "\n\nTargets:\n\n- the product tells the same incidents as the direct run:"
        f" {verdict(every[0] == every[1])} ({every[0]} of {every[1]}; warnings and worse"
        f" {loud[0]} of {loud[1]})"
    )


def _share(counts: tuple[int, int]) -> str:
    agreed, told = counts
    return f"{agreed} of {told} ({agreed / told:.0%})" if told else "none told"


# T3: low duty


def _swept(seed: int) -> tuple[lowduty.Watched, lowduty.Watched]:
    return lowduty.run(seed, counters=True), lowduty.run(seed, counters=False)


def low_duty(seeds: range, jobs: int) -> str:
    """Return section T3: sweeps of a tenth duty, with counters and without."""
    scored = lowduty.scores(many(_swept, seeds, jobs), seeds[0])
    own = scored[0]
    strata = [f"{low:g}–{high:g} dB" if high < 1e9 else f"> {low:g} dB" for low, high in STRATA_DB]
    heads = ("detector", "false alarms per link-month", *strata, "≥ 6 dB", "polls, median / p90")
    rows = []
    for one in scored:
        median, late = one.delays_polls(6.0, [Kind.SWEEP])
        rows.append(
            (
                one.name,
                f"{one.false_rate} ({one.false_count} in {one.link_months:.2g})",
                *(str(one.recall(low, high)[0]) for low, high in STRATA_DB),
                str(one.recall(6.0)[0]),
                f"{median:.0f} / {late:.0f}",
            )
        )
    recall, events = own.recall(6.0)
    digest = config_hash(DetectionSettings(), lowduty.DUTY, list(seeds))
    return (
        f"Seeds {seeds[0]}–{seeds[-1]}, {lowduty.SECONDS_PER_SEED / 3600:.0f} hours each,"
        f" {events} sweeps of 6 dB and more at their victims ({lowduty.DUTY:.0%} of the time on its"
        f" channel, a period of 0.5–60 s); config {digest}. Recall by what a hit takes of SNR:\n\n"
        f"{table(heads, rows)}\n\nTargets:\n\n"
        f"- low-duty sweep with counters, ≥ 6 dB: recall ≥ 0.90: {verdict(recall.value >= 0.9)}"
        f" ({recall})"
    )


# Drills


def drilled(names: Sequence[str]) -> str:
    """Return the table of drills: whether netmon understood each, and after how long."""
    exercised = many(exercise, names, 1)  # they share one border's addresses
    rows = [
        (
            one.name,
            one.cause.words,
            verdict(one.is_understood),
            "–" if one.after_seconds is None else f"{one.after_seconds:.0f} s",
        )
        for one in exercised
    ]
    understood = sum(one.is_understood for one in exercised)
    heads = ("drill", "what happens", "understood", "after")
    return f"{understood} of {len(rows)} drills are understood.\n\n{table(heads, rows)}"


# Sensitivity on stories


def _sensed(number: int, seeds: range) -> tuple[str, ...]:
    name, course = list(sensitivity.courses())[number]
    return (name, *sensitivity.on_stories(course, seeds))


def story_sensitivity(seeds: range, jobs: int) -> str:
    """Return the table of sensitivity on stories."""
    numbers = range(len(list(sensitivity.courses())))
    rows = many(partial(_sensed, seeds=seeds), numbers, jobs)
    course = sensitivity.STORY
    return (
        f"{table(sensitivity.HEADS, rows)}\n\nSeeds {seeds[0]}–{seeds[-1]},"
        f" {course.seconds / 3600:.0f} hours each at {course.times:g} times the usual rates."
    )
