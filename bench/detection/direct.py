"""Direct (layer D): the very polls of a life – same devices, same instants – without any packet.

What is left between this and `lived` is what packets do: SNMP's coding and requests, tries that go
unanswered, echoes on their way, and our own clocks.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from math import ceil
from typing import Final

import numpy as np

from bench.detection.lived import RENEWED_SECONDS, said_at
from bench.detection.stories import BEGAN, MONOTONIC, Watching, quiet_day
from collectors.observation import EchoObservation, Outcome
from netmon.incidents import Incident
from netmon.pipeline import PipelineSettings
from netmon.simulation.past import AnyObservation, steps
from netmon.simulation.trial import Trial
from topology.model import DeviceId

_SILENT_SECONDS: Final = 6.0  # three tries of two seconds, then the poll is over
_BURST_SECONDS: Final = 0.6  # five echoes, and the last one's way


def repeat(
    made: Trial, seconds: float, asked: Sequence[tuple[DeviceId, float]]
) -> tuple[Incident, ...]:
    """Return every incident of a trial in all its versions, each device polled when it was."""
    watching = Watching(made)
    for step in quiet_day(made):
        watching.see(step, step[0].monotonic + 1.0)
    interval = PipelineSettings().judge_interval_seconds
    cycles: list[list[AnyObservation]] = [[] for _ in range(ceil(seconds / interval) + 1)]
    for over, observation in _polled(made, asked):
        if over < seconds:
            cycles[int(over // interval)].append(observation)
    for number, observations in enumerate(cycles[:-1], start=1):
        watching.see(observations, MONOTONIC + number * interval)
    return tuple(watching.told)


def _polled(
    made: Trial, asked: Sequence[tuple[DeviceId, float]]
) -> Iterator[tuple[float, AnyObservation]]:
    """Yield each observation with the instant at which its poll is over, in order of asking."""
    wanted: dict[float, list[tuple[DeviceId, float]]] = {}
    for device, at in asked:
        wanted.setdefault(said_at(at, RENEWED_SECONDS), []).append((device, at))
    instants = sorted(wanted)
    said = steps(
        made.world, made.border.targets, np.array(instants), until=BEGAN, monotonic=MONOTONIC
    )
    for instant, observations in zip(instants, said, strict=True):
        of_device: dict[DeviceId, list[AnyObservation]] = {}
        for observation in observations:
            of_device.setdefault(observation.device, []).append(observation)
        for device, at in wanted[instant]:
            for observation in of_device[device]:
                stamped = replace(observation, at=BEGAN + at, monotonic=MONOTONIC + at)
                yield at + _lasts(observation), stamped


def _lasts(observation: AnyObservation) -> float:
    if isinstance(observation, EchoObservation):
        return _BURST_SECONDS
    return _SILENT_SECONDS if observation.outcome is Outcome.TIMEOUT else 0.1
