"""A small network and its observations, for tests of state, pipeline and exposition."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from collectors.observation import Cell, EchoObservation, Layout, Observation, Outcome
from collectors.target import Community, PingTarget, SnmpTarget, Target
from netmon.state import State
from topology.model import (
    Carrier,
    Device,
    DeviceId,
    Interface,
    InterfaceId,
    Link,
    LinkId,
    Medium,
    Position,
    Role,
    Site,
    SiteId,
    interface_id,
)
from topology.network import Network

INTERVAL_SECONDS = 10.0
NARVA, TARTU = DeviceId("narva-r1"), DeviceId("tartu-r1")
NARVA_E0, TARTU_E0 = interface_id(NARVA, "e0"), interface_id(TARTU, "e0")


def make_network(*devices: DeviceId, speed_bps: float | None = None) -> Network:
    """Return one site per device, one interface `e0` each, and a radio link between neighbours."""
    devices = devices or (NARVA, TARTU)
    place = Position(latitude_deg=59.38, longitude_deg=28.19)
    sites = [
        Site(id=SiteId(f"site-{device}"), country="EE", position=place, role=Role.RELAY)
        for device in devices
    ]
    return Network.build(
        sites,
        [Device(id=device, site=SiteId(f"site-{device}")) for device in devices],
        [
            Interface(id=interface_id(device, "e0"), device=device, name="e0", speed_bps=speed_bps)
            for device in devices
        ],
        [
            Link(
                id=LinkId(f"{a}--{b}"),
                a=interface_id(a, "e0"),
                b=interface_id(b, "e0"),
                medium=Medium.MICROWAVE,
                carrier=Carrier(frequency_hz=7.4e9, width_hz=28e6),
                capacity_bps=400e6,
            )
            for a, b in pairwise(devices)
        ],
    )


def make_targets(network: Network) -> dict[DeviceId, Target]:
    """Return a target for every device, asked both ways."""
    community = Community(name="test", secret=b"public")
    return {
        device: Target(
            device=device,
            interval_seconds=INTERVAL_SECONDS,
            snmp=SnmpTarget(device=device, address="127.0.0.1", credential=community),
            ping=PingTarget(device=device, address="127.0.0.1"),
        )
        for device in network.devices
    }


def make_state(*devices: DeviceId, speed_bps: float | None = None) -> State:
    """Return the state of such a network."""
    network = make_network(*devices, speed_bps=speed_bps)
    return State(network, make_targets(network))


def make_layout(
    device: DeviceId, *quantities: str, interfaces: Sequence[InterfaceId] | None = None
) -> Layout:
    """Return sysUpTime, then every quantity of every interface (`e0` if none is said)."""
    chosen = (interface_id(device, "e0"),) if interfaces is None else interfaces
    cells = [Cell(quantity, interface) for quantity in quantities for interface in chosen]
    return Layout(device, (Cell("uptime_seconds"), *cells))


def polled(
    layout: Layout,
    at: float,
    *values: float | None,
    uptime_seconds: float | None = -1,
    outcome: Outcome = Outcome.OK,
) -> Observation:
    """Return a poll at a monotonic instant; the agent runs since a thousand seconds before 0."""
    uptime = at + 1000 if uptime_seconds == -1 else uptime_seconds
    return Observation(
        device=layout.device,
        at=at + 1.7e9,
        monotonic=at,
        duration_seconds=0.01,
        outcome=outcome,
        layout=layout,
        values=(uptime, *values),
    )


def ended(device: DeviceId, at: float, outcome: Outcome) -> Observation:
    """Return a poll without values."""
    return Observation(
        device=device, at=at + 1.7e9, monotonic=at, duration_seconds=2.0, outcome=outcome
    )


def echoed(
    device: DeviceId,
    at: float,
    *rtts_seconds: float,
    sent: int = 5,
    outcome: Outcome | None = None,
    duplicates: int = 0,
) -> EchoObservation:
    """Return a burst of echoes."""
    pairs = pairwise(rtts_seconds)
    return EchoObservation(
        device=device,
        at=at + 1.7e9,
        monotonic=at,
        outcome=outcome or (Outcome.OK if rtts_seconds else Outcome.TIMEOUT),
        sent=sent,
        rtts_seconds=rtts_seconds,
        duplicates=duplicates,
        ipdvs_seconds=tuple(abs(b - a) for a, b in pairs),
    )


def rates(state: State, at: float) -> Mapping[str, float]:
    """Return the rates of narva-r1's e0 after settling."""
    state.settle(at)
    readings = state.readings(at, at)
    row = readings.interfaces.ids.index(NARVA_E0)
    return {name: float(column[row]) for name, column in readings.interfaces.rates.items()}
