"""The quantities a device can be asked for, in one table.

A profile maps vendors' OIDs to these names; state has one column for each; nothing else may be
measured. The unit is in the name (docs/glossary.md). What is measured of a carrier or of another
component of a device (a power supply, a fan, a sensor, a subscriber's radio) has the scope of an
interface: the component has a name of its own beside the ifNames, such as "radio 1".
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Kind(StrEnum):
    """How a quantity behaves in time."""

    GAUGE = "gauge"
    COUNTER32 = "counter32"
    COUNTER64 = "counter64"
    REGISTER = "register"  # a count that begins anew by itself: every 15 minutes, or when told to

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

    @property
    def unit(self) -> str:
        """The unit of its values, as people write it; "" for what is counted or numbered."""
        if self.kind is not Kind.GAUGE and not self.name.endswith("_seconds"):
            return ""
        return next((unit for ending, unit in UNITS.items() if self.name.endswith(ending)), "")


UNITS: Final[dict[str, str]] = {
    "_dbm": "dBm",
    "_db": "dB",
    "_bps": "bit/s",
    "_hz": "Hz",
    "_m": "m",
    "_seconds": "s",
    "_celsius": "°C",
    "_volts": "V",
    "_amperes": "A",
    "_watts": "W",
    "_rpm": "1/min",
    "_degrees": "°",
    "_ratio": "1",
}

_G, _C32, _C64, _REG = Kind.GAUGE, Kind.COUNTER32, Kind.COUNTER64, Kind.REGISTER
_DEV, _IF = Scope.DEVICE, Scope.INTERFACE
_U32, _U64 = 2.0**32 - 1, 2.0**64

TABLE: Final[tuple[Quantity, ...]] = (
    Quantity("uptime_seconds", _G, _DEV, 0, _U32, "sysUpTime (RFC 3418)"),
    Quantity("cpu_ratio", _G, _DEV, 0, 1, "processor load"),
    Quantity("memory_ratio", _G, _DEV, 0, 1, "memory in use"),
    Quantity("temperature_celsius", _G, _DEV, -60, 150, "of the device as a whole"),
    Quantity("supply_volts", _G, _DEV, -1000, 1000, "supply voltage (RFC 1628: of the battery)"),
    Quantity("supply_amperes", _G, _DEV, 0, 1000, "supply current"),
    Quantity("supply_watts", _G, _DEV, 0, 1e6, "power drawn from the supply"),
    Quantity("on_battery", _G, _DEV, 0, 1, "1 while the site runs on battery (RFC 1628)"),
    Quantity("on_battery_seconds", _G, _DEV, 0, 1e8, "since the site runs on battery (RFC 1628)"),
    Quantity("battery_ratio", _G, _DEV, 0, 1, "charge left"),
    Quantity("battery_left_seconds", _G, _DEV, 0, 1e8, "until the battery is empty (RFC 1628)"),
    Quantity("gnss_fix", _G, _DEV, 0, 3, "0 no fix, 1 time only, 2 in two dimensions, 3 in three"),
    Quantity("gnss_jamming", _G, _DEV, 0, 2, "0 none, 1 suspected, 2 the receiver says jammed"),
    Quantity("gnss_spoofing", _G, _DEV, 0, 2, "0 none, 1 suspected, 2 the receiver says spoofed"),
    Quantity("gnss_antenna_ok", _G, _DEV, 0, 1, "1: connected and well; 0: open, short or absent"),
    Quantity("satellites_tracked", _G, _DEV, 0, 200, "GNSS satellites received and used"),
    Quantity("satellites_visible", _G, _DEV, 0, 200, "GNSS satellites above the horizon"),
    Quantity("latitude_degrees", _G, _DEV, -90, 90, "where its receiver says it is; WGS 84, north"),
    Quantity("longitude_degrees", _G, _DEV, -180, 180, "where its receiver says it is; east"),
    Quantity("clock_locked", _G, _DEV, 0, 1, "1: follows a reference that is good; 0: does not"),
    Quantity("clock_holdover", _G, _DEV, 0, 1, "1: runs on without a reference"),
    Quantity("clock_phase_error_seconds", _G, _DEV, -1, 1, "of the oscillator, as it says"),
    Quantity("clock_frequency_error_hz", _G, _DEV, -1e6, 1e6, "of the oscillator, as it says"),
    Quantity("clock_stratum", _G, _DEV, 0, 16, "distance from the reference (RFC 5905)"),
    Quantity("oper_status", _G, _IF, 1, 7, "ifOperStatus (RFC 2863): 1 up, 2 down, …"),
    Quantity("admin_status", _G, _IF, 1, 3, "ifAdminStatus (RFC 2863): 1 up, 2 down, 3 testing"),
    Quantity("speed_bps", _G, _IF, 0, 1e13, "ifHighSpeed (RFC 2863)"),
    Quantity("rsl_dbm", _G, _IF, -156, 30, "received signal level; LTE and NR: RSRP"),
    Quantity("rsl_planned_dbm", _G, _IF, -130, 30, "received level by design, or asked for"),
    Quantity("remote_rsl_dbm", _G, _IF, -156, 30, "received level at the far end, as told here"),
    Quantity("wideband_dbm", _G, _IF, -120, 10, "all power in the channel (3GPP RSSI)"),
    Quantity("tsl_dbm", _G, _IF, -60, 70, "transmitted signal level"),
    Quantity("tsl_limit_dbm", _G, _IF, -60, 70, "the most that is transmitted, as configured"),
    Quantity("tsl_offset_db", _G, _IF, -60, 60, "how far a level is told to differ from its plan"),
    Quantity("remote_tsl_dbm", _G, _IF, -60, 70, "transmitted level at the far end, as told here"),
    Quantity("snr_db", _G, _IF, -40, 100, "signal to noise plus interference"),
    Quantity("remote_snr_db", _G, _IF, -40, 100, "the same at the far end, as told here"),
    Quantity("rsrq_db", _G, _IF, -45, 25, "reference signal received quality (3GPP TS 36.133)"),
    Quantity("noise_floor_dbm", _G, _IF, -174, 0, "level with no wanted signal"),
    Quantity("xpd_db", _G, _IF, 0, 60, "cross-polar discrimination"),
    Quantity("fade_margin_db", _G, _IF, -20, 100, "what the signal may still lose"),
    Quantity("chain_imbalance_db", _G, _IF, -60, 60, "level of one polarisation above the other's"),
    Quantity("cable_loss_db", _G, _IF, -60, 60, "between indoor and outdoor unit"),
    Quantity("modulation", _G, _IF, 0, 64, "in use (ACM): bits per symbol, or its own order"),
    Quantity("rx_modulation", _G, _IF, 0, 64, "the same of the received signal, where told apart"),
    Quantity("capacity_bps", _G, _IF, 0, 1e13, "what the radio carries now (ACM); sent"),
    Quantity("rx_capacity_bps", _G, _IF, 0, 1e13, "what it carries in the received direction"),
    Quantity("max_capacity_bps", _G, _IF, 0, 1e13, "what it carries in clear sky, or by licence"),
    Quantity("quality_ratio", _G, _IF, 0, 1, "the radio's own opinion of its link"),
    Quantity("polling_quality_ratio", _G, _IF, 0, 1, "its opinion of the protocol on that link"),
    Quantity("capacity_ratio", _G, _IF, 0, 1, "share of the most it could carry that it does"),
    Quantity("utilisation_ratio", _G, _IF, 0, 1, "share of air time or capacity in use"),
    Quantity("frequency_hz", _G, _IF, 1e6, 3e14, "centre of the transmitted carrier"),
    Quantity("rx_frequency_hz", _G, _IF, 1e6, 3e14, "centre of the received carrier"),
    Quantity("bandwidth_hz", _G, _IF, 1e3, 1e11, "width of the carrier"),
    Quantity("frequency_offset_hz", _G, _IF, -1e9, 1e9, "of the received carrier from its place"),
    Quantity("timing_offset_seconds", _G, _IF, -1, 1, "of what is sent from its time slot"),
    Quantity("distance_m", _G, _IF, 0, 1e8, "to the far end, as the radio measures it"),
    Quantity("bit_error_ratio", _G, _IF, 0, 1, "errored bits, before or after correction"),
    Quantity("packet_error_ratio", _G, _IF, 0, 1, "errored packets received"),
    Quantity("tx_packet_error_ratio", _G, _IF, 0, 1, "errored packets sent, as the far end says"),
    Quantity("channel_number", _G, _IF, 0, 1e7, "number of the channel (EARFCN, NR-ARFCN, Wi-Fi)"),
    Quantity("cell_id", _G, _IF, 0, 2.0**36, "identity of the serving cell"),
    Quantity("subscribers", _G, _IF, 0, 1e6, "stations and users connected, a count alone"),
    Quantity("neighbours", _G, _IF, 0, 1e4, "other cells or radios heard"),
    Quantity("connected_seconds", _G, _IF, 0, 1e10, "since the link or session is up"),
    Quantity("interval_elapsed_seconds", _G, _IF, 0, 1e10, "of the performance interval under way"),
    Quantity("interval_suspect", _G, _IF, 0, 1, "1: the counts of that interval are doubtful"),
    Quantity("optical_rx_dbm", _G, _IF, -60, 30, "light received"),
    Quantity("optical_tx_dbm", _G, _IF, -60, 40, "light sent"),
    Quantity("laser_bias_amperes", _G, _IF, 0, 10, "current through the laser"),
    Quantity("span_loss_db", _G, _IF, 0, 80, "of the fibre up to here"),
    Quantity("component_status", _G, _IF, 0, 2, "of a part: 0 well, 1 needs a look, 2 failed"),
    Quantity("component_suspect", _G, _IF, 0, 1, "1: a part says that its reading is none"),
    Quantity("component_mode", _G, _IF, -(2.0**31), _U32, "what a part does, by its MIB's number"),
    Quantity("component_celsius", _G, _IF, -60, 200, "temperature of a part"),
    Quantity("component_volts", _G, _IF, -1e6, 1e6, "voltage at a part"),
    Quantity("component_amperes", _G, _IF, -1e5, 1e5, "current through a part"),
    Quantity("component_watts", _G, _IF, 0, 1e8, "power of a part"),
    Quantity("component_hz", _G, _IF, 0, 1e12, "frequency at a part, such as the mains'"),
    Quantity("component_load_ratio", _G, _IF, 0, 1, "how much of a part is in use"),
    Quantity("component_count", _G, _IF, 0, 1e12, "at a part now: leases, slots, requests"),
    Quantity("queue_octets", _G, _IF, 0, 1e12, "waiting to be sent"),
    Quantity("queue_packets", _G, _IF, 0, 1e9, "waiting to be sent"),
    Quantity("humidity_ratio", _G, _IF, 0, 1, "relative humidity at a part"),
    Quantity("standing_wave_ratio", _G, _IF, 1, 100, "of an antenna and its cable (VSWR)"),
    Quantity("fan_rpm", _G, _IF, 0, 1e5, "turns of a fan"),
    Quantity("clock_offset_seconds", _G, _IF, -1e6, 1e6, "from a time source (RFC 5905)"),
    Quantity("clock_delay_seconds", _G, _IF, 0, 1e3, "round trip to a time source (RFC 5905)"),
    Quantity("clock_jitter_seconds", _G, _IF, 0, 1e3, "dispersion of a time source (RFC 5905)"),
    Quantity("in_octets", _C64, _IF, 0, _U64, "ifHCInOctets (RFC 2863)"),
    Quantity("out_octets", _C64, _IF, 0, _U64, "ifHCOutOctets (RFC 2863)"),
    Quantity("in_errors", _C32, _IF, 0, _U32, "ifInErrors (RFC 2863)"),
    Quantity("out_errors", _C32, _IF, 0, _U32, "ifOutErrors (RFC 2863)"),
    Quantity("in_discards", _C32, _IF, 0, _U32, "ifInDiscards (RFC 2863)"),
    Quantity("out_discards", _C32, _IF, 0, _U32, "ifOutDiscards (RFC 2863)"),
    Quantity("in_unicast_packets", _C64, _IF, 0, _U64, "ifHCInUcastPkts (RFC 2863)"),
    Quantity("out_unicast_packets", _C64, _IF, 0, _U64, "ifHCOutUcastPkts (RFC 2863)"),
    Quantity("errored_seconds", _REG, _IF, 0, _U32, "seconds with an errored block (G.826)"),
    Quantity("severely_errored_seconds", _REG, _IF, 0, _U32, "with ≥ 30 % errored blocks (G.826)"),
    Quantity("unavailable_seconds", _REG, _IF, 0, _U32, "seconds unavailable (G.826)"),
    Quantity("background_block_errors", _REG, _IF, 0, _U64, "errored blocks outside SES (G.826)"),
    Quantity("blocks", _REG, _IF, 0, _U64, "blocks received while available (G.826)"),
    Quantity("corrected_blocks", _REG, _IF, 0, _U64, "blocks that error correction saved"),
    Quantity("lost_blocks", _REG, _IF, 0, _U64, "blocks or frames that it could not save"),
    Quantity("signal_losses", _REG, _IF, 0, _U32, "times the signal was lost"),
    Quantity("component_events", _REG, _IF, 0, _U64, "of a part: radar hits, refusals, resets"),
)

QUANTITIES: Final[dict[str, Quantity]] = {quantity.name: quantity for quantity in TABLE}
