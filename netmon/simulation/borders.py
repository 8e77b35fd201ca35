"""Borders: a border network for every seed – sites, devices, links, bands – and how to poll it.

A strip along a border: posts every dozen kilometres, relays behind them, a command centre inland.
Hops are as long as their band carries; what is close to the fence is reached by 5 GHz, LTE and
TETRA; some posts have satellite as well. Distinct seeds give distinct networks, equal ones equal.
"""

import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from collectors.target import Target
from netmon.simulation.polling import targets_of
from netmon.simulation.receivers import TIME_SHARING
from topology.geometry import destination, distance_m
from topology.model import (
    Carrier,
    Dependent,
    DependentKind,
    Device,
    DeviceId,
    Interface,
    InterfaceId,
    Link,
    LinkId,
    Medium,
    Polarisation,
    Position,
    Role,
    Site,
    SiteId,
    interface_id,
)
from topology.network import Network

RADIO_PROFILE: Final = str(Path(__file__).with_name("simulated-radio.yaml"))
BASE_PROFILE: Final = str(Path(__file__).with_name("simulated-base-station.yaml"))
WIDER: Final = 1.25  # of every range, where what is tested must not be what was seen before

# Longest hop of a band, its channels, their width, and the capacity of 28 MHz in proportion.
_BANDS: Final = (
    (3.5e3, (73.5e9, 74.5e9), 500e6),
    (9e3, (38.2e9, 38.4e9), 56e6),
    (15e3, (22.4e9, 23.1e9), 28e6),
    (20e3, (17.9e9, 18.9e9), 28e6),
    (27e3, (14.7e9, 15.1e9), 28e6),
    (33e3, (10.9e9, 11.3e9), 40e6),
    (80e3, (7.2e9, 7.44e9, 7.6e9), 28e6),
)
_BPS_PER_HZ: Final = 180e6 / 28e6


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Border:
    """A network, how its devices are polled, and where the collector stands."""

    seed: int
    network: Network
    targets: tuple[Target, ...]
    collector_site: SiteId
    middle: Position
    length_m: float


def random_border(
    seed: int,
    *,
    wider: bool = False,
    posts: int | None = None,
    interval_seconds: float = 60.0,
) -> Border:
    """Return the border network of a seed.

    `posts` sets the number of border posts (else the strip's length of 50 … 300 km does; some 4
    links a post); `wider` stretches every range by a quarter at both ends. All devices are at
    127.x addresses on one port and go by one community, so that simulated agents can serve them.
    """
    maker = _Maker(seed, wider=wider)
    length_m = maker.between(50e3, 300e3)
    count = posts or max(3, round(length_m / maker.between(10e3, 20e3)))
    length_m = length_m if posts is None else posts * maker.between(10e3, 20e3)
    south = Position(
        latitude_deg=maker.draw.uniform(47.5, 63.0), longitude_deg=maker.draw.uniform(21.5, 29.0)
    )
    heading = maker.between(-25.0, 35.0)
    inland = heading - 90.0
    middle = destination(south, heading, length_m / 2)
    maker.core(destination(middle, inland, maker.between(40e3, 90e3)))
    relays = max(2, count // 3)
    for number in range(relays):
        along = length_m * (number + 0.5) / relays
        fence = destination(south, heading, along)
        maker.relay(number, destination(fence, inland, maker.between(8e3, 25e3)))
    for number in range(count):
        along = length_m * (number + maker.draw.uniform(0.2, 0.8)) / count
        maker.post(number, destination(south, heading, along), inland)
    network = Network.build(
        maker.sites.values(), maker.devices, maker.interfaces.values(), maker.links
    )
    return Border(
        seed=seed,
        network=network,
        targets=targets_of(network, maker.profiles, seed, interval_seconds),
        collector_site=SiteId("core"),
        middle=middle,
        length_m=length_m,
    )


@dataclass
class _Maker:
    """Puts one border together; every step draws from one sequence."""

    seed: int
    wider: bool
    sites: dict[SiteId, Site] = field(default_factory=dict)
    devices: list[Device] = field(default_factory=list)
    interfaces: dict[InterfaceId, Interface] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)
    relays: list[SiteId] = field(default_factory=list)
    profiles: dict[DeviceId, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.draw = random.Random(f"border {self.seed} {self.wider}")

    def between(self, low: float, high: float) -> float:
        """Draw evenly; from a range wider by a quarter where that is asked for."""
        extra = (high - low) * (WIDER - 1) / 2 if self.wider else 0.0
        return self.draw.uniform(low - extra, high + extra)

    def core(self, position: Position) -> None:
        self._site("core", position, Role.CORE)
        self._device("core", "rt1", "router", "if-mib")

    def relay(self, number: int, position: Position) -> None:
        """Hang a relay on the core or the one before it, by fibre or by long microwave."""
        site = self._site(f"relay{number + 1}", position, Role.RELAY)
        self._device(site, "mw1", "radio", RADIO_PROFILE)
        if self.draw.random() < 0.4:
            self._device(site, "ck1", "clock", "orolia-securesync")
        duct = f"duct{number // 2 + 1}" if self.draw.random() < 0.4 else f"duct-r{number + 1}"
        if not self.relays or self.draw.random() < 0.7:
            self._fibre(SiteId("core"), site, duct)
        else:
            self._microwave(self.relays[-1], site)
        if self.relays and self.draw.random() < 0.7:
            ring = self._microwave if self.draw.random() < 0.5 else self._fibre
            ring(self.relays[-1], site)
        self.relays.append(site)

    def post(self, number: int, position: Position, inland: float) -> None:
        """Set up a post and what it looks after."""
        kinds = self.draw.sample(list(DependentKind), 2)
        carried = tuple(
            Dependent(id=f"post{number + 1}-{kind.value}1", kind=kind) for kind in kinds
        )
        site = self._site(f"post{number + 1}", position, Role.BORDER_POST, carried)
        self._device(site, "mw1", "radio", RADIO_PROFILE)
        self._device(site, "pw1", "power", "ups-mib")
        near = sorted(self.relays, key=lambda each: self._metres(each, site))
        self._microwave(near[0], site)
        if self.draw.random() < 0.35:
            self._microwave(near[0], site)  # a second band beside the first
        if len(near) > 1 and self.draw.random() < 0.35 and self._metres(near[1], site) < 60e3:
            self._microwave(near[1], site)
        if self.draw.random() < 0.2:
            self._satellite(site)
        for mast in range(self.draw.randint(1, 2)):
            self._mast(f"mast{number + 1}{'ab'[mast]}", site, inland)
        if self.draw.random() < 0.4:
            self._patrol(number, site)

    def _mast(self, name: str, post: SiteId, inland: float) -> None:
        bearing = inland + 180.0 + self.draw.uniform(-80.0, 80.0)
        metres = self.between(0.8e3, 7e3)
        at = destination(self.sites[post].position, bearing, metres)
        camera = (Dependent(id=f"{name}-cam1", kind=DependentKind.CAMERA_MAST),)
        site = self._site(name, at, Role.SENSOR, camera)
        if metres < 3e3 and self.draw.random() < 0.4:
            self._device(site, "mw1", "radio", RADIO_PROFILE)
            self._microwave(post, site)
            return
        channel = self.draw.choice((5.52e9, 5.6e9, 5.68e9, 5.76e9, 5.8e9))
        self._radio(post, site, Medium.SUB6, Carrier(frequency_hz=channel, width_hz=40e6), 150e6)

    def _patrol(self, number: int, post: SiteId) -> None:
        at = destination(
            self.sites[post].position, self.draw.uniform(0, 360), self.between(2e3, 8e3)
        )
        site = self._site(f"patrol{number + 1}", at, Role.MOBILE)
        lte = Carrier(frequency_hz=self.draw.choice((796e6, 2.6e9)), width_hz=10e6)
        tetra = Carrier(frequency_hz=391e6 + 25e3 * number, width_hz=25e3)
        self._radio(post, site, Medium.LTE, lte, 30e6)
        self._radio(post, site, Medium.TETRA, tetra, 28.8e3)

    def _satellite(self, site: SiteId) -> None:
        carrier = Carrier(
            frequency_hz=11.45e9 + 4e6 * self.draw.randint(0, 30),
            width_hz=2e6,
            polarisation=Polarisation.HORIZONTAL,
        )
        self._radio(SiteId("core"), site, Medium.VSAT, carrier, 4e6)

    def _microwave(self, one: SiteId, other: SiteId) -> None:
        metres = self._metres(one, other)
        if metres > _BANDS[-1][0]:  # no hop carries so far
            self._fibre(one, other)
            return
        fits = [band for band in _BANDS if metres <= band[0]]
        used = {
            link.carrier.frequency_hz
            for link in self.links
            if link.carrier and {self._site_of(end) for end in link.ends} == {one, other}
        }
        band = next((each for each in fits if not used & set(each[1])), fits[-1])
        free = [each for each in band[1] if each not in used] or list(band[1])
        carrier = Carrier(
            frequency_hz=self.draw.choice(free),
            width_hz=band[2],
            polarisation=self.draw.choice(tuple(Polarisation)),
        )
        ends = [self._interface(DeviceId(f"{site}-mw1"), "radio") for site in (one, other)]
        self._link("mw", ends, Medium.MICROWAVE, carrier, _BPS_PER_HZ * band[2])

    def _fibre(self, one: SiteId, other: SiteId, duct: str = "") -> None:
        ends = [
            self._interface(DeviceId("core-rt1" if site == "core" else f"{site}-mw1"), "eth")
            for site in (one, other)
        ]
        self._link("fo", ends, Medium.FIBRE, None, 1e9, duct)

    def _radio(
        self, base: SiteId, site: SiteId, medium: Medium, carrier: Carrier, bps: float
    ) -> None:
        """Set up a link between two devices of its own, the base station first."""
        ends = []
        for each in (base, site):
            number = 1 + sum(d.site == each and f"-{medium.value}" in d.id for d in self.devices)
            keeps_time = each is base and medium in TIME_SHARING  # the far end follows it
            profile = BASE_PROFILE if keeps_time else RADIO_PROFILE
            made = self._device(each, f"{medium.value}{number}", "radio", profile)
            ends.append(self._interface(made, "radio"))
        self._link(medium.value, ends, medium, carrier, bps)

    def _link(
        self,
        kind: str,
        ends: list[InterfaceId],
        medium: Medium,
        carrier: Carrier | None,
        bps: float,
        duct: str = "",
    ) -> None:
        sites = "-".join(str(self._site_of(end)) for end in ends)
        number = sum(link.id.startswith(f"{kind}-{sites}-") for link in self.links) + 1
        self.links.append(
            Link(
                id=LinkId(f"{kind}-{sites}-{number}"),
                a=ends[0],
                b=ends[1],
                medium=medium,
                carrier=carrier,
                capacity_bps=bps,
                srlgs=frozenset({duct} if duct else ()),
            )
        )

    def _site(
        self, name: str, position: Position, role: Role, carried: tuple[Dependent, ...] = ()
    ) -> SiteId:
        site = SiteId(name)
        self.sites[site] = Site(
            id=site, country="XX", position=position, role=role, dependents=carried
        )
        return site

    def _device(self, site: str, name: str, kind: str, profile: str) -> DeviceId:
        device = DeviceId(f"{site}-{name}")
        self.devices.append(Device(id=device, site=SiteId(site), kind=kind))
        self.profiles[device] = profile
        return device

    def _interface(self, device: DeviceId, stem: str) -> InterfaceId:
        number = 1 + sum(each.device == device for each in self.interfaces.values())
        name = f"{stem}{number}"
        made = interface_id(device, name)
        self.interfaces[made] = Interface(id=made, device=device, name=name)
        return made

    def _site_of(self, end: InterfaceId) -> SiteId:
        device = self.interfaces[end].device
        return next(each.site for each in self.devices if each.id == device)

    def _metres(self, one: SiteId, other: SiteId) -> float:
        return distance_m(self.sites[one].position, self.sites[other].position)
