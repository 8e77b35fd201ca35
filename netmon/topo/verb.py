"""The verb `topo`: from files, a question and its options to an answer on the screen.

Exit code 0 with an answer, 2 for wrong input, and 2 as well where `--fail-if N` is told and the
answer's figure is above N, so that a pipeline can guard a plan.
"""

import argparse
import json
import sys
from pathlib import Path
from typing import Final

from netmon.config import load
from netmon.planning.answer import Answer, Plan, document, geojson
from netmon.planning.facts import facts_of
from netmon.planning.options import Option, PlanningError
from netmon.planning.questions import QUESTIONS, Asked, ask, options_of
from netmon.topo.screen import csv_of, patience, show
from topology.resilience.dependability import Facts

EXIT_WRONG_INPUT: Final = 2
EXIT_FAIL_IF: Final = 2


def add_questions(topo: argparse.ArgumentParser) -> None:
    """Add the questions to the verb."""
    questions = topo.add_subparsers(required=True, metavar="QUESTION")
    for asked in QUESTIONS:
        parser = questions.add_parser(asked.name, help=asked.help, description=asked.help)
        parser.add_argument(
            "--config", nargs="+", type=Path, required=True, metavar="FILE",
            help="the inventory: one file or several",
        )  # fmt: skip
        parser.add_argument("--large", action="store_true", help="allow files over 1 MB")
        parser.add_argument(
            "--facts", type=Path, metavar="FILE", help="CSV: kind,id,availability,users,mtbf_hours"
        )
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
    """Answer one question about the design in the files."""
    network = load.load(options.config, large=options.large).network
    given = {option.name: getattr(options, f"option_{option.name}") for option in options_of(asked)}
    try:
        facts = facts_of(options.facts)
        plan = Plan(network=network, facts=facts, against=_other(options, facts))
        with patience(f"{asked.name} of {len(network.sites)} sites, {len(network.links)} links"):
            answer = ask(asked.name, plan, given)
    except PlanningError as error:
        print(f"netmon topo {asked.name}: {error}", file=sys.stderr)
        return EXIT_WRONG_INPUT
    _tell(answer, plan, options)
    if options.fail_if is not None and answer.figure > options.fail_if:
        print(f"{asked.figure}: {answer.figure:g}, above {options.fail_if:g}", file=sys.stderr)
        return EXIT_FAIL_IF
    return 0


def _other(options: argparse.Namespace, facts: Facts) -> Plan | None:
    files = getattr(options, "against", None)
    if not files:
        return None
    return Plan(network=load.load(files, large=options.large).network, facts=facts)


def _tell(answer: Answer, plan: Plan, options: argparse.Namespace) -> None:
    if options.json:
        json.dump(document(answer), sys.stdout, ensure_ascii=False, allow_nan=False, indent=2)
        print()
    elif options.geojson:
        json.dump(geojson(answer, plan.network), sys.stdout, ensure_ascii=False, allow_nan=False)
        print()
    elif options.csv:
        sys.stdout.write(csv_of(answer))
    else:
        show(answer)
