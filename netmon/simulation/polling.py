"""Polling: how a made-up network is asked: all on 127.x, one port, one community."""

from collections.abc import Mapping
from typing import Final

from collectors.target import Community, PingTarget, SnmpTarget, Target
from topology.model import Device, DeviceId
from topology.network import Network

PORT: Final = 10161
COMMUNITY: Final = Community(name="simulated", secret=b"simulated")


def targets_of(
    network: Network, profiles: Mapping[DeviceId, str], seed: int, interval_seconds: float
) -> tuple[Target, ...]:
    """Return a target for every device, in the network's order."""
    sites = {site: row for row, site in enumerate(network.sites, start=1)}

    def target(device: Device) -> Target:
        place = 1 + network.devices_of(device.site).index(device.id)
        address = f"127.{30 + seed % 200}.{sites[device.site]}.{place}"
        interfaces = network.interfaces_of(device.id)
        budget = min(10.0, interval_seconds)
        return Target(
            device=device.id,
            interval_seconds=interval_seconds,
            snmp=SnmpTarget(
                device=device.id,
                address=address,
                port=PORT,
                credential=COMMUNITY,
                profile=profiles[device.id],
                interfaces=tuple((network.interfaces[each].name, each) for each in interfaces),
                timeout_seconds=min(2.0, budget),
                budget_seconds=budget,
            ),
            ping=PingTarget(device=device.id, address=address),
        )

    return tuple(target(device) for device in network.devices.values())
