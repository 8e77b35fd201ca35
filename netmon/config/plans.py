"""Plans: emissions, maintenance and duty of the files to one `Plans`, references resolved."""

from collections.abc import Iterable, Mapping
from typing import TypeVar

from netmon.config import entries
from netmon.config.base_models import NamedEntry
from netmon.config.entries import Item, Reporter
from netmon.config.planned_models import EmissionEntry, WindowEntry
from netmon.config.problem import Report, quote
from netmon.config.tree import Document, Path
from netmon.config.tree import Mapping as TreeMapping
from netmon.config.tree import Sequence as TreeSequence
from netmon.planned.plans import BAND_RANGES_HZ, Emission, Plans, Window
from netmon.planned.schedule import Schedule
from netmon.planned.suns import dishes_of
from topology.model import DeviceId, LinkId, Position, SiteId
from topology.network import Network

EntryT = TypeVar("EntryT", bound=NamedEntry)


def build(
    documents: list[Document],
    network: Network | None,
    duty: Mapping[SiteId, Schedule],
    report: Report,
) -> Plans:
    """Return all plans; every reference that does not resolve is reported where it stands."""
    emissions = _gather(documents, "emissions", EmissionEntry, report)
    windows = _gather(documents, "maintenance", WindowEntry, report)
    known = {name: _ids(documents, name) for name in ("sites", "devices", "links")}
    for item in emissions.values():
        _check_emission(item, known["sites"], Reporter(item.document, report))
    for window in windows.values():
        for name, ids in known.items():
            named: tuple[str, ...] = getattr(window.entry, name)
            reporter = Reporter(window.document, report)
            for number, each in enumerate(named):
                _check_named(each, name, ids, (*window.path, name, number), reporter)
    if network is None or report.problems:
        return Plans()
    _warn_of_satellites(documents, network, report)
    return Plans(
        emissions=tuple(_emission(item.entry, network) for item in emissions.values()),
        windows=tuple(_window(item.entry) for item in windows.values()),
        duty=dict(duty),
    )


def _gather(
    documents: list[Document], name: str, model: type[EntryT], report: Report
) -> dict[str, Item[EntryT]]:
    items = []
    for reporter, number, value in entries.section(documents, name, report):
        entry = entries.check(model, value, (name, number), reporter)
        if entry is not None:
            items.append(Item(reporter.document, (name, number), entry))
    return entries.unique(items, name.removesuffix("s"), report)


def _ids(documents: list[Document], name: str) -> frozenset[str]:
    """Return every id that stands in a section, be its entry right or wrong."""
    found = set()
    for document in documents:
        section = document.root.get(name)
        for value in section if isinstance(section, TreeSequence) else ():
            if isinstance(value, TreeMapping) and isinstance(identity := value.get("id"), str):
                found.add(identity)
    return frozenset(found)


def _check_named(
    name: str, section: str, known: Iterable[str], path: Path, reporter: Reporter
) -> None:
    if name not in known:
        hint = reporter.report.hint(name, known)
        reporter.refuse(path, f"unknown {section.removesuffix('s')} {quote(name)}{hint}")


def _check_emission(item: Item[EmissionEntry], sites: frozenset[str], reporter: Reporter) -> None:
    entry = item.entry
    if entry.site is not None:
        _check_named(entry.site, "sites", sites, (*item.path, "site"), reporter)
    for number, band in enumerate(entry.bands):
        if band not in BAND_RANGES_HZ:
            hint = reporter.report.hint(band, BAND_RANGES_HZ)
            message = f"unknown band {quote(band)}{hint}; or give a frequency"
            reporter.refuse((*item.path, "bands", number), message)


def _warn_of_satellites(documents: list[Document], network: Network, report: Report) -> None:
    for link in network.links:
        for site, dish in dishes_of(network, link):
            if not dish.sees_satellite:
                Reporter(documents[0], report).warn(
                    ("links",),
                    f"{link}: {site} cannot see a satellite at {dish.satellite_longitude_deg:g}°"
                    " E; check its longitude (west is negative)",
                )


def _emission(entry: EmissionEntry, network: Network) -> Emission:
    if entry.position is not None:
        at = entry.position
        position = Position(latitude_deg=at.lat, longitude_deg=at.lon, altitude_m=at.alt)
    else:
        position = network.sites[SiteId(entry.site or "")].position
    ranges = [each for band in entry.bands for each in BAND_RANGES_HZ[band]]
    if entry.frequency is not None:
        ranges.append(entry.frequency)
    return Emission(
        id=entry.id,
        name=entry.name or entry.id,
        position=position,
        radius_m=entry.radius,
        ranges_hz=tuple(ranges),
        eirp_dbm=entry.eirp,
        schedule=tuple(each.occasion for each in entry.when),
    )


def _window(entry: WindowEntry) -> Window:
    return Window(
        id=entry.id,
        name=entry.name or entry.id,
        sites=tuple(SiteId(each) for each in entry.sites),
        devices=tuple(DeviceId(each) for each in entry.devices),
        links=tuple(LinkId(each) for each in entry.links),
        schedule=tuple(each.occasion for each in entry.when),
    )
