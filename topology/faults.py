"""What makes a network impossible: every fault of a description, as one sentence each.

Ids are quoted with `repr`, so that a fault stays on one line whatever an inventory contains.
"""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from topology.model import Device, DeviceId, Interface, InterfaceId, Link, LinkId, Site, SiteId


def network_faults(
    sites: Sequence[Site],
    devices: Sequence[Device],
    interfaces: Sequence[Interface],
    links: Sequence[Link],
) -> tuple[str, ...]:
    """Return all faults, those of sites first; empty if the network can exist."""
    return (
        *_site_faults(sites),
        *_device_faults(devices, {site.id for site in sites}),
        *_interface_faults(interfaces, {device.id for device in devices}),
        *_link_faults(links, {interface.id: interface for interface in interfaces}),
    )


def _site_faults(sites: Sequence[Site]) -> Iterator[str]:
    yield from _identity_faults("site", (site.id for site in sites))
    yield from _identity_faults(
        "dependent", (dependent.id for site in sites for dependent in site.dependents)
    )


def _device_faults(devices: Sequence[Device], sites: set[SiteId]) -> Iterator[str]:
    yield from _identity_faults("device", (device.id for device in devices))
    for device in devices:
        if device.site not in sites:
            yield f"device {device.id!r}: there is no site {device.site!r}"


def _interface_faults(interfaces: Sequence[Interface], devices: set[DeviceId]) -> Iterator[str]:
    yield from _identity_faults("interface", (interface.id for interface in interfaces))
    names: dict[tuple[DeviceId, str], InterfaceId] = {}
    for interface in interfaces:
        if interface.device not in devices:
            yield f"interface {interface.id!r}: there is no device {interface.device!r}"
        first = names.setdefault((interface.device, interface.name), interface.id)
        if first != interface.id:
            yield (
                f"interface {interface.id!r}: {interface.name!r} of device {interface.device!r} "
                f"is already interface {first!r}; one ifName is one interface"
            )
        yield from _amount_faults(f"interface {interface.id!r}", "speed_bps", interface.speed_bps)


def _link_faults(links: Sequence[Link], interfaces: dict[InterfaceId, Interface]) -> Iterator[str]:
    yield from _link_identity_faults(links)
    for link in links:
        for end, interface in zip(("a", "b"), link.ends, strict=True):
            if interface not in interfaces:
                yield f"link {link.id!r}: there is no interface {interface!r} for its end {end}"
        yield from _loop_faults(link, interfaces)
        yield from _link_amount_faults(link)


def _link_identity_faults(links: Sequence[Link]) -> Iterator[str]:
    """Say of a repeated id whether the whole link is repeated: the usual slip of copy and paste.

    Parallel links between the same two ends are fine, each under its own id.
    """
    repeats: dict[LinkId, list[frozenset[InterfaceId]]] = {}
    for link in links:
        if not link.id:
            yield "a link has an empty id; give it a name"
        repeats.setdefault(link.id, []).append(frozenset(link.ends))
    for identity, pairs in repeats.items():
        if len(pairs) > 1 and len(set(pairs)) < len(pairs):
            yield (
                f"link {identity!r} is given {len(pairs)} times between the same ends; "
                "keep one, or give a parallel link its own id"
            )
        elif len(pairs) > 1:
            yield f"link {identity!r} is given {len(pairs)} times; every link needs its own id"


def _loop_faults(link: Link, interfaces: dict[InterfaceId, Interface]) -> Iterator[str]:
    if link.a == link.b:
        yield f"link {link.id!r}: both ends are interface {link.a!r}; a link joins two interfaces"
        return
    devices = [interfaces[end].device for end in link.ends if end in interfaces]
    if len(devices) == 2 and devices[0] == devices[1]:
        yield (
            f"link {link.id!r} leads from device {devices[0]!r} to itself; a link joins two devices"
        )


def _link_amount_faults(link: Link) -> Iterator[str]:
    where = f"link {link.id!r}"
    yield from _amount_faults(where, "length_m", link.length_m)
    yield from _amount_faults(where, "capacity_bps", link.capacity_bps)
    if link.carrier is not None:
        yield from _amount_faults(where, "frequency_hz", link.carrier.frequency_hz)
        yield from _amount_faults(where, "width_hz", link.carrier.width_hz)
        if not link.medium.is_radio:
            yield f"{where}: {link.medium} carries no radio signal; leave its carrier out"


def _identity_faults(noun: str, ids: Iterable[str]) -> Iterator[str]:
    for identity, times in Counter(ids).items():
        if not identity:
            yield f"a {noun} has an empty id; give it a name"
        elif times > 1:
            yield f"{noun} {identity!r} is given {times} times; every {noun} needs its own id"


def _amount_faults(where: str, name: str, amount: float | None) -> Iterator[str]:
    if amount is not None and not (math.isfinite(amount) and amount > 0):
        yield f"{where}: {name} is {amount}; it must be a finite number above 0"
