"""Outlook: plans and network in, the agenda of an instant out; made anew only when it changes."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated, Final

from annotated_types import Ge

from netmon.planned.agenda import NOTHING, Agenda, EmissionNow, SunNow, WindowNow
from netmon.planned.plans import Emission, Plans, Window
from netmon.planned.schedule import Span, current, following, next_change, spans
from netmon.planned.suns import Predicted, next_of_each, predicted
from netmon.planned.wording import hours, moment
from netmon.verdict import Subject, SubjectKind
from topology.model import LinkId, SiteId
from topology.network import Network

_DAY_SECONDS: Final = 86_400.0
_AHEAD_SECONDS: Final = 200 * _DAY_SECONDS  # more than from one equinox to the next


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedSettings:
    """How far the world may be off what was planned."""

    lead_seconds: Annotated[float, Ge(0)] = 120.0  # an own emitter may begin so much early
    grace_seconds: Annotated[float, Ge(0)] = 300.0  # … and be felt so much longer
    sun_margin_seconds: Annotated[float, Ge(0)] = 180.0  # either side of a predicted outage
    duty_grace_seconds: Annotated[float, Ge(0)] = 900.0  # from begin of duty until it is missed


class Outlook:
    """Says what holds of all plans; whoever reloads replaces plans and network together."""

    def __init__(
        self, plans: Plans, network: Network, settings: PlannedSettings | None = None
    ) -> None:
        self.settings = settings or PlannedSettings()
        self._of: tuple[Plans, Network] = plans, network
        self._made: tuple[Agenda, Span, tuple[Plans, Network]] | None = None
        self._foreseen: tuple[list[Predicted], Span, Network] | None = None

    def replace(self, plans: Plans, network: Network) -> None:
        """Go on with other plans for another network."""
        self._of = plans, network

    def agenda(self, now: float) -> Agenda:
        """Return what holds now (wall clock); the very same one while nothing changes."""
        of = self._of
        made = self._made
        if made is None or made[2] is not of or not made[1].holds(now):
            agenda, until = self._agenda(*of, now)
            self._made = made = agenda, Span(now, until), of
        return made[0]

    def next_suns(self, now: float) -> Mapping[LinkId, Predicted]:
        """Return of each satellite link the sun outage under way, or else the next one.

        It takes a millisecond for each link, so it is for a thread.
        """
        found = next_of_each(self._of[1], now, _AHEAD_SECONDS)
        return MappingProxyType({one.link: one for one in found})

    def _foresee(self, network: Network, now: float) -> list[Predicted]:
        """Return the outages of a day, worked out once a day."""
        made = self._foreseen
        if made is None or made[2] is not network or not made[1].holds(now):
            margin = self.settings.sun_margin_seconds
            found = predicted(network, now - margin, now + 2 * _DAY_SECONDS + margin)
            self._foreseen = made = found, Span(now, now + _DAY_SECONDS), network
        return made[0]

    def _agenda(self, plans: Plans, network: Network, now: float) -> tuple[Agenda, float]:
        settings = self.settings
        changes = [now + _DAY_SECONDS]
        windows, emissions = [], []
        for window in plans.windows:
            changes.append(next_change(window.schedule, now))
            span = current(window.schedule, now)
            if span is not None:
                windows.append(_window_now(window, span, network))
        for emission in plans.emissions:
            for span in spans(emission.schedule, now - _DAY_SECONDS, now + _DAY_SECONDS):
                felt = Span(span.start - settings.lead_seconds, span.end + settings.grace_seconds)
                changes += [felt.start, felt.end]
                if felt.holds(now):
                    emissions.append(_emission_now(emission, span))
        suns: dict[LinkId, tuple[SunNow, ...]] = {}
        margin = settings.sun_margin_seconds
        for one in self._foresee(network, now):
            felt = Span(one.outage.start - margin, one.outage.end + margin)
            changes += [felt.start, felt.end]
            if felt.holds(now):
                suns[one.link] = (*suns.get(one.link, ()), _sun_now(one))
        off_duty = dict(self._off_duty(plans, network, now, changes))
        until = min(change for change in changes if change > now)
        if not (windows or emissions or suns or off_duty):
            return NOTHING, until
        agenda = Agenda(
            windows=tuple(windows),
            emissions=tuple(emissions),
            suns=suns,
            off_duty=off_duty,
            lead_seconds=settings.lead_seconds,
            sun_margin_seconds=margin,
        )
        return agenda, until

    def _off_duty(
        self, plans: Plans, network: Network, now: float, changes: list[float]
    ) -> Iterator[tuple[SiteId, str]]:
        """Yield who is not on duty, and until when in words; note when that changes."""
        grace = self.settings.duty_grace_seconds
        for site, schedule in plans.duty.items():
            if site not in network.sites:
                continue
            changes += [next_change(schedule, now), next_change(schedule, now - grace) + grace]
            span = current(schedule, now)
            if span is None:
                coming = following(schedule, now)
                until = f" until {moment(coming.start)}" if coming is not None else ""
                yield site, f"off duty{until}"
            elif now < span.start + grace:
                yield site, f"on duty since {moment(span.start)}, and may still be starting"


def _window_now(window: Window, span: Span, network: Network) -> WindowNow:
    return WindowNow(
        id=window.id,
        name=window.name,
        words=f"{window.name}, {hours(span)}",
        start=span.start,
        end=span.end,
        subjects=frozenset(_subjects(window, network)),
    )


def _subjects(window: Window, network: Network) -> Iterator[Subject]:
    """Yield all that is worked on: what is named, what stands there, and what ends there."""
    devices = {device for device in window.devices if device in network.devices}
    links = {link for link in window.links if link in network.links}
    sites = {site for site in window.sites if site in network.sites}
    for site in sites:
        devices.update(network.devices_of(site))
        links.update(network.links_of_site(site))
    for device in devices:
        links.update(network.links_of(device))
    for site in {network.site_of(device) for device in devices}:
        if devices.issuperset(network.devices_of(site)):  # nothing else is there
            sites.add(site)
    yield from (Subject(SubjectKind.SITE, site) for site in sites)
    yield from (Subject(SubjectKind.DEVICE, device) for device in devices)
    yield from (Subject(SubjectKind.LINK, link) for link in links)


def _emission_now(emission: Emission, span: Span) -> EmissionNow:
    return EmissionNow(
        id=emission.id,
        name=emission.name,
        words=f"{emission.name}, {hours(span)}",
        start=span.start,
        position=emission.position,
        radius_m=emission.radius_m,
        ranges_hz=emission.ranges_hz,
        eirp_dbm=emission.eirp_dbm,
    )


def _sun_now(one: Predicted) -> SunNow:
    outage = one.outage
    return SunNow(
        site=one.site,
        words=f"predicted sun outage {hours(Span(outage.start, outage.end))}",
        start=outage.start,
        separation_deg=outage.separation_deg,
    )
