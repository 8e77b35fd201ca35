"""The verb `drill`: a scenario on the simulated border, monitored for real, for people to train.

It is a demo with another story: netmon itself runs, with page and metrics of its own, and has to
find out what the scenario holds; so do those who train. What happened is told at the end, or at
once with --tell. Nothing of a running netmon is touched (docs/decisions/0051).
"""

import argparse
from typing import Any, Final

from netmon import demo
from netmon.simulation import drills
from netmon.terminal import Terminal, print_table

LIST: Final = "list"


def add_verbs(verbs: Any) -> None:
    """Add `drill` to the verbs of the command line."""
    verb = verbs.add_parser("drill", help="train with a scenario: list, or one by its name")
    verb.add_argument("name", metavar="list|NAME", help="which one; `list` names them")
    verb.add_argument("--tell", action="store_true", help="say beforehand what will happen, when")
    verb.add_argument("--headless", action="store_true", help="no table; a report at the end")
    verb.add_argument("--tun", action="store_true", help="through the kernel (needs root)")
    verb.add_argument("--port", type=int, default=9878, help="of /metrics and the page; 0: any")
    verb.set_defaults(verb=_drill)


def _drill(options: argparse.Namespace) -> int:
    if options.name == LIST:
        return _list()
    terminal = Terminal(headless=options.headless)
    try:
        chosen = drills.load(options.name)
    except drills.DrillError as error:
        terminal.say(str(error))
        return 2
    terminal.say(f"{chosen.title} ({chosen.story.length_seconds:.0f} s)\n\n{chosen.about}\n")
    if options.tell:
        print_table("What will happen", ("after", "event"), _told(chosen))
    demo.run(
        demo.DemoSettings(
            seconds=chosen.story.length_seconds,
            headless=options.headless,
            tun=options.tun,
            port=options.port,
            story=chosen.name,
            is_drill=True,
        )
    )
    return 0


def _list() -> int:
    found = [drills.load(name) for name in drills.names()]
    print_table(
        "Drills",
        ("name", "what it is about", "seconds"),
        [(one.name, one.title, f"{one.story.length_seconds:.0f}") for one in found],
    )
    return 0


def _told(chosen: drills.Drill) -> list[tuple[str, str]]:
    """Return when each event begins and ends, in the order of time."""
    moments = []
    for event in chosen.story.events:
        name = type(event).__name__
        moments.append((event.start_seconds, f"{name} begins"))
        moments.append((event.end_seconds, f"{name} ends"))
    return [(f"{at:.0f} s", words) for at, words in sorted(moments)]
