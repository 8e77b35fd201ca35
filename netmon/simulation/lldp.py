"""What the simulated devices hear by LLDP: the tables of the LLDP-MIB (IEEE 802.1AB-2005).

Cables and microwave hops carry LLDP frames; satellite modems, LTE and TETRA do not. A row is there
while its link is up. Local ports are numbered by the LLDP agent and not by ifIndex, as the standard
allows and many devices do.
"""

from collections.abc import Callable, Sequence
from typing import Final

from collectors.snmp.ber import Oid, Tag
from collectors.snmp.message import NO_SUCH_INSTANCE, Value
from netmon.simulation.world import UP, Sample, World
from topology.model import DeviceId, InterfaceId, Medium

Read = Callable[[Sample], Value]

HEARD_OVER: Final = frozenset({Medium.FIBRE, Medium.COPPER, Medium.MICROWAVE})
LOCAL: Final[Oid] = (1, 0, 8802, 1, 1, 2, 1, 3)
REMOTE_ENTRY: Final[Oid] = (1, 0, 8802, 1, 1, 2, 1, 4, 1, 1)
FIRST_PORT: Final = 101  # of the LLDP agent's own numbers
TIME_MARK: Final = 6_000  # sysUpTime when a row last changed: a minute after the start
CHASSIS_MAC: Final = 4  # LldpChassisIdSubtype
PORT_NAME: Final = 5  # LldpPortIdSubtype: interfaceName


def chassis_of(row: int) -> bytes:
    """Return the hardware address of a device, by its row in the world."""
    return bytes((0x02, 0, 0, row >> 8, row & 0xFF, 0))


def lldp_objects(world: World, device: DeviceId) -> dict[Oid, Read]:
    """Return what a device says by LLDP-MIB: of itself, its ports, and whom it hears."""
    network = world.network
    interfaces = network.interfaces_of(device)
    objects: dict[Oid, Read] = {
        (*LOCAL, 1, 0): _constant(Tag.INTEGER, CHASSIS_MAC),
        (*LOCAL, 2, 0): _constant(Tag.OCTET_STRING, chassis_of(world.device_rows[device])),
        (*LOCAL, 3, 0): _constant(Tag.OCTET_STRING, device.encode()),
    }
    for number, interface in enumerate(interfaces, start=FIRST_PORT):
        name = network.interfaces[interface].name.encode()
        objects |= {
            (*LOCAL, 7, 1, 2, number): _constant(Tag.INTEGER, PORT_NAME),
            (*LOCAL, 7, 1, 3, number): _constant(Tag.OCTET_STRING, name),
            (*LOCAL, 7, 1, 4, number): _constant(Tag.OCTET_STRING, name),
        }
        for index, far in enumerate(_far_ends(world, interface), start=1):
            objects |= _row(world, interface, far, (TIME_MARK, number, index))
    return objects


def _far_ends(world: World, interface: InterfaceId) -> Sequence[InterfaceId]:
    links = [world.network.links[each] for each in world.network.link_at(interface)]
    return [
        link.b if link.a == interface else link.a for link in links if link.medium in HEARD_OVER
    ]


def _row(world: World, near: InterfaceId, far: InterfaceId, index: Oid) -> dict[Oid, Read]:
    network = world.network
    device = network.device_of(far)
    column = world.interface_rows[near]

    def while_up(tag: Tag, content: int | bytes) -> Read:
        value = Value(tag, content)

        def read(sample: Sample) -> Value:
            is_up = sample.interfaces["oper_status"][0, column] == UP
            return value if is_up else NO_SUCH_INSTANCE

        return read

    row = chassis_of(world.device_rows[device])
    return {
        (*REMOTE_ENTRY, 4, *index): while_up(Tag.INTEGER, CHASSIS_MAC),
        (*REMOTE_ENTRY, 5, *index): while_up(Tag.OCTET_STRING, row),
        (*REMOTE_ENTRY, 6, *index): while_up(Tag.INTEGER, PORT_NAME),
        (*REMOTE_ENTRY, 7, *index): while_up(
            Tag.OCTET_STRING, network.interfaces[far].name.encode()
        ),
        (*REMOTE_ENTRY, 9, *index): while_up(Tag.OCTET_STRING, device.encode()),
    }


def _constant(tag: Tag, content: int | bytes) -> Read:
    value = Value(tag, content)
    return lambda _: value
