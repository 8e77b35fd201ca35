"""The quantities a device can be asked for, in one table.

A profile maps vendors' OIDs to these names; state has one column for each; nothing else may be
measured. The unit is in the name (docs/glossary.md).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How a quantity behaves in time."""

    GAUGE = "gauge"
    COUNTER32 = "counter32"
    COUNTER64 = "counter64"

    @property
    def is_counter(self) -> bool:
        """Whether only differences of it mean something."""
        return self is not Kind.GAUGE


class Scope(StrEnum):
    """What a quantity belongs to. A radio quantity belongs to the interface that receives."""

    DEVICE = "device"
    INTERFACE = "interface"


@dataclass(frozen=True, slots=True)
class Quantity:
    """One thing that can be measured: `name` carries the unit."""

    name: str
    kind: Kind
    scope: Scope
    low: float  # plausible range, after scaling: outside it a value is absent, never wrong
    high: float
    help: str


_G, _C32, _C64 = Kind.GAUGE, Kind.COUNTER32, Kind.COUNTER64
_DEV, _IF = Scope.DEVICE, Scope.INTERFACE
_U32, _U64 = 2.0**32 - 1, 2.0**64

TABLE: Final[tuple[Quantity, ...]] = (
    Quantity("uptime_seconds", _G, _DEV, 0, _U32, "sysUpTime (RFC 3418)"),
    Quantity("cpu_ratio", _G, _DEV, 0, 1, "processor load"),
    Quantity("temperature_celsius", _G, _DEV, -60, 150, "warmest sensor"),
    Quantity("supply_volts", _G, _DEV, 0, 1000, "supply voltage"),
    Quantity("on_battery", _G, _DEV, 0, 1, "1 while the site runs on battery (RFC 1628)"),
    Quantity("battery_ratio", _G, _DEV, 0, 1, "charge left"),
    Quantity("oper_status", _G, _IF, 1, 7, "ifOperStatus (RFC 2863): 1 up, 2 down, …"),
    Quantity("admin_status", _G, _IF, 1, 3, "ifAdminStatus (RFC 2863): 1 up, 2 down, 3 testing"),
    Quantity("speed_bps", _G, _IF, 0, 1e13, "ifHighSpeed (RFC 2863)"),
    Quantity("rsl_dbm", _G, _IF, -130, 30, "received signal level"),
    Quantity("tsl_dbm", _G, _IF, -60, 70, "transmitted signal level"),
    Quantity("snr_db", _G, _IF, -30, 60, "signal to noise plus interference"),
    Quantity("noise_floor_dbm", _G, _IF, -140, 0, "level with no wanted signal"),
    Quantity("xpd_db", _G, _IF, 0, 60, "cross-polar discrimination"),
    Quantity("modulation", _G, _IF, 0, 40, "coding and modulation in use, bits per symbol order"),
    Quantity("capacity_bps", _G, _IF, 0, 1e13, "what the radio carries now (ACM)"),
    Quantity("frequency_hz", _G, _IF, 1e6, 3e11, "centre of the transmitted carrier"),
    Quantity("in_octets", _C64, _IF, 0, _U64, "ifHCInOctets (RFC 2863)"),
    Quantity("out_octets", _C64, _IF, 0, _U64, "ifHCOutOctets (RFC 2863)"),
    Quantity("in_errors", _C32, _IF, 0, _U32, "ifInErrors (RFC 2863)"),
    Quantity("out_errors", _C32, _IF, 0, _U32, "ifOutErrors (RFC 2863)"),
    Quantity("in_discards", _C32, _IF, 0, _U32, "ifInDiscards (RFC 2863)"),
    Quantity("out_discards", _C32, _IF, 0, _U32, "ifOutDiscards (RFC 2863)"),
    Quantity("in_unicast_packets", _C64, _IF, 0, _U64, "ifHCInUcastPkts (RFC 2863)"),
    Quantity("out_unicast_packets", _C64, _IF, 0, _U64, "ifHCOutUcastPkts (RFC 2863)"),
    Quantity("errored_seconds", _C32, _IF, 0, _U32, "seconds with an errored block (G.826)"),
    Quantity("severely_errored_seconds", _C32, _IF, 0, _U32, "seconds with ≥ 30 % errored blocks"),
    Quantity("unavailable_seconds", _C32, _IF, 0, _U32, "seconds unavailable (G.826)"),
)

QUANTITIES: Final[dict[str, Quantity]] = {quantity.name: quantity for quantity in TABLE}
