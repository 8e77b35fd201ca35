"""Small neighbourhoods for tests: devices that know their ports, and what each hears where."""

from topology.claims import Claim, Identifier, Identity, Kind, Port, Source
from topology.model import DeviceId


def chassis_of(device: str) -> Identifier:
    """Return the chassis id of a device."""
    return Identifier(Kind.LOCAL, f"chassis of {device}")


def identity(device: str, *ports: str | Port, table: bool = True, name: str = "") -> Identity:
    """Make a device whose ports are called by their ifNames; `table`: it shows neighbours."""
    made = [each if isinstance(each, Port) else Port(name=each, is_up=True) for each in ports]
    return Identity(
        device=DeviceId(device),
        chassis=frozenset({chassis_of(device)}),
        system_name=name or device,
        ports=tuple(made),
        sources=frozenset({Source.LLDP}) if table else frozenset(),
    )


def hears(
    at: str,
    of: str,
    *,
    source: Source = Source.LLDP,
    port: Identifier | None = None,
    age: float | None = 100.0,
    before_reboot: bool = False,
) -> Claim:
    """Make the claim of `device:port` that it hears `device:port` (or `device` alone)."""
    device, _, interface = at.partition(":")
    far, _, far_port = of.partition(":")
    called = Identifier(Kind.NAME, far_port) if far_port else None
    return Claim(
        device=DeviceId(device),
        interface=interface or None,
        local_port=interface,
        source=source,
        chassis=chassis_of(far),
        port=port or called,
        system_name=far,
        age_seconds=age,
        is_before_reboot=before_reboot,
    )


def both(one: str, other: str) -> list[Claim]:
    """Let two ports hear each other."""
    return [hears(one, other), hears(other, one)]
