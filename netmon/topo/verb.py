"""The verb `topo`: from files, or a running netmon, and a question to an answer on the screen.

Exit code 0 with an answer, 2 for wrong input, and 2 as well where `--fail-if N` is told and the
answer's figure is above N, so that a pipeline can guard a plan.
"""

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from netmon.planning.answer import Answer, Plan, document, geojson
from netmon.planning.facts import COLUMNS, facts_of
from netmon.planning.options import Option, PlanningError
from netmon.planning.questions import QUESTIONS, Asked, ask, options_of
from netmon.topo.exporting import add_exports
from netmon.topo.reading import add_input, other_of, plan_of, refuse_drawn
from netmon.topo.remote import ask_running
from netmon.topo.screen import csv_of, patience, show
from netmon.topo.visible import visible

EXIT_WRONG_INPUT: Final = 2
EXIT_FAIL_IF: Final = 2
Given = Mapping[str, Sequence[str]]


def add_questions(topo: argparse.ArgumentParser) -> None:
    """Add the questions to the verb."""
    questions = topo.add_subparsers(required=True, metavar="QUESTION")
    for asked in QUESTIONS:
        parser = questions.add_parser(asked.name, help=asked.help, description=asked.help)
        given = add_input(parser)
        given.add_argument(
            "--url", metavar="URL", help="instead: a running netmon, and its network"
        )
        parser.add_argument("--base", metavar="TIME", help="with --url: live, design or a time")
        parser.add_argument("--facts", type=Path, metavar="FILE", help=f"CSV: {','.join(COLUMNS)}")
        for option in options_of(asked):
            _add(parser, option)
        if asked.name == "diff":
            parser.add_argument(
                "--against", nargs="+", type=Path, metavar="FILE", help="the other plan's inventory"
            )
        shown = parser.add_mutually_exclusive_group()
        shown.add_argument("--json", action="store_true", help="everything, for programs")
        shown.add_argument("--geojson", action="store_true", help="for maps (RFC 7946)")
        shown.add_argument("--csv", action="store_true", help="the table, for spreadsheets")
        parser.add_argument(
            "--fail-if", type=float, metavar="N", help=f"exit 2 above so many {asked.figure}"
        )
        parser.set_defaults(verb=lambda options, asked=asked: _topo(options, asked))
    add_exports(questions)


def _add(parser: argparse.ArgumentParser, option: Option) -> None:
    words = option.help
    if option.choices:
        words += f": {', '.join(option.choices)}"
    if option.default is not None:
        words += f" (default {option.default})"
    parser.add_argument(
        f"--{option.name.replace('_', '-')}", action="append", default=[],
        metavar=option.metavar, help=words.replace("%", "%%"), dest=f"option_{option.name}",
    )  # fmt: skip


def _topo(options: argparse.Namespace, asked: Asked) -> int:
    """Answer one question, or have it answered."""
    given = {option.name: getattr(options, f"option_{option.name}") for option in options_of(asked)}
    try:
        if options.url is not None:
            figure = _have_answered(options, asked, given)
        else:
            figure = _answer(options, asked, given)
    except PlanningError as error:
        print(visible(f"netmon topo {asked.name}: {error}"), file=sys.stderr)
        return EXIT_WRONG_INPUT
    if options.fail_if is not None and figure > options.fail_if:
        print(f"{asked.figure}: {figure:g}, above {options.fail_if:g}", file=sys.stderr)
        return EXIT_FAIL_IF
    return 0


def _answer(options: argparse.Namespace, asked: Asked, given: Given) -> float:
    """Tell the answer about the design in the files; return its figure."""
    if options.base is not None:
        raise PlanningError("--base goes with --url; files are the design")
    facts = facts_of(options.facts)
    plan = replace(plan_of(options, facts), against=other_of(options, facts))
    network = plan.network
    with patience(f"{asked.name} of {len(network.sites)} sites, {len(network.links)} links"):
        answer = ask(asked.name, plan, given)
    _tell(answer, plan, options)
    return answer.figure


def _have_answered(options: argparse.Namespace, asked: Asked, given: Given) -> float:
    """Tell the answer of a running netmon; return its figure."""
    if options.facts or getattr(options, "against", None) or options.csv or options.large:
        raise PlanningError("--url takes the question's own options, --base, --json and --geojson")
    if options.geojson and options.fail_if is not None:
        raise PlanningError("--fail-if needs a figure, which --geojson of --url has not")
    refuse_drawn(options)
    form = {"format": ["geojson"]} if options.geojson else {}
    base = {} if options.base is None else {"base": [options.base]}
    with patience(f"{asked.name}, asked of {options.url}"):
        told = ask_running(options.url, asked.name, {**given, **form, **base})
    if options.json or options.geojson:
        json.dump(told, sys.stdout, ensure_ascii=False, allow_nan=False, indent=2)
        print()
    else:
        words = f"{told.get('base')}: {told.get('summary')}"
        print("".join(one for one in words if one.isprintable()))
    figure = told.get("figure")
    if isinstance(figure, int | float):
        return float(figure)
    if options.fail_if is not None:
        raise PlanningError(f"{options.url}: the answer has no figure, which --fail-if needs")
    return math.nan


def _tell(answer: Answer, plan: Plan, options: argparse.Namespace) -> None:
    if options.json:
        json.dump(document(answer), sys.stdout, ensure_ascii=False, allow_nan=False, indent=2)
        print()
    elif options.geojson:
        json.dump(
            geojson(answer, plan.network, plan.unplaced),
            sys.stdout,
            ensure_ascii=False,
            allow_nan=False,
        )
        print()
    elif options.csv:
        sys.stdout.write(csv_of(answer))
    else:
        show(answer)
