"""The past in fast-forward: the observations of the hours before the story, without any packet.

Baselines need a day; the demo has seconds. What the world says at all steps is computed at once as
columns and handed out step by step, coded as the device's profile would have coded it.
"""

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

import numpy as np

from collectors.observation import Cell, EchoObservation, Layout, Observation, Outcome
from collectors.quantity import Scope
from collectors.snmp.library import load_profile
from collectors.snmp.profile import Column, Profile, Sign
from collectors.target import PingTarget, SnmpTarget, Target
from netmon.simulation.mib import raw_number
from netmon.simulation.noise import Floats, streams, uniform
from netmon.simulation.world import Sample, World
from topology.model import InterfaceId

DAY_SECONDS: Final = 86_400.0

AnyObservation = Observation | EchoObservation
Row = Sequence[float | None]


def past(
    world: World,
    targets: Iterable[Target],
    *,
    until: float,
    monotonic: float,
    seconds: float = DAY_SECONDS,
    step_seconds: float = 60.0,
    host_ipdv_seconds: float = 0.0,
) -> Iterator[AnyObservation]:
    """Yield what polls would have brought in the `seconds` before the story, oldest first.

    `until` and `monotonic` are the wall and the monotonic clock at the story's beginning; all
    observations of one step have one stamp. `host_ipdv_seconds` is what a busy host will add to
    RTTs that are really measured (--tun), so that the baseline knows of it.
    """
    times = np.arange(-seconds, -step_seconds / 2, step_seconds, dtype=np.float64)
    return observations(
        world,
        targets,
        times,
        until=until,
        monotonic=monotonic,
        host_ipdv_seconds=host_ipdv_seconds,
    )


def observations(
    world: World,
    targets: Iterable[Target],
    times: Floats,
    *,
    until: float,
    monotonic: float,
    host_ipdv_seconds: float = 0.0,
) -> Iterator[AnyObservation]:
    """Yield what polls at any times of the simulation's clock bring, without a packet."""
    made = steps(
        world,
        targets,
        times,
        until=until,
        monotonic=monotonic,
        host_ipdv_seconds=host_ipdv_seconds,
    )
    return itertools.chain.from_iterable(made)


def steps(
    world: World,
    targets: Iterable[Target],
    times: Floats,
    *,
    until: float,
    monotonic: float,
    host_ipdv_seconds: float = 0.0,
    jitter_seconds: float = 0.0,
) -> Iterator[tuple[AnyObservation, ...]]:
    """Yield for each time what the polls of all targets bring, without a packet.

    With `jitter_seconds` the stamps of each device's polls scatter evenly by up to so much after
    the step; values stay those of the step, as of agents that renew them now and then.
    """
    sample = world.sample(times)
    ipdv_seconds = sample.ipdv_seconds + host_ipdv_seconds
    profiles: dict[str, Profile] = {}
    histories: list[Iterator[AnyObservation]] = []
    for target in targets:
        late = jitter_seconds * uniform(
            streams(world.seed, "jitter", (str(target.device),)), np.arange(len(times))
        )
        stamps = [(until + time, monotonic + time) for time in (times + late).tolist()]
        if target.snmp is not None:
            name = target.snmp.profile
            if name not in profiles:
                profiles[name] = load_profile(name)
            histories.append(_polls(world, target.snmp, profiles[name], sample, stamps))
        if target.ping is not None:
            histories.append(_bursts(world, target.ping, times, sample, ipdv_seconds, stamps))
    return zip(*histories, strict=True)


Stamps = list[tuple[float, float]]


def _polls(
    world: World, target: SnmpTarget, profile: Profile, sample: Sample, stamps: Stamps
) -> Iterator[Observation]:
    row = world.device_rows[target.device]
    cells, columns = _columns(world, target, profile, sample)
    layout = Layout(target.device, cells)
    durations = np.where(
        sample.agent_answers[:, row], sample.rtt_seconds[:, row], target.budget_seconds
    )
    rows = zip(*columns, strict=True)
    for (at, monotonic), answered, seconds, values in zip(
        stamps, sample.agent_answers[:, row].tolist(), durations.tolist(), rows, strict=True
    ):
        yield Observation(
            device=target.device,
            at=at,
            monotonic=monotonic,
            duration_seconds=seconds,
            outcome=Outcome.OK if answered else Outcome.TIMEOUT,
            layout=layout if answered else None,
            values=values if answered else (),
        )


def _columns(
    world: World, target: SnmpTarget, profile: Profile, sample: Sample
) -> tuple[tuple[Cell, ...], list[Row]]:
    """Return what the profile asks of this device, and the values of each over the steps."""
    known: Mapping[str, InterfaceId] = dict(target.interfaces)
    row = world.device_rows[target.device]
    cells: list[Cell] = []
    columns: list[Row] = []
    for column in profile.columns:
        name = column.quantity.name
        known_here = sample.devices if column.quantity.scope is Scope.DEVICE else sample.interfaces
        if name not in known_here:  # what the world does not simulate
            continue
        if column.quantity.scope is Scope.DEVICE:
            cells.append(Cell(name))
            columns.append(_coded(column, sample.devices[name][:, row]))
            continue
        for if_index, each in enumerate(world.network.interfaces_of(target.device), start=1):
            if_name = world.network.interfaces[each].name
            if column.suffix_at(if_name, if_index) is not None:
                cells.append(Cell(name, known.get(if_name, each)))
                values = sample.interfaces[name][:, world.interface_rows[each]]
                columns.append(_coded(column, values))
    return tuple(cells), columns


def _coded(column: Column, values: Floats) -> Row:
    """Return the values as they come out of the column's integers; None where there is none."""
    if column.quantity.kind.is_counter:
        counted: list[int] = values.astype(np.int64).tolist()
        return counted
    coded, is_said = values, np.isfinite(values)
    if not column.enum:
        raw = np.round(raw_number(column, values))
        coded = raw * column.scale + column.offset
        if column.sign is not Sign.AS_SAID:
            coded = -coded
        is_said &= ~np.isin(raw, list(column.sentinels))
    known = is_said & (coded >= column.low) & (coded <= column.high)
    numbers: list[float] = coded.tolist()
    if known.all():
        return numbers
    return [number if is_known else None for number, is_known in zip(numbers, known, strict=True)]


def _bursts(
    world: World,
    target: PingTarget,
    times: Floats,
    sample: Sample,
    ipdv_seconds: Floats,
    stamps: Stamps,
) -> Iterator[EchoObservation]:
    row, echoes = world.device_rows[target.device], target.echoes
    stream = streams(world.seed, "past", tuple(f"{target.device}/{n}" for n in range(echoes)))
    ticks = np.floor(times * 10).astype(np.int64)[:, None]
    waited = -np.log1p(-uniform(stream, ticks)) * ipdv_seconds[:, row : row + 1]
    rtts = sample.rtt_seconds[:, row : row + 1] + waited
    lost = uniform(stream + np.uint64(1), ticks) < sample.loss_ratio[:, row : row + 1]
    lost |= ~sample.answers[:, row : row + 1]
    for (at, monotonic), burst, losses in zip(stamps, rtts.tolist(), lost.tolist(), strict=True):
        back = tuple(rtt for rtt, is_lost in zip(burst, losses, strict=True) if not is_lost)
        yield EchoObservation(
            device=target.device,
            at=at,
            monotonic=monotonic,
            outcome=Outcome.OK if back else Outcome.TIMEOUT,
            sent=echoes,
            rtts_seconds=back,
            ipdvs_seconds=tuple(abs(b - a) for a, b in itertools.pairwise(back)),
        )
