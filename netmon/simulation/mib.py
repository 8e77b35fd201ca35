"""The MIB of one simulated device: its profile served backwards, and the tables around it.

A profile says raw × scale + offset = value; here raw is made of the value. What the device cannot
know is said by the profile's sentinel, or is not there. Beside the profile every device has the
system group (RFC 3418), the readable columns of ifTable and ifXTable (RFC 2863), and whom it hears
by LLDP.
"""

import math
from bisect import bisect_right
from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np
from numpy.typing import NDArray

from collectors.quantity import Scope
from collectors.snmp.ber import UNSIGNED_OCTETS, Oid, Tag
from collectors.snmp.message import NO_SUCH_INSTANCE, NO_SUCH_OBJECT, Value, Varbind
from collectors.snmp.profile import Column, Profile, Sign, Syntax
from netmon.simulation.lldp import Read, lldp_objects
from netmon.simulation.world import Sample, World
from topology.model import DeviceId, InterfaceId

Numbers = TypeVar("Numbers", float, NDArray[np.float64])

SYSTEM: Final[Oid] = (1, 3, 6, 1, 2, 1, 1)
INTERFACES: Final[Oid] = (1, 3, 6, 1, 2, 1, 2)
IF_ENTRY: Final[Oid] = (*INTERFACES, 2, 1)
IF_X_ENTRY: Final[Oid] = (1, 3, 6, 1, 2, 1, 31, 1, 1, 1)
UNKNOWN_VENDOR: Final[Oid] = (1, 3, 6, 1, 4, 1, 8072, 3, 2, 10)  # netSnmpAgentOIDs.linux
IF_TYPE_ETHERNET: Final = 6
IF_TYPE_RADIO: Final = 188  # radioMAC, IANAifType-MIB
MTU_OCTETS: Final = 1500
MOST_IF_SPEED_BPS: Final = 2.0**32 - 1  # ifSpeed stops here; ifHighSpeed goes on

# Columns of the standard tables that no profile has, with the quantity they are made of.
_COUNTERS_32: Final = {
    (*IF_ENTRY, 10): "in_octets",
    (*IF_ENTRY, 11): "in_unicast_packets",
    (*IF_ENTRY, 13): "in_discards",
    (*IF_ENTRY, 14): "in_errors",
    (*IF_ENTRY, 16): "out_octets",
    (*IF_ENTRY, 17): "out_unicast_packets",
    (*IF_ENTRY, 19): "out_discards",
    (*IF_ENTRY, 20): "out_errors",
}
_COUNTERS_64: Final = {
    (*IF_X_ENTRY, 6): "in_octets",
    (*IF_X_ENTRY, 7): "in_unicast_packets",
    (*IF_X_ENTRY, 10): "out_octets",
    (*IF_X_ENTRY, 11): "out_unicast_packets",
}
_STATUS: Final = {(*IF_ENTRY, 7): "admin_status", (*IF_ENTRY, 8): "oper_status"}


class Mib:
    """The objects of one device in the order of their OIDs."""

    def __init__(self, world: World, device: DeviceId, profile: Profile) -> None:
        self._world = world
        self._device = device
        self._row = world.device_rows[device]
        self._interfaces = world.network.interfaces_of(device)
        objects = self._system(profile) | self._tables() | lldp_objects(world, device)
        for column in profile.columns:  # last: where a profile says how, it says it right
            objects.update(self._column(column))
        self._oids: Sequence[Oid] = sorted(objects)
        self._reads = objects

    def value(self, oid: Oid, sample: Sample) -> Value:
        """Return what a GET of this OID says (RFC 3416 §4.2.1)."""
        read = self._reads.get(oid)
        if read is not None:
            return read(sample)
        place = bisect_right(self._oids, oid)
        # An instance is missing where the object has others; else there is no such object.
        prefix = oid[:-1]
        near = self._oids[max(place - 1, 0) : place + 1]
        has_siblings = any(other[: len(prefix)] == prefix for other in near)
        return NO_SUCH_INSTANCE if has_siblings else NO_SUCH_OBJECT

    def next(self, oid: Oid, sample: Sample) -> Varbind | None:
        """Return the first object behind this OID, or None at the end of the MIB."""
        for found in self._oids[bisect_right(self._oids, oid) :]:
            value = self._reads[found](sample)
            if not value.is_missing:
                return Varbind(found, value)
        return None

    def _system(self, profile: Profile) -> dict[Oid, Read]:
        device = self._world.network.devices[self._device]
        vendor = profile.match.sysobjectid[0] if profile.match.sysobjectid else UNKNOWN_VENDOR
        words = " ".join((profile.description, *profile.match.sysdescr[:1], "simulated")).encode()
        return {
            (*SYSTEM, 1, 0): _constant(Tag.OCTET_STRING, words),
            (*SYSTEM, 2, 0): _constant(Tag.OBJECT_IDENTIFIER, vendor),
            (*SYSTEM, 3, 0): self._of_device("uptime_seconds", Tag.TIMETICKS, 100.0),
            (*SYSTEM, 4, 0): _constant(Tag.OCTET_STRING, b"network desk"),
            (*SYSTEM, 5, 0): _constant(Tag.OCTET_STRING, self._device.encode()),
            (*SYSTEM, 6, 0): _constant(Tag.OCTET_STRING, str(device.site).encode()),
            (*SYSTEM, 7, 0): _constant(Tag.INTEGER, 72),  # a host with applications
            (*INTERFACES, 1, 0): _constant(Tag.INTEGER, len(self._interfaces)),
        }

    def _tables(self) -> dict[Oid, Read]:
        objects: dict[Oid, Read] = {}
        for index, interface in enumerate(self._interfaces, start=1):
            objects.update(
                {(*stem, index): read for stem, read in self._names(index, interface).items()}
            )
            for columns, tag, modulus in (
                (_COUNTERS_32, Tag.COUNTER32, 2**32),
                (_COUNTERS_64, Tag.COUNTER64, 2**64),
                (_STATUS, Tag.INTEGER, 2**31),
            ):
                for stem, quantity in columns.items():
                    objects[(*stem, index)] = self._of_interface(interface, quantity, tag, modulus)
        return objects

    def _names(self, index: int, interface: InterfaceId) -> dict[Oid, Read]:
        network = self._world.network
        name = network.interfaces[interface].name.encode()
        links = network.link_at(interface)
        radio = any(network.links[link].medium.is_radio for link in links)
        column = self._world.interface_rows[interface]

        def speed(sample: Sample) -> Value:
            bps = float(sample.interfaces["speed_bps"][0, column])
            return Value(Tag.GAUGE32, int(min(bps, MOST_IF_SPEED_BPS)))

        def high_speed(sample: Sample) -> Value:
            return Value(Tag.GAUGE32, round(float(sample.interfaces["speed_bps"][0, column]) / 1e6))

        hardware = bytes((0x02, 0, 0, self._row >> 8, self._row & 0xFF, index & 0xFF))
        return {
            (*IF_ENTRY, 1): _constant(Tag.INTEGER, index),
            (*IF_ENTRY, 2): _constant(Tag.OCTET_STRING, name),
            (*IF_ENTRY, 3): _constant(Tag.INTEGER, IF_TYPE_RADIO if radio else IF_TYPE_ETHERNET),
            (*IF_ENTRY, 4): _constant(Tag.INTEGER, MTU_OCTETS),
            (*IF_ENTRY, 5): speed,
            (*IF_ENTRY, 6): _constant(Tag.OCTET_STRING, hardware),
            (*IF_ENTRY, 9): _constant(Tag.TIMETICKS, 0),
            (*IF_X_ENTRY, 1): _constant(Tag.OCTET_STRING, name),
            (*IF_X_ENTRY, 15): high_speed,
            (*IF_X_ENTRY, 18): _constant(Tag.OCTET_STRING, " ".join(links).encode()),
            (*IF_X_ENTRY, 19): _constant(Tag.TIMETICKS, 0),
        }

    def _column(self, column: Column) -> dict[Oid, Read]:
        """Return the objects of one column of the profile."""
        name = column.quantity.name
        if column.quantity.scope is Scope.DEVICE:
            return {column.oid: self._served(column, "devices", name, self._row)}
        objects: dict[Oid, Read] = {}
        for index, interface in enumerate(self._interfaces, start=1):
            row = self._world.interface_rows[interface]
            read = self._served(column, "interfaces", name, row)
            if_name = self._world.network.interfaces[interface].name
            if (suffix := column.suffix_at(if_name, index)) is not None:
                objects[*column.oid, *suffix] = read
        return objects

    def _served(self, column: Column, scope: str, quantity: str, row: int) -> Read:
        def read(sample: Sample) -> Value:
            values = sample.devices if scope == "devices" else sample.interfaces
            if quantity not in values:  # what the world does not simulate
                return NO_SUCH_INSTANCE
            return raw_value(column, float(values[quantity][0, row]))

        return read

    def _of_device(self, quantity: str, tag: Tag, per_unit: float) -> Read:
        row = self._row
        return lambda sample: Value(
            tag, int(float(sample.devices[quantity][0, row]) * per_unit) % 2**32
        )

    def _of_interface(self, interface: InterfaceId, quantity: str, tag: Tag, modulus: int) -> Read:
        row = self._world.interface_rows[interface]
        return lambda sample: Value(tag, int(float(sample.interfaces[quantity][0, row])) % modulus)


def raw_value(column: Column, value: float) -> Value:
    """Return what an agent says for a value: the inverse of reading it by the column."""
    if math.isnan(value):
        if not column.sentinels:
            return NO_SUCH_INSTANCE
        return _typed(column.syntax, min(column.sentinels))
    if column.enum:
        meant = [raw for raw, meaning in column.enum.items() if meaning == value]
        # The first of several words for one meaning is the odd one (other, none): take the next.
        said = meant[min(1, len(meant) - 1)] if meant else None
        if isinstance(said, str):
            return Value(Tag.OCTET_STRING, said.encode())
        return NO_SUCH_INSTANCE if said is None else _typed(column.syntax, said)
    return _typed(column.syntax, raw_number(column, value))


def raw_number(column: Column, value: Numbers) -> Numbers:
    """Return the number, before rounding, that is read as this value; arrays as well."""
    said = -value if column.sign is not Sign.AS_SAID else value
    if column.is_milliwatts:
        said = 10.0 ** (said / 10)
    return (said - column.offset) / column.scale


def _typed(syntax: Syntax, raw: float) -> Value:
    tag = syntax.tag
    if syntax is Syntax.OCTETS:
        return Value(tag, f"{raw:.1f}".encode())
    if tag in UNSIGNED_OCTETS:
        number = round(raw)
        wraps = syntax is not Syntax.GAUGE32  # a gauge sticks at its end, the others begin anew
        most = 2 ** (8 * UNSIGNED_OCTETS[tag])
        return Value(tag, number % most if wraps else min(max(number, 0), most - 1))
    return Value(tag, min(max(round(raw), -(2**31)), 2**31 - 1))


def _constant(tag: Tag, content: int | bytes | Oid) -> Read:
    value = Value(tag, content)
    return lambda _: value
