"""Weather: rain over neighbouring links is one rain."""

from netmon.correlation.case import Case
from netmon.correlation.nearness import clusters, middle
from netmon.correlation.settings import CorrelationSettings
from netmon.correlation.wording import count
from netmon.verdict import Cause, Condition
from topology.nearness import Near


def rain(case: Case, settings: CorrelationSettings) -> None:
    """Rain over neighbouring links is one rain."""
    network = case.network
    links = case.wrong_links(Cause.RAIN)

    near = Near(metres=settings.rain_radius_m)
    sites_of = [network.sites_of(link) for link in links]
    for group in clusters(network, links, near, sites=sites_of):
        worst = min(
            group, key=lambda link: (case.links[link].condition is not Condition.DOWN, link)
        )
        sites = sorted({site for link in group for site in network.sites_of(link)})
        around = case.name(middle(network, sites))
        down = sum(case.links[link].condition is Condition.DOWN for link in group)
        title = f"rain on {count(len(group), 'link')} around {around}"
        title += f", {down} of them down" if down else ""
        case.suspect(case.links[worst], title, [case.links[link].subject for link in group])
