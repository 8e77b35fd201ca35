"""Directory: which device, and which of its ports, a claim means; never more than was said.

Where the chassis says one device and the name another, it means neither. Where a name fits several
ports, all of them are returned.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Final

from topology.claims import Claim, Identifier, Identity, Kind, Port
from topology.errors import NetworkError
from topology.model import DeviceId

_Test = Callable[[Port, str], bool]

# How a port is called by somebody who has not asked the port itself.
_BY_KIND: Final[Mapping[Kind, tuple[_Test, ...]]] = {
    Kind.NAME: (lambda port, text: port.name == text, lambda port, text: port.description == text),
    Kind.ALIAS: (lambda port, text: port.alias == text,),
    Kind.MAC: (lambda port, text: port.mac == text,),
    Kind.LOCAL: (
        lambda port, text: port.name == text,
        lambda port, text: port.description == text,
        lambda port, text: str(port.if_index) == text,
    ),
}


class Directory:
    """All identities, by everything they may be called."""

    def __init__(self, identities: Iterable[Identity]) -> None:
        self.identities: dict[DeviceId, Identity] = {}
        self._chassis: defaultdict[Identifier, set[DeviceId]] = defaultdict(set)
        self._macs: defaultdict[str, set[DeviceId]] = defaultdict(set)
        self._names: defaultdict[str, set[DeviceId]] = defaultdict(set)
        self._addresses: defaultdict[str, set[DeviceId]] = defaultdict(set)
        for identity in identities:
            self._add(identity)

    def _add(self, identity: Identity) -> None:
        device = identity.device
        if device in self.identities:
            raise NetworkError(f"device {device!r} has two identities")
        self.identities[device] = identity
        for chassis in identity.chassis:
            self._chassis[chassis].add(device)
        for port in identity.ports:
            if port.mac:
                self._macs[port.mac].add(device)
        if identity.system_name:
            self._names[identity.system_name.casefold()].add(device)
        for address in identity.addresses:
            self._addresses[address].add(device)

    def devices_of(self, claim: Claim) -> frozenset[DeviceId]:
        """Return the devices that fit all that a claim says of its neighbour, as far as known.

        None fits where it is unknown, and where its chassis and its name contradict each other.
        Addresses are asked last, and only where these leave it open: many a router is 192.168.1.1.
        """
        evidence = [
            found for found in (self._by_chassis(claim.chassis), self._by_name(claim)) if found
        ]
        fitting = set.intersection(*evidence) if evidence else set()
        if len(fitting) == 1 or (evidence and not fitting):
            return frozenset(fitting)
        there = self._by_address(claim)
        return frozenset(fitting & there if fitting and there else fitting or there)

    def hints_of(self, claim: Claim) -> frozenset[DeviceId]:
        """Return the devices that anything of a claim fits."""
        found = self._by_chassis(claim.chassis) | self._by_name(claim) | self._by_address(claim)
        return frozenset(found)

    def _by_name(self, claim: Claim) -> set[DeviceId]:
        return self._names.get(claim.system_name.casefold(), set())

    def _by_address(self, claim: Claim) -> set[DeviceId]:
        return set().union(*(self._addresses.get(each, ()) for each in claim.addresses))

    def _by_chassis(self, chassis: Identifier | None) -> set[DeviceId]:
        if chassis is None:
            return set()
        declared = self._chassis.get(chassis)
        if declared:
            return declared
        match chassis.kind:
            case Kind.MAC:
                return self._macs.get(chassis.text, set())
            case Kind.ADDRESS:
                return self._addresses.get(chassis.text, set())
            case Kind.LOCAL | Kind.NAME:
                return self._names.get(chassis.text.casefold(), set())
            case _:
                return set()

    def ports_of(self, device: DeviceId, called: Identifier | None) -> frozenset[str]:
        """Return the names of the ports of a device that an identifier fits; none: it is unknown.

        What the port says of itself goes first, then the rules of the identifier's kind in turn.
        """
        identity = self.identities[device]
        if called is None or not called.text:
            return frozenset()
        declared = frozenset(each.name for each in identity.ports if called in each.called)
        if declared:
            return declared
        for fits in _BY_KIND.get(called.kind, ()):
            found = frozenset(each.name for each in identity.ports if fits(each, called.text))
            if found:
                return found
        return frozenset()

    def is_down(self, device: DeviceId, name: str) -> bool:
        """Tell whether a port says it is down."""
        port = self.identities[device].port(name)
        return port is not None and port.is_up is False

    def members_of(self, device: DeviceId, name: str) -> tuple[str, ...]:
        """Return the ports that make up this one, if it is an aggregate."""
        return self.identities[device].members_of(name)
