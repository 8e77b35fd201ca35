"""Terminal: a live table of links, sites and incidents, and where to look; the door of rich.

Reads a `Source`; every word that came from outside is plain text, never markup.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from netmon.api.source import Source
from netmon.incidents import Incident, Phase
from netmon.simulation.assessment import Finding
from netmon.verdict import Condition, Verdict
from topology.model import Link

_MARKS = {
    Condition.HEALTHY: ("●", "green"),
    Condition.DEGRADED: ("▲", "yellow"),
    Condition.DOWN: ("✖", "bold red"),
    Condition.UNREACHABLE: ("◌", "magenta"),
    Condition.UNKNOWN: ("?", "bright_black"),
    Condition.MAINTENANCE: ("⚒", "cyan"),
}
_WORST_FIRST = (
    Condition.DOWN,
    Condition.DEGRADED,
    Condition.UNREACHABLE,
    Condition.UNKNOWN,
    Condition.MAINTENANCE,
    Condition.HEALTHY,
)


class Terminal:
    """Where the demo speaks: lines, a picture that is drawn anew, and a table at the end.

    Headless, there is no picture and the words go to standard error.
    """

    def __init__(self, *, headless: bool) -> None:
        self._console = Console(stderr=headless)
        self._live = None if headless else Live(console=self._console, screen=sys.stdout.isatty())

    def say(self, words: str) -> None:
        """Print a line."""
        self._console.print(Text(words))

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Keep the screen for the picture meanwhile."""
        if self._live is None:
            yield
            return
        with self._live:
            yield

    def draw(self, source: Source, *, addresses: Sequence[str], elapsed_seconds: float) -> None:
        """Draw everything as it is now."""
        if self._live is not None:
            picture = _picture(source, addresses=addresses, elapsed_seconds=elapsed_seconds)
            self._live.update(picture)

    def report(self, findings: Sequence[Finding]) -> None:
        """Print what happened in the story, and what was made of it."""
        table = Table(title="What happened, and what netmon made of it", title_justify="left")
        for heading in ("", "event", "after", "words"):
            table.add_column(heading, overflow="fold")
        for finding in findings:
            after = "" if finding.after_seconds is None else f"{finding.after_seconds:.0f} s"
            style = "red" if finding.mark.is_failure else "green"
            mark = Text(finding.mark.value, style=style)
            table.add_row(mark, Text(finding.title), after, Text(finding.words))
        self._console.print(table)


def _picture(source: Source, *, addresses: Sequence[str], elapsed_seconds: float) -> RenderableType:
    return Group(
        _headline(source, elapsed_seconds),
        _incidents(source),
        _links(source),
        _sites(source),
        Text("  ".join(addresses), style="bright_black"),
    )


def _headline(source: Source, elapsed_seconds: float) -> RenderableType:
    network = source.network
    live = [incident for incident in source.incidents if incident.phase is not Phase.CLOSED]
    text = Text()
    text.append(
        f" {len(live)} open incidents " if live else " all quiet ",
        style="bold white on red" if live else "bold black on green",
    )
    text.append(
        f"  {len(network.sites)} sites · {len(network.devices)} devices · "
        f"{len(network.links)} links · {elapsed_seconds:.0f} s"
    )
    return text


def _incidents(source: Source) -> RenderableType:
    table = Table(title="Incidents", title_justify="left", expand=True, show_edge=False)
    for heading in ("phase", "cause", "what", "since", "why"):
        table.add_column(heading, overflow="fold", ratio=4 if heading in ("what", "why") else 1)
    for incident in sorted(source.incidents, key=_urgency)[:8]:
        table.add_row(
            Text(incident.phase.value, style="bright_black" if _is_over(incident) else "bold"),
            Text(incident.cause.words, style="" if _is_over(incident) else "yellow"),
            Text(incident.title),
            Text(f"{max(0.0, source.now - incident.opened_at):.0f} s"),
            Text(incident.evidence[0].words if incident.evidence else ""),
        )
    return table


def _is_over(incident: Incident) -> bool:
    return incident.phase in (Phase.CLOSED, Phase.CLEARING)


def _urgency(incident: Incident) -> tuple[bool, float]:
    return _is_over(incident), -incident.opened_at


def _links(source: Source) -> RenderableType:
    table = Table(title="Links", title_justify="left", expand=True, show_edge=False)
    for heading in ("", "link", "medium", "condition", "cause", "why"):
        table.add_column(heading, overflow="fold", ratio=4 if heading == "why" else None)
    judgement = source.judgement
    verdicts = {} if judgement is None else judgement.links
    rows = [
        (verdicts.get(link.id), link)
        for link in source.network.links.values()
        if link.id in verdicts and verdicts[link.id].condition is not Condition.HEALTHY
    ]
    rows.sort(key=lambda row: _rank(row[0]))
    for verdict, link in rows[:12]:
        table.add_row(*_link_row(verdict, link))
    healthy = len(verdicts) - len(rows)
    table.add_row(Text("●", style="green"), Text(f"{healthy} links healthy"), "", "", "", "")
    return table


def _rank(verdict: Verdict | None) -> int:
    return len(_WORST_FIRST) if verdict is None else _WORST_FIRST.index(verdict.condition)


def _link_row(verdict: Verdict | None, link: Link) -> tuple[Text, ...]:
    condition = Condition.UNKNOWN if verdict is None else verdict.condition
    mark, style = _MARKS[condition]
    return (
        Text(mark, style=style),
        Text(link.id),
        Text(link.medium.value),
        Text(condition.value, style=style),
        Text(verdict.cause.words if verdict is not None and verdict.cause is not None else ""),
        Text(verdict.because if verdict is not None else ""),
    )


def _sites(source: Source) -> RenderableType:
    judgement = source.judgement
    text = Text()
    for site in source.network.sites.values():
        verdict = None if judgement is None else judgement.sites.get(site.id)
        condition = Condition.UNKNOWN if verdict is None else verdict.condition
        mark, style = _MARKS[condition]
        text.append(f"{mark} {site.country}·{site.id}   ", style=style)
    return Panel(text, title="Sites", title_align="left")
