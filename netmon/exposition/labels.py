"""Labels: the text of all labels of one network, made once and shared by every family."""

from collections.abc import Iterable
from dataclasses import dataclass

from netmon.exposition.text import labels_text, words
from netmon.verdict import Condition
from topology.model import SEPARATOR, DeviceId, InterfaceId, Link
from topology.network import Network
from topology.spectrum import band_of

Texts = tuple[str, ...]
Rows = list[dict[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Labels:
    """One text per row; rows are in the order of the network, or of the state's interfaces."""

    network: Network
    interface_ids: tuple[InterfaceId, ...]
    sites: Texts
    devices: Texts
    interfaces: Texts
    links: Texts
    site_conditions: Texts  # six for each site, in the order of Condition
    device_conditions: Texts
    link_conditions: Texts
    site_infos: Texts
    device_infos: Texts
    interface_infos: Texts
    link_infos: Texts


def make_labels(
    network: Network, interface_ids: tuple[InterfaceId, ...], owners: Iterable[DeviceId]
) -> Labels:
    """Write the labels of a network and of its devices' interfaces, given with their owners."""
    devices: Rows = [{"site": d.site, "device": d.id} for d in network.devices.values()]
    sites: Rows = [{"site": site} for site in network.sites]
    links: Rows = [{"link": link} for link in network.links]
    return Labels(
        network=network,
        interface_ids=interface_ids,
        sites=_texts(sites),
        devices=_texts(devices),
        interfaces=_texts(_interfaces(network, interface_ids, owners)),
        links=_texts(links),
        site_conditions=_conditions(sites, "netmon_site_condition"),
        device_conditions=_conditions(devices, "netmon_device_condition"),
        link_conditions=_conditions(links, "netmon_link_condition"),
        site_infos=_site_infos(network),
        device_infos=_texts(
            [
                {**labels, "kind": words(device.kind)}
                for labels, device in zip(devices, network.devices.values(), strict=True)
            ]
        ),
        interface_infos=_interface_infos(network),
        link_infos=_texts([_link_info(network, link) for link in network.links.values()]),
    )


def _interfaces(
    network: Network, interface_ids: tuple[InterfaceId, ...], owners: Iterable[DeviceId]
) -> Rows:
    """Label interfaces by ifName; by id should two of a device have one: no scrape may break."""
    rows: Rows = []
    named: set[tuple[DeviceId, str]] = set()
    for interface, owner in zip(interface_ids, owners, strict=True):
        name = interface_name(network, interface, owner)
        if (owner, name) in named:
            name = f"id {interface}"
        named.add((owner, name))
        rows.append({"site": network.site_of(owner), "device": owner, "interface": name})
    return rows


def interface_name(network: Network, interface: InterfaceId, owner: DeviceId) -> str:
    """Return the ifName; an interface that a device told of has it in its id."""
    known = network.interfaces.get(interface)
    return known.name if known is not None else interface.removeprefix(f"{owner}{SEPARATOR}")


def _texts(rows: Rows) -> Texts:
    return tuple(labels_text(row) for row in rows)


def _conditions(rows: Rows, name: str) -> Texts:
    return tuple(
        labels_text({**row, name: condition.value}) for row in rows for condition in Condition
    )


def _site_infos(network: Network) -> Texts:
    return _texts(
        [
            {
                "site": site.id,
                "name": words(site.name or site.id),
                "country": site.country,
                "role": site.role.value,
                "latitude": f"{site.position.latitude_deg:.5f}",
                "longitude": f"{site.position.longitude_deg:.5f}",
            }
            for site in network.sites.values()
        ]
    )


def _interface_infos(network: Network) -> Texts:
    return _texts(
        [
            {**_end(network, interface.id), "link": link}
            for interface in network.interfaces.values()
            for link in network.link_at(interface.id)
        ]
    )


def _link_info(network: Network, link: Link) -> dict[str, str]:
    carrier = link.carrier
    labels = {
        "link": link.id,
        "medium": link.medium.value,
        "band": "" if carrier is None else band_of(carrier.frequency_hz).name,
    }
    for side, end in zip("ab", link.ends, strict=True):
        labels |= {f"{name}_{side}": value for name, value in _end(network, end).items()}
    return labels


def _end(network: Network, interface: InterfaceId) -> dict[str, str]:
    device = network.device_of(interface)
    return {
        "site": network.site_of(device),
        "device": device,
        "interface": network.interfaces[interface].name,
    }
