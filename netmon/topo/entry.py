"""Entry: the verb's place on the command line; all of it is loaded only by who asks for it.

What planners need (scipy above all) takes tens of megabytes that a monitor never uses.
"""

from collections.abc import Sequence
from typing import Any

VERB = "topo"
HELP = "ask the topology: what fails with what, what would help"


def add_verb(verbs: Any, words: Sequence[str]) -> None:
    """Add `topo` to the verbs, with its questions if these words of a command line name it."""
    topo = verbs.add_parser(VERB, help=HELP)
    if VERB not in words:
        return
    from netmon.topo.verb import add_questions  # noqa: PLC0415 - see above

    add_questions(topo)
