"""Inventory: sites, devices and links of the files to one Network and the targets to poll.

Every reference is resolved here, and every one that does not resolve is reported where it stands.
An entry that is wrong in itself is left out, but its name stays known: one mistake, one problem.
"""

from collections.abc import Iterator, Mapping
from typing import Final

from collectors.target import Community, Target
from netmon.config import addresses, country, entries, targets
from netmon.config.entries import Item, NamedT, Reporter
from netmon.config.models import DeviceEntry, LinkEntry, SiteEntry
from netmon.config.problem import Problem, Report, quote
from netmon.config.targets import Known
from netmon.config.tree import Document, Path
from netmon.config.tree import Mapping as TreeMapping
from netmon.planned.schedule import Schedule
from topology import geometry
from topology.errors import NetworkError
from topology.model import (
    SEPARATOR,
    Carrier,
    Dependent,
    Device,
    DeviceId,
    Interface,
    InterfaceId,
    Link,
    LinkId,
    Medium,
    Polarisation,
    Position,
    Satellite,
    Site,
    SiteId,
    interface_id,
)
from topology.network import Network

SHORTER_THAN_DIRECT: Final = (
    0.95  # of the great circle; positions are surveyed to a few hundred metres
)
POSITION_ERROR_M: Final = 500.0
ONE_PEER: Final = frozenset({Medium.FIBRE, Medium.COPPER, Medium.MICROWAVE})


def build(
    documents: list[Document], known: Known, report: Report
) -> tuple[Network | None, dict[DeviceId, Target], dict[SiteId, Schedule]]:
    """Return the network, its targets, and when its mobile units are on duty.

    There is no network after anything that keeps it from existing.
    """
    sites, site_names = _gather(documents, "sites", SiteEntry, report)
    devices, device_names = _gather(documents, "devices", DeviceEntry, report)
    links, _ = _gather(documents, "links", LinkEntry, report)
    _check_positions(sites, report)
    _check_dependents(sites, devices, report)
    _check_devices(devices, site_names, known, report)
    _check_links(links, device_names, report)
    if report.problems:
        return None, {}, {}
    interfaces = _interfaces(devices, links)
    try:
        network = Network.build(
            [_site(item.entry) for item in sites.values()],
            [_device(item.entry) for item in devices.values()],
            [interface for each in interfaces.values() for interface in each],
            [_link(item.entry) for item in links.values()],
        )
    except NetworkError as error:  # what only the network itself knows
        file = documents[0].file
        report.problems.extend(
            Problem(file=file, line=0, column=0, where="", message=line)
            for line in str(error).splitlines()
        )
        return None, {}, {}
    _warn_of_lengths(network, links, report)
    _warn_of_shared_ends(links, report)
    polled = {
        DeviceId(name): targets.target(item.entry, interfaces[name], known)
        for name, item in devices.items()
    }
    duty = {
        SiteId(name): tuple(each.occasion for each in item.entry.duty)
        for name, item in sites.items()
        if item.entry.duty
    }
    return network, polled, duty


def _gather(
    documents: list[Document], name: str, model: type[NamedT], report: Report
) -> tuple[dict[str, Item[NamedT]], frozenset[str]]:
    """Return a section's good entries by id, and every id that stands in it."""
    items: list[Item[NamedT]] = []
    names: set[str] = set()
    for reporter, number, value in entries.section(documents, name, report):
        path = (name, number)
        if isinstance(value, TreeMapping) and isinstance(identity := value.get("id"), str):
            names.add(identity)
        entry = entries.check(model, value, path, reporter)
        if entry is not None:
            items.append(Item(reporter.document, path, entry))
    return entries.unique(items, name.removesuffix("s"), report), frozenset(names)


def _check_positions(sites: Mapping[str, Item[SiteEntry]], report: Report) -> None:
    for item in sites.values():
        entry, at = item.entry, item.entry.position
        path = (*item.path, "position")
        if country.seems_swapped(entry.country, at.lat, at.lon):
            message = (
                f"lies outside {entry.country}, and inside it with the numbers swapped;"
                f" write lat: {at.lon:g}, lon: {at.lat:g}"
            )
            Reporter(item.document, report).refuse(path, message)
        elif at.lat == 0 and at.lon == 0:
            message = (
                "is in the sea off Africa: latitude and longitude were left at 0; give the site's"
            )
            Reporter(item.document, report).refuse(path, message)


def _check_dependents(
    sites: Mapping[str, Item[SiteEntry]], devices: Mapping[str, Item[DeviceEntry]], report: Report
) -> None:
    seen: dict[str, str] = {}
    for name, item in sites.items():
        for number, dependent in enumerate(item.entry.dependents):
            first = seen.setdefault(dependent.id, name)
            if first != name or dependent in item.entry.dependents[:number]:
                Reporter(item.document, report).refuse(
                    (*item.path, "dependents", number, "id"),
                    f"duplicate dependent {quote(dependent.id)}; site {first} has it already",
                )
            if dependent.device is None:
                continue
            here = [each for each, other in devices.items() if other.entry.site == name]
            if dependent.device not in here:
                message = f"no device {quote(dependent.device)} stands at {name}"
                Reporter(item.document, report).refuse(
                    (*item.path, "dependents", number, "device"),
                    message + report.hint(dependent.device, here),
                )


def _check_devices(
    devices: Mapping[str, Item[DeviceEntry]],
    sites: frozenset[str],
    known: Known,
    report: Report,
) -> None:
    owners: dict[tuple[str, int, str], str] = {}
    for name, item in devices.items():
        reporter, entry = Reporter(item.document, report), item.entry
        if entry.site not in sites:
            message = f"unknown site {quote(entry.site)}{report.hint(entry.site, sites)}"
            reporter.refuse((*item.path, "site"), message)
        if fault := addresses.fault_of(entry.address, known.machine):
            reporter.refuse((*item.path, "address"), f"{entry.address} {fault}")
        # One agent may be several devices, each in an SNMPv3 context of its own.
        first = owners.setdefault((entry.address, entry.port, entry.snmp.context or ""), name)
        if first != name:
            reporter.refuse(
                (*item.path, "address"),
                f"{entry.address} port {entry.port} is the address of device {first} already",
            )
        _check_polling(item, known, reporter)
        _check_traps(item, known, reporter)
        _check_interfaces(item, reporter)


def _check_polling(item: Item[DeviceEntry], known: Known, reporter: Reporter) -> None:
    entry, report = item.entry, reporter.report
    if entry.profile not in known.profiles:
        hint = report.hint(entry.profile, known.profiles)
        reporter.refuse((*item.path, "profile"), f"unknown profile {quote(entry.profile)}{hint}")
    _check_credentials(entry.credentials, (*item.path, "credentials"), known, reporter)
    named = known.credentials.get(entry.credentials or "")
    if entry.snmp.context and isinstance(named, Community):
        message = "a context belongs to SNMPv3; remove it, or give the device a user's credentials"
        reporter.refuse((*item.path, "snmp", "context"), message)
    if entry.credentials is None and entry.ping is None:
        reporter.refuse(
            (*item.path, "ping"),
            "nothing is left to ask: give the device credentials, or let it be pinged",
        )
    if entry.class_ not in known.classes:
        hint = report.hint(entry.class_, known.classes)
        message = f"unknown polling class {quote(entry.class_)}{hint}; define it under `intervals`"
        reporter.refuse((*item.path, "class"), message)
        return
    polling = known.classes[entry.class_]
    if polling is not None:
        _check_times(item, polling.interval_seconds, reporter)


def _check_credentials(name: str | None, path: Path, known: Known, reporter: Reporter) -> None:
    # The word itself is not shown: people have written the community here.
    if name is not None and name not in known.credentials:
        hint = reporter.report.hint(name, known.credentials)
        message = f"there are no credentials of this name{hint}; define them under `credentials`"
        reporter.refuse(path, message)


def _check_traps(item: Item[DeviceEntry], known: Known, reporter: Reporter) -> None:
    traps, path = item.entry.traps, (*item.path, "traps")
    _check_credentials(traps.credentials, (*path, "credentials"), known, reporter)
    for number, address in enumerate(traps.addresses):
        if fault := addresses.fault_of(address, known.machine):
            reporter.refuse((*path, "addresses", number), f"{address} {fault}")


def _check_times(item: Item[DeviceEntry], interval: float, reporter: Reporter) -> None:
    """A poll must end before the next one is due."""
    budget = item.entry.snmp.budget
    if budget is not None and budget > interval:
        message = f"must not be longer than the interval of its class, {interval:g} s"
        reporter.refuse((*item.path, "snmp", "budget"), message)
    longest = budget or min(targets.LONGEST_BUDGET_SECONDS, interval)
    timeout = item.entry.snmp.timeout
    if "timeout" in item.entry.snmp.model_fields_set and timeout > longest:
        message = f"must not be longer than the whole poll may take, {longest:g} s"
        reporter.refuse((*item.path, "snmp", "timeout"), message)
    ping = targets.burst(item.entry, interval)
    if ping is None:
        return
    burst = (ping.echoes - 1) * ping.spacing_seconds + ping.timeout_seconds
    if burst > interval:
        message = f"a burst takes {burst:g} s, more than the interval of its class, {interval:g} s"
        reporter.refuse((*item.path, "ping"), message)


def _check_interfaces(item: Item[DeviceEntry], reporter: Reporter) -> None:
    seen: set[str] = set()
    for number, interface in enumerate(item.entry.interfaces):
        if interface.name in seen:
            message = f"duplicate interface {quote(interface.name)}; name it once"
            reporter.refuse((*item.path, "interfaces", number), message)
        seen.add(interface.name)


def _check_links(
    links: Mapping[str, Item[LinkEntry]], devices: frozenset[str], report: Report
) -> None:
    for item in links.values():
        reporter = Reporter(item.document, report)
        a, b = item.entry.ends
        if a == b:
            reporter.refuse(
                (*item.path, "ends"), f"both ends are {quote(a)}; a link joins two interfaces"
            )
        elif _split(a)[0] == _split(b)[0]:
            reporter.refuse(
                (*item.path, "ends"),
                f"a link to itself: both ends are on device {_split(a)[0]}; name its peer",
            )
        for number, group in enumerate(item.entry.srlgs):
            if group in item.entry.srlgs[:number]:
                message = f"duplicate SRLG {quote(group)}; name it once"
                reporter.refuse((*item.path, "srlgs", number), message)
        for number, end in enumerate(item.entry.ends):
            device = _split(end)[0]
            if device not in devices:
                message = f"unknown device {quote(device)}{report.hint(device, devices)}"
                reporter.refuse((*item.path, "ends", number), message)


def _warn_of_shared_ends(links: Mapping[str, Item[LinkEntry]], report: Report) -> None:
    """A plug fits one socket; only radios that serve many may be the end of several links."""
    owners: dict[str, str] = {}
    for name, item in links.items():
        if item.entry.medium not in ONE_PEER:
            continue
        for number, end in enumerate(item.entry.ends):
            if (first := owners.setdefault(end, name)) != name:
                Reporter(item.document, report).warn(
                    (*item.path, "ends", number),
                    f"{end} is an end of link {first} already; a slip, unless it faces many",
                )


def _warn_of_lengths(
    network: Network, links: Mapping[str, Item[LinkEntry]], report: Report
) -> None:
    for name, item in links.items():
        if (length_m := item.entry.length) is None:
            continue
        a, b = network.sites_of(LinkId(name))
        direct_m = geometry.distance_m(network.sites[a].position, network.sites[b].position)
        if length_m < SHORTER_THAN_DIRECT * direct_m - POSITION_ERROR_M:
            Reporter(item.document, report).warn(
                (*item.path, "length"),
                f"is shorter than the {direct_m / 1e3:.1f} km between {a} and {b};"
                " check the length, or the positions",
            )


def _split(end: str) -> tuple[str, str]:
    device, _, name = end.partition(SEPARATOR)
    return device, name


def _site(entry: SiteEntry) -> Site:
    position = entry.position
    return Site(
        id=SiteId(entry.id),
        name=entry.name or entry.id,
        country=entry.country,
        position=Position(
            latitude_deg=position.lat, longitude_deg=position.lon, altitude_m=position.alt
        ),
        role=entry.role,
        dependents=tuple(
            Dependent(
                id=each.id,
                kind=each.kind,
                device=None if each.device is None else DeviceId(each.device),
            )
            for each in entry.dependents
        ),
    )


def _device(entry: DeviceEntry) -> Device:
    return Device(id=DeviceId(entry.id), site=SiteId(entry.site), kind=entry.kind)


def _interfaces(
    devices: Mapping[str, Item[DeviceEntry]], links: Mapping[str, Item[LinkEntry]]
) -> dict[str, list[Interface]]:
    """Return each device's interfaces: those it names, then those that only links name."""
    speeds: dict[str, dict[str, float | None]] = {
        name: {each.name: each.speed for each in item.entry.interfaces}
        for name, item in devices.items()
    }
    for item in links.values():
        for end in item.entry.ends:
            device, name = _split(end)
            speeds[device].setdefault(name, None)
    return {device: list(_named(DeviceId(device), named)) for device, named in speeds.items()}


def _named(device: DeviceId, speeds: Mapping[str, float | None]) -> Iterator[Interface]:
    for name, speed_bps in speeds.items():
        yield Interface(
            id=interface_id(device, name), device=device, name=name, speed_bps=speed_bps
        )


def _link(entry: LinkEntry) -> Link:
    carrier = None
    if entry.frequency is not None and entry.width is not None:
        carrier = Carrier(
            frequency_hz=entry.frequency,
            width_hz=entry.width,
            polarisation=entry.polarisation or Polarisation.VERTICAL,
        )
    a, b = entry.ends
    return Link(
        id=LinkId(entry.id),
        a=InterfaceId(a),
        b=InterfaceId(b),
        medium=entry.medium,
        carrier=carrier,
        capacity_bps=entry.capacity,
        length_m=entry.length,
        srlgs=frozenset(entry.srlgs),
        contact=entry.contact,
        satellite=_satellite(entry),
    )


def _satellite(entry: LinkEntry) -> Satellite | None:
    given = entry.satellite
    if given is None:
        return None
    downlink = given.downlink or entry.frequency
    assert downlink is not None  # noqa: S101 - the entry was checked
    return Satellite(longitude_deg=given.longitude, downlink_hz=downlink, dishes_m=given.dish)
