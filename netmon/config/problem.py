"""Problem: one mistake in a file, where it stands and what would be right; reported all at once.

Nothing here ever holds the text of a secret: messages about credentials name keys, never values.
"""

import difflib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

SHOWN: Final = 200  # problems in an error's text; `problems` holds all of them
QUOTED: Final = 64  # characters of the file's own text in a message
MANY: Final = 500  # words, above which only those that begin or end alike are compared


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Problem:
    """One mistake: `file:line:column: where: message`; counted from 1, and 0 is unknown."""

    file: Path
    line: int
    column: int
    where: str  # like `links[3].ends[1]`
    message: str

    def __str__(self) -> str:
        place = f"{self.file}:{self.line}:{self.column}" if self.line else f"{self.file}"
        return (
            f"{place}: {self.where}: {self.message}" if self.where else f"{place}: {self.message}"
        )


class ConfigurationError(Exception):
    """The files cannot be used; `problems` says everything that is wrong with them."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems: tuple[Problem, ...] = tuple(sorted(set(problems)))
        super().__init__(self.problems)

    def __str__(self) -> str:
        lines = [str(problem) for problem in self.problems[:SHOWN]]
        if len(self.problems) > SHOWN:
            lines.append(f"… and {len(self.problems) - SHOWN} more")
        count = "1 mistake" if len(self.problems) == 1 else f"{len(self.problems)} mistakes"
        return "\n".join([*lines, f"{count}; nothing was started or changed"])


@dataclass(slots=True)
class Report:
    """What was found so far: mistakes, and things worth a warning."""

    problems: list[Problem] = field(default_factory=list)
    warnings: list[Problem] = field(default_factory=list)
    hints_left: int = 200  # looking for the nearest of 10,000 names takes milliseconds each time

    def raise_if_any(self) -> None:
        """Raise everything that was found, if anything was."""
        if self.problems:
            raise ConfigurationError(self.problems)

    def hint(self, word: str, known: Iterable[str]) -> str:
        """Return what to add to a message about an unknown word, while hints last."""
        if self.hints_left <= 0:
            return ""
        self.hints_left -= 1
        return did_you_mean(word, known)


def quote(text: object) -> str:
    """Show a file's own text safely: shortened, and nothing in it can steer a terminal."""
    shown = str(text)
    return ascii(shown if len(shown) <= QUOTED else shown[:QUOTED] + "...")


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """Return ` - did you mean 'x'?` for the nearest known word, or what there is, or nothing."""
    words = sorted(known)
    folded = word[:QUOTED].casefold()
    candidates = words
    if len(words) > MANY:
        ends = folded[:3], folded[-3:]
        candidates = [
            each for each in words if each[:3].casefold() == ends[0] or each.endswith(ends[1])
        ][: 4 * MANY]
    spellings = {each.casefold(): each for each in candidates}
    if near := difflib.get_close_matches(folded, spellings, n=1, cutoff=0.6):
        return f" - did you mean {spellings[near[0]]!r}?"
    if 0 < len(words) <= 12:  # what there is may be wrong itself
        return " - known: " + ", ".join(quote(each)[1:-1] for each in words)
    return ""
