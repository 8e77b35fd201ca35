"""Tables of all links and all sites, worst first: below the incidents, for those who look on."""

from collections import Counter
from collections.abc import Mapping
from html import escape
from typing import Final

from netmon.api.document import worst_first
from netmon.api.figures import UNKNOWN, LinkFigures, link_figures
from netmon.api.naming import between, incident_of_links, link_cause, missing_end, more
from netmon.api.source import Source
from netmon.api.symbols import symbol
from netmon.api.wording import band, clock, count, decibels, duration, milliseconds, percent
from netmon.incidents import Incident
from netmon.verdict import Condition, Verdict
from topology.model import LinkId, Site, SiteId

SHOWN_LINKS: Final = 200
SHOWN_SITES: Final = 200
_SHOWN_EVIDENCE: Final = 2


def link_table(source: Source, conditions: Mapping[LinkId, Condition]) -> str:
    """Show every link, worst first."""
    shown = worst_first(conditions)[:SHOWN_LINKS]
    figures = link_figures(source.readings, shown)
    judged = source.judgement
    explained = incident_of_links(source.incidents)
    rows = "".join(
        _link_row(
            source,
            link,
            judged.links.get(link) if judged else None,
            conditions[link],
            figures.get(link, UNKNOWN),
            explained,
        )
        for link in shown
    )
    heads = "".join(
        f'<th scope="col"{_numeric(name)}>{name}{_ends(name)}</th>'
        for name in ("Condition", "Link", "Cause", "RSL", "SNR", "Loss", "RTT")
    )
    return (
        '<section aria-label="Links"><h2>Links</h2><div class="scroll">'
        f"<table><thead><tr>{heads}</tr></thead><tbody>{rows}</tbody></table></div>"
        f"{more(len(conditions), SHOWN_LINKS, 'links', '/api/v1/links')}</section>"
    )


def _link_row(
    source: Source,
    link: LinkId,
    verdict: Verdict | None,
    condition: Condition,
    figures: LinkFigures,
    explained: Mapping[LinkId, Incident],
) -> str:
    network = source.network
    path = f"{between(network, link)} · {band(network.links[link])}"
    cause = link_cause(verdict, explained) or "–"
    because = _because(verdict) if verdict and condition is not Condition.HEALTHY else ""
    a, b = figures.a, figures.b
    unread = [
        missing_end(network, end)
        for end, figure in zip(network.links[link].ends, (a, b), strict=True)
        if figure.is_missing
    ]
    because = "; ".join([*unread, *([because] if because else [])])
    rsl = _both(decibels(a.rsl_dbm, "dBm"), decibels(b.rsl_dbm, "dBm"))
    loss, rtt = _echoes(condition, figures)
    snr = _both(decibels(a.snr_db, "dB"), decibels(b.snr_db, "dB"))
    return (
        f'<tr class="tone-{condition.value}">'
        f'<td class="condition">{symbol(condition)} {condition.value}'
        f"{_since(source, condition, verdict)}</td>"
        f'<th scope="row">{escape(link)}<small>{escape(path)}</small></th>'
        f'<td data-name="Cause">{escape(cause)}'
        f"{f'<small>{escape(because)}</small>' if because else ''}</td>"
        f'<td data-name="RSL" class="n">{rsl}</td>'
        f'<td data-name="SNR" class="n">{snr}</td>'
        f'<td data-name="Loss" class="n">{percent(loss)}</td>'
        f'<td data-name="RTT" class="n">{milliseconds(rtt)}</td></tr>'
    )


def _because(verdict: Verdict) -> str:
    """Say the first findings; a card and the API have them all."""
    told = [evidence.words for evidence in verdict.evidence]
    rest = len(told) - _SHOWN_EVIDENCE
    words = "; ".join(told[:_SHOWN_EVIDENCE])
    return f"{words}; {count(rest, 'more finding')}" if rest > 1 else "; ".join(told)


def _since(source: Source, condition: Condition, verdict: Verdict | None) -> str:
    """Say since when a link is not well: that a spare way is gone for days is news at 3 am."""
    if verdict is None or condition in (Condition.HEALTHY, Condition.UNKNOWN):
        return ""
    lasted = duration(max(0.0, source.now - verdict.since))
    return f"<small>{escape(clock(verdict.since, source.now))} · {lasted}</small>"


def _echoes(condition: Condition, figures: LinkFigures) -> tuple[float | None, float | None]:
    """Return loss and RTT; over a link that carries nothing no echo went, if one came back."""
    out = condition in (Condition.DOWN, Condition.MAINTENANCE)
    if out and figures.loss_ratio is not None and figures.loss_ratio < 1:
        return None, None
    return figures.loss_ratio, figures.rtt_seconds


def site_tiles(source: Source, conditions: Mapping[SiteId, Condition]) -> str:
    """Show every site, worst first."""
    tiles = "".join(
        _site(source.network.sites[site], conditions[site])
        for site in worst_first(conditions)[:SHOWN_SITES]
    )
    return (
        f'<section aria-label="Sites"><h2>Sites</h2><ul class="sites">{tiles}</ul>'
        f"{more(len(conditions), SHOWN_SITES, 'sites', '/api/v1/sites')}</section>"
    )


def _site(site: Site, condition: Condition) -> str:
    kinds = Counter(dependent.kind.value.replace("_", " ") for dependent in site.dependents)
    carries = ", ".join(count(number, kind) for kind, number in sorted(kinds.items()))
    role = f"{site.role.value.replace('_', ' ')} · {site.country}"
    return (
        f'<li class="site tone-{condition.value}">{symbol(condition)}'
        f"<div><strong>{escape(site.name or site.id)}</strong>"
        f'<span class="word">{condition.value}</span>'
        f"<small>{escape(role)}{f' · {escape(carries)}' if carries else ''}</small></div></li>"
    )


def _both(a: str, b: str) -> str:
    return a if a == b == "–" else f"<span>{a}</span> <span>{b}</span>"


def _numeric(name: str) -> str:
    return ' class="n"' if name in ("RSL", "SNR", "Loss", "RTT") else ""


def _ends(name: str) -> str:
    return "<small>a end, b end</small>" if name in ("RSL", "SNR") else ""
