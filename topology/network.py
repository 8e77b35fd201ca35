"""Network: sites, devices, interfaces and links held together, checked once and never changed.

A new inventory is a new Network. What a network can be asked about (paths, resilience, spectrum)
is in the modules beside this one; here is only who belongs to whom.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TypeVar

from topology import geometry
from topology.errors import NetworkError
from topology.faults import network_faults
from topology.model import (
    Device,
    DeviceId,
    Interface,
    InterfaceId,
    Link,
    LinkId,
    Role,
    Site,
    SiteId,
)

KeyT = TypeVar("KeyT")
MemberT = TypeVar("MemberT")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Network:
    """A network that can exist: every reference in it resolves. Make one with `Network.build`.

    All mappings are read-only and in the order of the input. Asking about an id that is not in
    the network is a KeyError.
    """

    sites: Mapping[SiteId, Site]
    devices: Mapping[DeviceId, Device]
    interfaces: Mapping[InterfaceId, Interface]
    links: Mapping[LinkId, Link]
    srlgs: Mapping[str, tuple[LinkId, ...]]  # in the order of their names
    cores: tuple[SiteId, ...]
    _devices_of: Mapping[SiteId, tuple[DeviceId, ...]]
    _interfaces_of: Mapping[DeviceId, tuple[InterfaceId, ...]]
    _links_at: Mapping[InterfaceId, tuple[LinkId, ...]]
    _links_of: Mapping[DeviceId, tuple[LinkId, ...]]
    _links_of_site: Mapping[SiteId, tuple[LinkId, ...]]

    @classmethod
    def build(
        cls,
        sites: Iterable[Site] = (),
        devices: Iterable[Device] = (),
        interfaces: Iterable[Interface] = (),
        links: Iterable[Link] = (),
    ) -> "Network":
        """Check everything and put it together.

        Raises NetworkError that names every fault, one per line, not only the first.
        """
        sites, devices = tuple(sites), tuple(devices)
        interfaces, links = tuple(interfaces), tuple(links)
        faults = network_faults(sites, devices, interfaces, links)
        if faults:
            raise NetworkError(faults=faults)
        site_of = {device.id: device.site for device in devices}
        device_of = {interface.id: interface.device for interface in interfaces}
        ends = [(link.id, [device_of[end] for end in link.ends]) for link in links]
        return cls(
            sites=MappingProxyType({site.id: site for site in sites}),
            devices=MappingProxyType({device.id: device for device in devices}),
            interfaces=MappingProxyType({interface.id: interface for interface in interfaces}),
            links=MappingProxyType({link.id: link for link in links}),
            srlgs=_srlgs(links),
            cores=tuple(site.id for site in sites if site.role is Role.CORE),
            _devices_of=_grouped(
                (site.id for site in sites), ((device.site, device.id) for device in devices)
            ),
            _interfaces_of=_grouped(
                site_of, ((interface.device, interface.id) for interface in interfaces)
            ),
            _links_at=_grouped(device_of, ((end, link.id) for link in links for end in link.ends)),
            _links_of=_grouped(site_of, ((device, link) for link, pair in ends for device in pair)),
            _links_of_site=_grouped(
                (site.id for site in sites),
                # A cable inside one site is one link of that site, not two: hence the set.
                ((site, link) for link, pair in ends for site in {site_of[end] for end in pair}),
            ),
        )

    @classmethod
    def empty(cls) -> "Network":
        """Return the network with nothing in it."""
        return cls.build()

    def site_of(self, device: DeviceId) -> SiteId:
        """Return where a device stands."""
        return self.devices[device].site

    def devices_of(self, site: SiteId) -> tuple[DeviceId, ...]:
        """Return the devices that stand at a site."""
        return self._devices_of[site]

    def interfaces_of(self, device: DeviceId) -> tuple[InterfaceId, ...]:
        """Return the interfaces of a device."""
        return self._interfaces_of[device]

    def device_of(self, interface: InterfaceId) -> DeviceId:
        """Return the device an interface belongs to."""
        return self.interfaces[interface].device

    def link_at(self, interface: InterfaceId) -> tuple[LinkId, ...]:
        """Return the links that end at an interface; several at a point-to-multipoint hub."""
        return self._links_at[interface]

    def links_of(self, device: DeviceId) -> tuple[LinkId, ...]:
        """Return the links that end at a device."""
        return self._links_of[device]

    def links_of_site(self, site: SiteId) -> tuple[LinkId, ...]:
        """Return the links with at least one end at a site."""
        return self._links_of_site[site]

    def sites_of(self, link: LinkId) -> tuple[SiteId, SiteId]:
        """Return the sites of both ends, a first; they are the same for a cable inside a site."""
        a, b = self.links[link].ends
        return self.site_of(self.device_of(a)), self.site_of(self.device_of(b))

    def length_m(self, link: LinkId) -> float:
        """Return the length given in the inventory, else the great circle between the sites."""
        given = self.links[link].length_m
        if given is not None:
            return given
        a, b = self.sites_of(link)
        return geometry.distance_m(self.sites[a].position, self.sites[b].position)

    def azimuth_deg(self, link: LinkId, end: InterfaceId) -> float:
        """Return the bearing at one end towards the far end.

        Raises NetworkError if the link does not end there.
        """
        ends = self.links[link].ends
        if end not in ends:
            raise NetworkError(f"link {link!r} ends at {ends[0]!r} and {ends[1]!r}, not at {end!r}")
        a, b = (self.sites[site].position for site in self.sites_of(link))
        return geometry.azimuth_deg(a, b) if end == ends[0] else geometry.azimuth_deg(b, a)


def _grouped(
    keys: Iterable[KeyT], pairs: Iterable[tuple[KeyT, MemberT]]
) -> Mapping[KeyT, tuple[MemberT, ...]]:
    """Collect members under their key; a key without members has an empty tuple."""
    groups: dict[KeyT, list[MemberT]] = {key: [] for key in keys}
    for key, member in pairs:
        groups[key].append(member)
    return MappingProxyType({key: tuple(members) for key, members in groups.items()})


def _srlgs(links: Iterable[Link]) -> Mapping[str, tuple[LinkId, ...]]:
    pairs = [(srlg, link.id) for link in links for srlg in link.srlgs]
    return _grouped(sorted({srlg for srlg, _ in pairs}), pairs)
