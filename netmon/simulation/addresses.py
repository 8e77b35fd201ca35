"""Where the simulated devices live: on loopback, or behind the TUN device under the same numbers.

The inventory says 127.a.s.d and any port; with --tun the same device is 198.18.s.d port 161, in the
range set aside for tests of networks (RFC 2544).
"""

import dataclasses
import ipaddress
from collections.abc import Mapping
from typing import Final

from collectors.target import Target
from topology.model import DeviceId

TUN_NETWORK: Final = ipaddress.IPv4Network("198.18.0.0/15")
TUN_OWN: Final = ipaddress.IPv4Address("198.18.0.1")  # the monitor's end
SNMP_PORT: Final = 161
LOOPBACK: Final = ipaddress.IPv4Network("127.0.0.0/8")


def behind_tun(targets: Mapping[DeviceId, Target]) -> dict[DeviceId, Target]:
    """Return the targets under their addresses behind the TUN device.

    Raises ValueError if an address is not 127.x.x.x or two devices would share one.
    """
    moved: dict[DeviceId, Target] = {}
    taken: dict[str, DeviceId] = {str(TUN_OWN): DeviceId("the monitor itself")}
    for device, target in targets.items():
        snmp, ping = target.snmp, target.ping
        if snmp is not None:
            address = _behind_tun(snmp.address)
            snmp = dataclasses.replace(snmp, address=address, port=SNMP_PORT)
        if ping is not None:
            ping = dataclasses.replace(ping, address=_behind_tun(ping.address))
        moved[device] = dataclasses.replace(target, snmp=snmp, ping=ping)
        for each in {asked.address for asked in (snmp, ping) if asked is not None}:
            if each in taken:
                raise ValueError(f"{device} and {taken[each]} would both be {each} behind the TUN")
            taken[each] = device
    return moved


def on_other_ports(targets: Mapping[DeviceId, Target], away: int) -> dict[DeviceId, Target]:
    """Return the targets with their SNMP ports `away` from those of the inventory."""
    return {
        device: target
        if target.snmp is None
        else dataclasses.replace(
            target, snmp=dataclasses.replace(target.snmp, port=target.snmp.port + away)
        )
        for device, target in targets.items()
    }


def _behind_tun(address: str) -> str:
    given = ipaddress.ip_address(address)
    if given not in LOOPBACK:
        raise ValueError(f"a simulated device must be at 127.x.x.x, not {address}")
    return str(TUN_NETWORK.network_address + (int(given) & 0xFFFF))
