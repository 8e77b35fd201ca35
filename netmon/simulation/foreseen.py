"""Foreseen: what of a story the calendars of its network would have told netmon beforehand.

Planned work is in the calendar, and the sun behind a satellite is reckoned in advance; the story
says when both are. Nothing else of a story is known to anybody.
"""

from collections.abc import Callable
from dataclasses import replace

from netmon.planned.agenda import Agenda, SunNow
from netmon.planned.outlook import Outlook, PlannedSettings
from netmon.planned.plans import Plans, Window
from netmon.planned.schedule import Once, Span
from netmon.simulation.events import Maintenance
from netmon.simulation.skies import SunOutage
from netmon.simulation.story import Story
from topology.model import LinkId, SiteId
from topology.network import Network


def foreseen(story: Story, network: Network, *, began: float) -> Callable[[float], Agenda]:
    """Return the agenda at any wall clock; the story's clock is 0 at `began`."""
    works = [event for event in story.events if isinstance(event, Maintenance)]
    suns = [event for event in story.events if isinstance(event, SunOutage)]
    windows = tuple(
        Window(
            id=f"works-{number}",
            name=f"works at {event.site}",
            sites=(event.site,),
            schedule=(Once(Span(began + event.start_seconds, began + event.end_seconds)),),
        )
        for number, event in enumerate(works, start=1)
    )
    settings = PlannedSettings()
    outlook = Outlook(Plans(windows=windows), network, settings)

    def agenda(now: float) -> Agenda:
        margin = settings.sun_margin_seconds
        found: dict[LinkId, tuple[SunNow, ...]] = {}
        for event in suns:
            start, end = began + event.start_seconds, began + event.end_seconds
            if start - margin <= now <= end + margin:
                for link in event.links:
                    found[link] = (*found.get(link, ()), _sun(network.sites_of(link)[0], start))
        planned = outlook.agenda(now)
        return replace(planned, suns=found, sun_margin_seconds=margin) if found else planned

    return agenda


def _sun(site: SiteId, start: float) -> SunNow:
    return SunNow(site=site, words="predicted sun outage", start=start, separation_deg=0.0)
