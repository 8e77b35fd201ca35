"""CDP: the cache of the CISCO-CDP-MIB as claims; its rows are under the ifIndex they came by."""

from typing import Final

from collectors.snmp.ber import Oid
from collectors.snmp.discovery import tables
from collectors.snmp.discovery.tables import Cells, Clock
from collectors.snmp.naming import Suffix
from topology.claims import Claim, Identifier, Identity, Kind, Source

COLUMNS: Final[tuple[Oid, ...]] = (
    tables.CDP_ADDRESS_TYPE,
    tables.CDP_ADDRESS,
    tables.CDP_DEVICE,
    tables.CDP_PORT,
    tables.CDP_NAME,
    tables.CDP_CHANGED,
)
_IP: Final = 1  # CiscoNetworkProtocol
_INDEX: Final = 2  # ifIndex, number of the neighbour


def claims_of(identity: Identity, cells: Cells, clock: Clock) -> tuple[Claim, ...]:
    """Return whom the device hears."""
    names = {port.if_index: port.name for port in identity.ports}
    return tuple(
        _claim(identity, suffix, cells, names, clock)
        for suffix in cells.rows(tables.CDP_DEVICE)
        if len(suffix) == _INDEX
    )


def _claim(
    identity: Identity,
    suffix: Suffix,
    cells: Cells,
    names: dict[int | None, str],
    clock: Clock,
) -> Claim:
    called = cells.text(tables.CDP_DEVICE, suffix)
    port = cells.text(tables.CDP_PORT, suffix)
    changed = cells.number(tables.CDP_CHANGED, suffix)
    age = clock.age_seconds(changed) if changed else None
    where = ""
    if cells.number(tables.CDP_ADDRESS_TYPE, suffix) == _IP:
        where = tables.address(cells.octets(tables.CDP_ADDRESS, suffix))
    return Claim(
        device=identity.device,
        interface=names.get(suffix[0]),
        local_port=str(suffix[0]),
        source=Source.CDP,
        chassis=Identifier(Kind.LOCAL, called) if called else None,
        # The MIB says only "port-id"; Cisco writes the ifDescr, others the ifName.
        port=Identifier(Kind.LOCAL, port) if port else None,
        system_name=cells.text(tables.CDP_NAME, suffix),
        addresses=(where,) if where else (),
        age_seconds=age,
        is_before_reboot=bool(changed) and age is None,
    )
