"""Evaluate: run the layers of evidence one by one and write them into docs/detection.md.

    python -m bench.detection [--layers a1 b c area quiet d t3 drills sensitivity] [--quick]
        [--seed 100] [--stories 12] [--nights 26] [--jobs 2] [--dry-run]

`--quick` takes a few links, days and hours, for a taste, and writes nothing.
"""

import argparse
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from bench.detection import area, ontraces, quiet, sensitivity, simulated
from bench.detection.page import PAGE, replace_section
from bench.detection.splits import DEVELOPMENT, VALIDATION, seeds
from bench.detection.stories import Course
from bench.detection.traces import Traces, TracesMissingError, load
from netmon.simulation import drills

_QUICK: Final = (40, 3 * 1440)  # links, polls
_LIVED_SEEDS: Final = (3, 11, 19, 27)  # of development: D compares two runs, it scores none
_SWEPT: Final = 6  # seeds of T3
_SENSED: Final = 3  # of the sensitivity, from development


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What was asked for."""

    seed: int
    stories: int
    nights: int
    jobs: int
    quick: bool
    final: bool
    loaded: Traces | None

    @property
    def traces(self) -> Traces:
        """The real levels; layers that need them are run only where they are."""
        if self.loaded is None:
            raise TracesMissingError("this layer needs the real traces")
        return self.loaded


def _c(run: Run) -> str:
    course = simulated.TASTE if run.quick else Course(is_unseen=run.final)
    return simulated.causes(range(run.seed, run.seed + run.stories), course, run.jobs)


def _area(run: Run) -> str:
    course = simulated.TASTE if run.quick else Course(is_unseen=run.final)
    return area.section(range(run.seed, run.seed + run.stories), course, run.jobs)


def _quiet(run: Run) -> str:
    if run.quick:
        return quiet.section(range(run.seed, run.seed + 1), jobs=run.jobs, is_taste=True)
    return quiet.section(seeds(range(run.seed, run.seed + run.nights)), jobs=run.jobs)


def _d(run: Run) -> str:
    if run.quick:
        return simulated.lived(_LIVED_SEEDS[:1], simulated.TASTE, run.jobs)
    return simulated.lived(_LIVED_SEEDS, simulated.LIVED, run.jobs)


def _t3(run: Run) -> str:
    return simulated.low_duty(range(run.seed, run.seed + (1 if run.quick else _SWEPT)), run.jobs)


def _drills(run: Run) -> str:
    return simulated.drilled(drills.names()[: 1 if run.quick else None])


def _sensitivity(run: Run) -> str:
    chosen = range(DEVELOPMENT[0], DEVELOPMENT[0] + (1 if run.quick else _SENSED))
    on_traces = sensitivity.on_traces(run.traces, run.seed)
    return f"{on_traces}\n\n{simulated.story_sensitivity(chosen, run.jobs)}"


LAYERS: Final[dict[str, Callable[[Run], str]]] = {
    "a1": lambda run: ontraces.a1(run.traces, run.seed),
    "b": lambda run: ontraces.b(run.traces, run.seed),
    "c": _c,
    "area": _area,
    "quiet": _quiet,
    "d": _d,
    "t3": _t3,
    "drills": _drills,
    "sensitivity": _sensitivity,
}
ON_TRACES: Final = frozenset({"a1", "b", "sensitivity"})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the layers asked for; return what the shell is told."""
    parser = argparse.ArgumentParser(prog="python -m bench.detection", description=__doc__)
    parser.add_argument("--layers", nargs="+", choices=LAYERS, default=list(LAYERS))
    parser.add_argument("--seed", type=int, default=VALIDATION[0])
    parser.add_argument("--stories", type=int, default=12, help="seeds of layer c")
    parser.add_argument("--nights", type=int, default=26, help="seeds of layer quiet")
    parser.add_argument("--jobs", type=int, default=2, help="seeds at a time, a process each")
    parser.add_argument("--quick", action="store_true", help="a few links, nothing is written")
    parser.add_argument("--dry-run", action="store_true", help="print, and write nothing")
    parser.add_argument("--final-scoring", action="store_true", help="open seeds 1000–1199")
    options = parser.parse_args(arguments)
    stories = 1 if options.quick else options.stories
    nights = 1 if options.quick else options.nights
    watched = max(stories, nights if "quiet" in options.layers else 0)
    seeds(range(options.seed, options.seed + watched), final_scoring=options.final_scoring)
    try:
        traces = _traces(options.layers, quick=options.quick)
    except TracesMissingError as missing:
        print(missing, file=sys.stderr)
        return 2
    run = Run(
        seed=options.seed,
        stories=stories,
        nights=options.nights,
        jobs=1 if options.quick else options.jobs,
        quick=options.quick,
        final=options.final_scoring,
        loaded=traces,
    )
    for layer in options.layers:
        started = time.monotonic()
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", "All-NaN|Mean of empty", RuntimeWarning)
            body = LAYERS[layer](run)
        print(f"{body}\n\n{layer}: {time.monotonic() - started:.0f} s\n", flush=True)
        if not (options.quick or options.dry_run):
            page = replace_section(PAGE.read_text(encoding="utf-8"), layer.upper(), body)
            PAGE.write_text(page, encoding="utf-8")
    return 0


def _traces(layers: Sequence[str], *, quick: bool) -> Traces | None:
    """Return the traces where a layer needs them."""
    if not set(layers) & ON_TRACES:
        return None
    traces = load()
    return traces.of(np.arange(_QUICK[0]), _QUICK[1]) if quick else traces


if __name__ == "__main__":
    sys.exit(main())
