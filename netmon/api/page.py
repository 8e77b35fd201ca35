"""The status page: what is wrong, what it cuts off, what to check first; then everything else.

Written for a wall at three metres and a phone in a tower. Every text goes through `html.escape`;
colour is never the only signal: each condition has a symbol and its word. The page's script asks
for this same page every 5 s and exchanges its `<main>`, so there is one template.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from html import escape
from typing import Final

from netmon.api.cards import incident_cards, tone
from netmon.api.document import link_conditions, open_incidents, site_conditions
from netmon.api.source import Source
from netmon.api.symbols import symbol, symbol_sheet
from netmon.api.tables import link_table, site_tiles
from netmon.api.wording import CONDITION_ORDER, count, duration, rfc3339
from netmon.incidents import Incident
from netmon.verdict import Condition
from topology.model import LinkId, SiteId

STALE_SECONDS: Final = 60.0  # six poll rounds: then the page speaks of the past


def status_page(source: Source) -> str:
    """Return the whole page."""
    return _PAGE.format(title=_title(source), symbols=symbol_sheet(), body=_body(source))


def _title(source: Source) -> str:
    """Return what a browser's tab says: the page itself may be behind others."""
    links = link_conditions(source.network, source.judgement)
    _, words, _ = _headline_words(source, open_incidents(source.incidents), links)
    return f"{escape(words)} · netmon"


def _body(source: Source) -> str:
    network, now = source.network, source.now
    incidents = open_incidents(source.incidents)
    links = link_conditions(network, source.judgement)
    sites = site_conditions(network, source.judgement)
    return "".join(
        (
            _headline(source, incidents, links, sites),
            incident_cards(network, incidents, now),
            link_table(source, links),
            site_tiles(source, sites),
        )
    )


def _headline(
    source: Source,
    incidents: list[Incident],
    links: Mapping[LinkId, Condition],
    sites: Mapping[SiteId, Condition],
) -> str:
    colour, words, under = _headline_words(source, incidents, links)
    age = source.data_age_seconds
    return (
        f'<section class="headline tone-{colour}" aria-label="Headline">'
        f'<h1 role="status">{escape(words)}</h1>'
        f'<p class="under">{escape(under)}</p>'
        '<dl class="facts">'
        f"<div><dt>Sites</dt><dd>{_counts(sites.values())}</dd></div>"
        f"<div><dt>Links</dt><dd>{_counts(links.values())}</dd></div>"
        '<div class="age"><dt>Data age</dt><dd>'
        f'<span id="age" data-age="{_seconds(age)}">{"none yet" if age is None else duration(age)}'
        f'</span> <small>at <time datetime="{rfc3339(source.now)}">{rfc3339(source.now)[11:19]} UTC'
        "</time></small></dd></div>"
        "</dl></section>"
    )


_TELLS: Final = (Condition.HEALTHY, Condition.DEGRADED)  # of netmon's own site: all is seen


def _headline_words(
    source: Source, incidents: list[Incident], links: Mapping[LinkId, Condition]
) -> tuple[str, str, str]:
    """Return tone, headline and the line under it."""
    age, judgement = source.data_age_seconds, source.judgement
    if judgement is None or age is None:
        reasons = "; ".join(source.unready()) or "the first judgement follows the first polls"
        return "unknown", "Not judged yet", reasons
    opened = count(len(incidents), "open incident")
    if age > STALE_SECONDS:
        return "down", f"Data is {duration(age)} old", f"what follows is the past; {opened} then"
    if judgement.network is not None and judgement.network.condition not in _TELLS:
        return "down", "netmon itself is cut off", judgement.network.because
    if incidents:
        worst = incidents[0]
        return tone(worst), opened, f"worst: {worst.title}"
    unwell = [link for link, condition in links.items() if condition is not Condition.HEALTHY]
    if unwell:
        return (
            "degraded",
            "No open incident",
            f"{count(len(unwell), 'link')} not healthy, see below",
        )
    return "healthy", "All quiet", f"{count(len(links), 'link')} healthy"


def _counts(conditions: Iterable[Condition]) -> str:
    found = Counter(conditions)
    return " ".join(
        f'<span class="count tone-{condition.value}">{symbol(condition)} {found[condition]} '
        f"<small>{condition.value}</small></span>"
        for condition in CONDITION_ORDER
        if found[condition]
    )


def _seconds(age: float | None) -> str:
    return "" if age is None else f"{age:.0f}"


_PAGE: Final = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="dark">
<meta name="robots" content="noindex">
<title>{title}</title>
<link rel="icon" href="/static/netmon.svg" type="image/svg+xml">
<link rel="stylesheet" href="/static/netmon.css">
<script src="/static/netmon.js" defer></script>
<noscript><meta http-equiv="refresh" content="5"></noscript>
</head>
<body>
<svg class="sheet" aria-hidden="true">{symbols}</svg>
<header><strong>netmon</strong><nav><a href="/api/v1/incidents?phase=open">incidents</a>
<a href="/api/v1/links">links</a> <a href="/api/v1/sites">sites</a>
<a href="/metrics">metrics</a></nav></header>
<p id="lost" role="alert" hidden></p>
<main>{body}</main>
</body>
</html>
"""
