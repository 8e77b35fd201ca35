"""Terminal: what is wrong, since when, why, what it cuts off, what is due first; the door of rich.

Reads a `Source`; every word that came from outside is plain text, never markup. The screen always
fits: the worst comes first, lines are cut where room is short, and what has none is counted.
"""

import logging
import sys
import textwrap
from collections import deque
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Final

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.progress import Progress
from rich.table import Table
from rich.text import Text

from netmon.api.document import (
    link_conditions,
    open_incidents,
    site_conditions,
    worst_first,
)
from netmon.api.first_check import first_check
from netmon.api.naming import between, blinded, incident_of_links, link_cause, names
from netmon.api.source import Source
from netmon.api.wording import NO_CORE, NOT_WORKED_OUT, band, clock, count, duration, rfc3339
from netmon.incidents import Incident, Phase, Severity
from netmon.simulation.assessment import Finding
from netmon.verdict import Cause, Condition, Verdict
from topology.model import LinkId, SiteId
from topology.network import Network

_MARKS: Final = {
    Condition.HEALTHY: ("●", "green"),
    Condition.DEGRADED: ("▲", "yellow"),
    Condition.DOWN: ("✖", "bold red"),
    Condition.UNREACHABLE: ("◌", "magenta"),
    Condition.UNKNOWN: ("?", "bright_black"),
    Condition.MAINTENANCE: ("▬", "cyan"),
}
_BADGES: Final = {
    Severity.CRITICAL: "bold white on red",
    Severity.WARNING: "bold black on yellow",
    Severity.INFO: "bold black on cyan",
}
_ALARM: Final = "bold white on red"
_DIM: Final = "bright_black"
WIDE: Final = 120  # columns from which links say where they lead
STALE_SECONDS: Final = 10.0  # a judgement older than this is said to be old
HELD_LINES: Final = 1000
_PIPE_COLUMNS: Final = 200
INDENT: Final = 12  # of an incident's facts

Lines = list[Text]


class Terminal:
    """Where the demo speaks: lines, a picture that is drawn anew, and a table at the end.

    Headless, or into a pipe or a file, there is no picture: there the log says what happens.
    """

    def __init__(self, *, headless: bool) -> None:
        self._console = Console(stderr=headless)
        self._live: Live | None = None
        if self._console.is_terminal and not headless:
            self._live = Live(console=self._console, screen=True, auto_refresh=False)

    def say(self, words: str) -> None:
        """Print a line."""
        self._console.print(Text(words))

    @contextmanager
    def drawing(self) -> Iterator[None]:
        """Keep the screen for the picture meanwhile; what is logged is said afterwards."""
        if self._live is None:
            yield
            return
        with _holding_log(), self._live:
            yield

    def draw(self, source: Source, *, addresses: Sequence[str], elapsed_seconds: float) -> None:
        """Draw everything as it is now."""
        if self._live is not None:
            picture = draw(
                source,
                addresses=addresses,
                elapsed_seconds=elapsed_seconds,
                width=self._console.width,
                height=self._console.height,
            )
            self._live.update(picture, refresh=True)

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


def print_table(title: str, headings: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print a table on standard output, as wide as its words where that is no terminal."""
    console = Console(width=None if sys.stdout.isatty() else _PIPE_COLUMNS)
    table = Table(title=Text(title), title_justify="left")
    for heading in headings:
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(cell) for cell in row))
    console.print(table)


@contextmanager
def progress(title: str, total: int) -> Iterator[Callable[[], None]]:
    """Draw a bar on standard error, where that is a terminal; give what moves it on by one."""
    bar = Progress(console=Console(stderr=True), transient=True)
    task = bar.add_task(title, total=total)
    if not bar.console.is_terminal:
        yield lambda: None
        return
    with bar:
        yield lambda: bar.advance(task)


def draw(
    source: Source,
    *,
    addresses: Sequence[str],
    elapsed_seconds: float,
    width: int,
    height: int,
) -> RenderableType:
    """Return the whole screen as it is now, at most `height` lines of `width` columns."""
    open_now = open_incidents(source.incidents)
    open_now.sort(key=lambda one: one.phase is Phase.CLEARING)  # what is over comes last
    closed = [one for one in source.incidents if one.phase is Phase.CLOSED]
    foot = [_line("  ".join(addresses), style=_DIM)]
    sick_links, sick_sites = _sick_links(source), _sick_sites(source)
    room = height - 2
    kept = 2 + min(len(sick_links), 2) + 2 + min(len(sick_sites), 2)  # for what comes after
    cards = _cards(source, open_now, room - kept, width)
    room -= len(cards)
    links = _links(source, sick_links, room - 2 - min(len(sick_sites), 2), width)
    room -= links.row_count + 1
    sites = _sites(source, sick_sites, room, width)
    lately = _lately(source, closed, room - len(sites))
    return Group(
        _headline(source, open_now, elapsed_seconds),
        *cards,
        *lately,
        _links_head(source, sick_links),
        links,
        *sites,
        *foot,
    )


@contextmanager
def _holding_log() -> Iterator[None]:
    root = logging.getLogger()
    before, held = root.handlers[:], _Held()
    root.handlers = [held]
    try:
        yield
    finally:
        root.handlers = before
        for record in held.records:
            root.handle(record)


class _Held(logging.Handler):
    """Keeps the last records."""

    def __init__(self) -> None:
        super().__init__()
        self.records: deque[logging.LogRecord] = deque(maxlen=HELD_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def _line(*parts: str | tuple[str, str], style: str = "") -> Text:
    return Text.assemble(*parts, no_wrap=True, overflow="ellipsis", style=style)


def _headline(source: Source, live: Sequence[Incident], elapsed_seconds: float) -> Text:
    network = source.network
    critical = sum(one.severity is Severity.CRITICAL for one in live)
    badge, style = f" {count(len(live), 'open incident')} ", "bold black on yellow"
    if source.judgement is None:
        badge, style = " waiting ", "bold black on cyan"
    elif not live:
        badge, style = " all quiet ", "bold black on green"
    elif critical:
        badge, style = f" {count(len(live), 'open incident')}, {critical} critical ", _ALARM
    age = source.data_age_seconds
    if age is None:
        stale = ("  nothing judged yet", _DIM)
    elif age > STALE_SECONDS:
        stale = (f"  {duration(age)} old: judging has stopped", _ALARM)
    else:
        stale = ("", "")
    return _line(
        (badge, style),
        f"  {rfc3339(source.now)[11:19]} UTC",
        stale,
        f"  {count(len(network.sites), 'site')} · {count(len(network.devices), 'device')} · "
        f"{count(len(network.links), 'link')} · running {duration(elapsed_seconds)}",
    )


def _cards(source: Source, incidents: Sequence[Incident], room: int, width: int) -> Lines:
    """Write the incidents, whole if there is room, else cut; always the first, and the count."""
    whole = [line for one in incidents for line in _card(source, one, width, is_cut=False)]
    if len(whole) <= room:
        return whole
    lines: Lines = []
    for shown, incident in enumerate(incidents):
        card = _card(source, incident, width, is_cut=True)
        if shown and len(lines) + len(card) + 1 > room:
            lines.append(_line(f"… and {count(len(incidents) - shown, 'more incident')}"))
            break
        lines += card
    return lines


def _card(source: Source, incident: Incident, width: int, *, is_cut: bool) -> Lines:
    mark, _ = _MARKS[incident.condition]
    is_over = incident.phase is Phase.CLEARING
    badge = _DIM if is_over else _BADGES[incident.severity]
    lines = [
        _line(
            (f" {mark} {incident.severity.value} ", badge),
            f" {_phase(incident)} {duration(source.now - incident.opened_at)} ",
            (f" {incident.title}", "" if is_over else "bold"),
            f"  since {clock(incident.opened_at, source.now)}",
        )
    ]
    facts = [("why", _why(incident)), ("cut off", _cut_off(source.network, incident))]
    if not is_over:
        facts.append(("first", first_check(incident)))
    for name, words in facts:
        rows = [words] if is_cut else textwrap.wrap(words, max(20, width - INDENT))
        lines += [
            _line((f"   {'' if number else name:<{INDENT - 3}}", _DIM), row)
            for number, row in enumerate(rows)
        ]
    return lines


def _phase(incident: Incident) -> str:
    by = f" by {incident.acknowledged_by}" if incident.acknowledged_by else ""
    return f"{incident.phase.value}{by}"


def _why(incident: Incident) -> str:
    cause = "cause not clear" if incident.cause is Cause.UNKNOWN else incident.cause.words
    if incident.runner_up not in (None, Cause.UNKNOWN) and incident.odds >= 1:
        odds = "over 99" if incident.odds > 99 else f"{incident.odds:.0f}"
        cause += f", {odds} to 1 against {incident.runner_up.words}"
    return f"{cause}: {incident.evidence[0].words}" if incident.evidence else cause


def _cut_off(network: Network, incident: Incident) -> str:
    if not incident.sites_lost and not incident.dependents_lost:
        if not incident.consequence_known:
            return NOT_WORKED_OUT
        return "nothing is cut off" if network.cores else NO_CORE
    parts = [f"{count(len(incident.sites_lost), 'site')}: {names(_named(network, incident))}"]
    if incident.dependents_lost:
        carried = count(len(incident.dependents_lost), "dependent")
        parts.append(f"{carried}: {names(blinded(network, incident.dependents_lost))}")
    if not incident.consequence_known:
        parts.append(f"more {NOT_WORKED_OUT}")
    return " · ".join(parts)


def _named(network: Network, incident: Incident) -> list[str]:
    lost = [SiteId(site) for site in incident.sites_lost]
    return [network.sites[site].name or site if site in network.sites else site for site in lost]


def _lately(source: Source, closed: Sequence[Incident], room: int) -> Lines:
    """Write what ended last, newest first, if there is room."""
    newest = sorted(closed, key=lambda one: -one.changed_at)[: max(0, min(3, room))]
    return [
        _line(
            f" ✓ {one.title}  over since {clock(one.changed_at, source.now)}",
            f", lasted {duration(one.changed_at - one.opened_at)}",
            style=_DIM,
        )
        for one in newest
    ]


def _sick_links(source: Source) -> list[LinkId]:
    conditions = link_conditions(source.network, source.judgement)
    return [link for link in worst_first(conditions) if conditions[link] is not Condition.HEALTHY]


def _links(source: Source, sick: Sequence[LinkId], room: int, width: int) -> Table:
    """Return the links that are not healthy, worst first, as many as fit."""
    columns = 6 if width >= WIDE else 4
    table = Table.grid(padding=(0, 2, 0, 0), expand=True)
    for number in range(columns):
        is_last = number == columns - 1
        table.add_column(no_wrap=True, overflow="ellipsis", ratio=1 if is_last else None)
    shown = sick if len(sick) <= room else sick[: max(0, room - 1)]
    judged = source.judgement
    explained = incident_of_links(source.incidents)
    for link in shown:
        verdict = judged.links.get(link) if judged else None
        table.add_row(*_link_row(source, link, verdict, explained, width))
    if len(shown) < len(sick):
        table.add_row("…", f"and {count(len(sick) - len(shown), 'more link')}")
    return table


def _links_head(source: Source, sick: Sequence[LinkId]) -> Text:
    total = len(source.network.links)
    return _line("   ", ("Links", "bold"), f" {total - len(sick)} of {total} healthy")


def _link_row(
    source: Source,
    link: LinkId,
    verdict: Verdict | None,
    explained: Mapping[LinkId, Incident],
    width: int,
) -> list[Text]:
    condition = Condition.UNKNOWN if verdict is None else verdict.condition
    mark, style = _MARKS[condition]
    cause = link_cause(verdict, explained)
    where = []
    if width >= WIDE:
        where = [Text(between(source.network, link)), Text(band(source.network.links[link]))]
    words = f"{condition.value}, {cause}" if cause else condition.value
    because = verdict.evidence[0].words if verdict is not None and verdict.evidence else ""
    return [Text(mark, style=style), Text(link), *where, Text(words, style=style), Text(because)]


def _sick_sites(source: Source) -> list[SiteId]:
    conditions = site_conditions(source.network, source.judgement)
    return [site for site in worst_first(conditions) if conditions[site] is not Condition.HEALTHY]


def _sites(source: Source, sick: Sequence[SiteId], room: int, width: int) -> Lines:
    """Write every site, the sick ones with what they carry; only those where room is short."""
    total = len(source.network.sites)
    conditions = site_conditions(source.network, source.judgement)
    head = _line("   ", ("Sites", "bold"), f" {total - len(sick)} of {total} healthy")
    lines = [head]
    for site in sick[: max(0, room - 2)]:
        mark, style = _MARKS[conditions[site]]
        one = source.network.sites[site]
        carries = names(dependent.id for dependent in one.dependents)
        words = f"{mark}  {one.country} {one.name or site}: {conditions[site].value}"
        words += _planned(source, site)
        lines.append(_line((words, style), f", carries {carries}" if carries else ""))
    healthy = [site for site in source.network.sites if site not in sick]
    tiles = _tiles(healthy, width)
    return lines + tiles if len(lines) + len(tiles) < room else lines


def _planned(source: Source, site: SiteId) -> str:
    """Say what was planned of a site, if that is why it is what it is."""
    verdict = source.judgement.sites.get(site) if source.judgement else None
    said = verdict.evidence[0] if verdict is not None and verdict.evidence else None
    return f", {said.words}" if said is not None and said.detector == "planned" else ""


def _tiles(sites: Sequence[SiteId], width: int) -> Lines:
    mark, style = _MARKS[Condition.HEALTHY]
    lines: Lines = []
    used = width
    for site in sites:
        tile = f"{mark} {site}  "
        if used + len(tile) > width:
            lines.append(_line("   "))
            used = 3
        lines[-1].append(tile, style=style)
        used += len(tile)
    return lines
