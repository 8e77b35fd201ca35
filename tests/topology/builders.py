"""Builders of networks for tests: sites and links by name, everything else by default."""

from collections.abc import Iterable, Mapping

from topology.model import (
    Carrier,
    Device,
    DeviceId,
    Interface,
    InterfaceId,
    Link,
    LinkId,
    Medium,
    Position,
    Role,
    Site,
    SiteId,
    interface_id,
)
from topology.network import Network


def make_site(
    name: str, *, latitude_deg: float = 59.0, longitude_deg: float = 28.0, role: Role = Role.RELAY
) -> Site:
    """Make a site in Estonia, unless told otherwise."""
    position = Position(latitude_deg=latitude_deg, longitude_deg=longitude_deg)
    return Site(id=SiteId(name), country="EE", position=position, role=role)


def make_device(name: str, site: str) -> Device:
    """Make a device at a site."""
    return Device(id=DeviceId(name), site=SiteId(site))


def make_interface(device: str, name: str) -> Interface:
    """Make an interface under its usual id."""
    owner = DeviceId(device)
    return Interface(id=interface_id(owner, name), device=owner, name=name)


def make_link(
    name: str,
    a: str,
    b: str,
    *,
    medium: Medium = Medium.MICROWAVE,
    carrier: Carrier | None = None,
    length_m: float | None = None,
    srlgs: Iterable[str] = (),
) -> Link:
    """Make a link between two interfaces given as `device:name`."""
    return Link(
        id=LinkId(name),
        a=InterfaceId(a),
        b=InterfaceId(b),
        medium=medium,
        carrier=carrier,
        length_m=length_m,
        srlgs=frozenset(srlgs),
    )


def make_network(
    devices: Mapping[str, str],
    links: Mapping[str, tuple[str, str]],
    *,
    cores: Iterable[str] = (),
    srlgs: Mapping[str, Iterable[str]] | None = None,
) -> Network:
    """Make a network from device → site and link → the two devices it joins.

    Every link has an interface of its own at each end, named after the link.
    """
    cores, srlgs = frozenset(cores), srlgs or {}
    sites = dict.fromkeys([*devices.values(), *cores])
    return Network.build(
        sites=[make_site(site, role=Role.CORE if site in cores else Role.RELAY) for site in sites],
        devices=[make_device(device, site) for device, site in devices.items()],
        interfaces=[
            make_interface(device, link) for link, ends in links.items() for device in ends
        ],
        links=[
            make_link(link, f"{a}:{link}", f"{b}:{link}", srlgs=srlgs.get(link, ()))
            for link, (a, b) in links.items()
        ],
    )
