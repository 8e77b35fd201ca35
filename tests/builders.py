"""Small networks and readings for tests of judgement: everything healthy unless told otherwise.

    scene = Scene(make_network("hq-a", "hq-b", "b-c"))
    scene.live(minutes=5)                   # a healthy past
    scene.link("b-c").fade(12.0)            # both directions lose 12 dB
    judgement = scene.live(polls=3)

Sites are named by the links between them; `hq` is the core and the collector's site. Every site has
a device `<site>-r` and every radio link ends at interfaces of it.
"""

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from netmon.detection.findings import DetectionSettings
from netmon.detection.judge import Judge, Judgement
from netmon.detection.readings import DeviceReadings, InterfaceReadings, LinkReadings, Readings
from netmon.planned.agenda import NOTHING, Agenda
from topology.geometry import destination
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
    Position,
    Role,
    Site,
    SiteId,
    interface_id,
)
from topology.network import Network

CORE = "hq"
NARVA = Position(latitude_deg=59.377, longitude_deg=28.19)
USUAL_RSL_DBM, USUAL_TSL_DBM, USUAL_SNR_DB, USUAL_NOISE_DBM = -41.0, 20.0, 32.0, -90.0
RATES = (
    "in_octets",
    "out_octets",
    "in_errors",
    "out_errors",
    "in_discards",
    "out_discards",
    "in_unicast_packets",
    "out_unicast_packets",
    "errored_seconds",
    "severely_errored_seconds",
    "background_block_errors",
    "lost_blocks",
)


def make_network(
    *names: str,
    medium: Mapping[str, Medium] | Medium = Medium.MICROWAVE,
    ghz: Mapping[str, float] | float = 23.0,
    srlgs: Mapping[str, Sequence[str]] | None = None,
    spacing_m: float = 8_000.0,
    devices_per_site: int = 1,
    capacity_bps: float = 400e6,
) -> Network:
    """Make a network of links named "site-site"; sites lie on a spiral around Narva.

    `medium` and `ghz` are for all links or by link name; `srlgs` maps a group to its links.
    """
    sites = list(dict.fromkeys(end for name in names for end in name.split("-")))
    groups = {
        name: frozenset(srlg for srlg, links in (srlgs or {}).items() if name in links)
        for name in names
    }
    links = [
        _link(
            name,
            medium if isinstance(medium, Medium) else medium.get(name, Medium.MICROWAVE),
            ghz if isinstance(ghz, float) else ghz.get(name, 23.0),
            groups[name],
            capacity_bps,
        )
        for name in names
    ]
    interfaces = [
        Interface(id=end, device=DeviceId(end.partition(":")[0]), name=end.partition(":")[2])
        for link in links
        for end in link.ends
    ]
    return Network.build(
        [_site(site, at, spacing_m) for at, site in enumerate(sites)],
        [
            Device(id=DeviceId(f"{site}-{'r' if n == 0 else f'd{n}'}"), site=SiteId(site))
            for site in sites
            for n in range(devices_per_site)
        ],
        interfaces,
        links,
    )


def _site(name: str, at: int, spacing_m: float) -> Site:
    return Site(
        id=SiteId(name),
        country="EE",
        position=destination(NARVA, at * 67.0 % 360.0, spacing_m * at**0.5),
        role=Role.CORE if name == CORE else Role.BORDER_POST,
        dependents=(Dependent(id=f"{name}-camera", kind=DependentKind.CAMERA_MAST),),
    )


def _link(
    name: str, medium: Medium, ghz: float, srlgs: frozenset[str], capacity_bps: float
) -> Link:
    a, b = name.split("-")
    carrier = Carrier(frequency_hz=ghz * 1e9, width_hz=28e6) if medium.is_radio else None
    return Link(
        id=LinkId(name),
        a=interface_id(DeviceId(f"{a}-r"), f"to-{b}"),
        b=interface_id(DeviceId(f"{b}-r"), f"to-{a}"),
        medium=medium,
        carrier=carrier,
        capacity_bps=capacity_bps,
        srlgs=srlgs,
    )


@dataclass(slots=True, kw_only=True)
class LinkStory:
    """What happens to one link now; index 0 is what its a end receives, 1 its b end."""

    loss_db: list[float] = field(default_factory=lambda: [0.0, 0.0])
    quality_loss_db: list[float] = field(default_factory=lambda: [0.0, 0.0])
    noise_rise_db: list[float] = field(default_factory=lambda: [0.0, 0.0])
    sent_dbm: list[float] = field(default_factory=lambda: [USUAL_TSL_DBM, USUAL_TSL_DBM])
    oper_status: list[float] = field(default_factory=lambda: [1.0, 1.0])
    admin_status: list[float] = field(default_factory=lambda: [1.0, 1.0])
    rates: dict[str, float] = field(default_factory=dict)
    gauges: dict[str, float] = field(default_factory=dict)  # more of both ends
    saturated_db: float = 0.0  # so much may be lost before SNR follows

    def fade(self, loss_db: float) -> None:
        """Lose so much in both directions."""
        self.loss_db = [loss_db, loss_db]

    def jam(self, rise_db: float, *, end: int = 1) -> None:
        """Raise the noise at one end, and take as much of its SNR."""
        self.noise_rise_db[end] = rise_db
        self.quality_loss_db[end] = rise_db

    def cut(self) -> None:
        """Both ends say down."""
        self.oper_status = [2.0, 2.0]

    def heal(self) -> None:
        """Be as usual again."""
        well = LinkStory()
        for name in ("loss_db", "quality_loss_db", "noise_rise_db", "sent_dbm", "oper_status"):
            setattr(self, name, getattr(well, name))
        self.admin_status, self.rates = [1.0, 1.0], {}


class Scene:
    """A network, a judge, a clock that moves only here, and what is told to happen."""

    def __init__(
        self,
        network: Network,
        settings: DetectionSettings | None = None,
        *,
        interval: float = 10.0,
        collector_site: str | None = CORE,
        seed: int = 1,
        agenda: Callable[[float], Agenda] = lambda _: NOTHING,
    ) -> None:
        self.network = network
        self.interval = interval
        self.now = 1_795_000_000.0
        self.monotonic = 1000.0
        site = SiteId(collector_site) if collector_site is not None else None
        self.judge = Judge(network, settings, site, agenda)
        self.silent: set[str] = set()
        self.snmp_silent: set[str] = set()
        self.unpolled: set[str] = set()
        self.loss: dict[str, float] = {}
        self.rtt: dict[str, float] = {}
        self.ipdv: dict[str, float] = {}
        self.battery: dict[str, float] = {}
        self.gauges: dict[str, dict[str, float]] = {}  # more of devices, by quantity and device
        self.missing: set[str] = set()  # interfaces that their devices have not
        self._links: dict[str, LinkStory] = {}
        self._random = random.Random(seed)
        self._ids = (tuple(network.devices), tuple(network.interfaces), tuple(network.links))
        self._timeouts: dict[str, int] = {}
        self._answered: dict[str, float] = {}
        self._polled: dict[str, float] = {}

    def link(self, name: str) -> LinkStory:
        """Return what happens to a link, to be changed."""
        return self._links.setdefault(name, LinkStory())

    def darken(self, site: str) -> None:
        """Let a site lose its power: its devices fall silent, far ends of its links go down."""
        for device in self.network.devices_of(SiteId(site)):
            self.silent.add(device)
        for name in self.network.links_of_site(SiteId(site)):
            a, _ = self.network.sites_of(name)
            self.link(name).oper_status[1 if a == site else 0] = 2.0

    def live(self, *, polls: int = 0, minutes: float = 0.0) -> Judgement:
        """Let time pass, polling and judging every interval; return the last judgement."""
        judgement = None
        for _ in range(polls or max(1, round(minutes * 60.0 / self.interval))):
            self.tick()
            judgement = self.judge.judge(self.readings())
        assert judgement is not None
        return judgement

    def tick(self) -> None:
        """Let one interval pass; every device is polled once."""
        self.now += self.interval
        self.monotonic += self.interval
        for device in self.network.devices:
            if device in self.unpolled:
                continue
            self._polled[device] = self.monotonic - 1.0
            if device in self.silent:
                self._timeouts[device] = self._timeouts.get(device, 0) + 1
            else:
                self._timeouts[device] = 0
                self._answered[device] = self.monotonic - 1.0

    def readings(self) -> Readings:
        """Return what the state would hand to the judge now."""
        return Readings(
            now=self.now,
            monotonic=self.monotonic,
            devices=self._devices(),
            interfaces=self._interfaces(),
            links=self._link_rows(),
        )

    def _devices(self) -> DeviceReadings:
        ids = self._ids[0]
        never = float("-inf")
        timeouts = np.array([self._timeouts.get(device, 0) for device in ids], dtype=np.int64)
        snmp = np.array([device in self.snmp_silent for device in ids])
        heard = timeouts == 0
        rtt = np.array([self.rtt.get(device, 0.004) for device in ids])
        noise = np.array([self._random.uniform(-0.0004, 0.0004) for _ in ids])
        answered = np.array([self._answered.get(device, never) for device in ids])
        polled = np.array([self._polled.get(device, never) for device in ids])
        return DeviceReadings(
            ids=ids,
            asked_snmp=np.ones(len(ids), dtype=bool),
            asked_ping=np.ones(len(ids), dtype=bool),
            snmp_timeouts=np.where(snmp, np.maximum(timeouts, 99), timeouts),
            ping_timeouts=timeouts,
            answered_age_seconds=self.monotonic - answered,
            polled_age_seconds=self.monotonic - polled,
            echoed=self.monotonic - polled < self.interval,
            loss_ratio=np.where(heard, [self.loss.get(device, 0.0) for device in ids], 1.0),
            rtt_seconds=np.where(heard, rtt + noise, np.nan),
            ipdv_seconds=np.where(heard, [self.ipdv.get(one, 0.0002) for one in ids], np.nan),
            gauges={
                "on_battery": np.where(
                    heard, [self.battery.get(device, 0.0) for device in ids], np.nan
                ),
                **{
                    name: np.where(heard, [told.get(one, np.nan) for one in ids], np.nan)
                    for name, told in self.gauges.items()
                },
            },
            rebooted_age_seconds=np.full(len(ids), np.inf),
        )

    def _interfaces(self) -> InterfaceReadings:
        ids = self._ids[1]
        rows = {device: row for row, device in enumerate(self._ids[0])}
        owners = [self.network.device_of(interface) for interface in ids]
        alive = np.array([self._timeouts.get(owner, 0) == 0 for owner in owners])
        columns = {name: np.full(len(ids), np.nan) for name in _GAUGES}
        rates = {name: np.zeros(len(ids)) for name in RATES}
        for row, interface in enumerate(ids):
            if alive[row] and interface not in self.missing:
                self._tell(interface, row, columns, rates)
        return InterfaceReadings(
            ids=ids,
            device_row=np.array([rows[owner] for owner in owners], dtype=np.int64),
            updated=alive,
            missing=np.array([interface in self.missing for interface in ids], dtype=bool),
            age_seconds=np.where(alive, 1.0, np.inf),
            gauges=columns,
            rates=rates,
        )

    def _tell(
        self,
        interface: InterfaceId,
        row: int,
        columns: dict[str, np.ndarray],
        rates: dict[str, np.ndarray],
    ) -> None:
        (name,) = self.network.link_at(interface)
        link, story = self.network.links[name], self._links.get(name, _WELL)
        end = link.ends.index(interface)
        columns["oper_status"][row] = story.oper_status[end]
        columns["admin_status"][row] = story.admin_status[end]
        columns["speed_bps"][row] = 1e9
        rates["in_octets"][row] = rates["out_octets"][row] = 1e6
        rates["in_unicast_packets"][row] = rates["out_unicast_packets"][row] = 1000.0
        for quantity, rate in story.rates.items():
            rates[quantity][row] = rate
        for quantity, value in story.gauges.items():
            columns[quantity][row] = value
        if not link.medium.is_radio:
            return
        far = self.network.device_of(link.ends[1 - end])
        far_silent = self._timeouts.get(far, 0) > 0 and story.oper_status[end] != 1.0
        unsent = USUAL_TSL_DBM - story.sent_dbm[1 - end]
        lost = 60.0 if far_silent else story.loss_db[end] + unsent
        noise = self._random.gauss(0.0, 0.2)
        columns["rsl_dbm"][row] = USUAL_RSL_DBM - lost + noise
        columns["tsl_dbm"][row] = story.sent_dbm[end]
        columns["noise_floor_dbm"][row] = USUAL_NOISE_DBM + story.noise_rise_db[end]
        if not far_silent:
            snr = USUAL_SNR_DB - max(0.0, lost - story.saturated_db) - story.quality_loss_db[end]
            columns["snr_db"][row] = snr + self._random.gauss(0.0, 0.2)

    def _link_rows(self) -> LinkReadings:
        rows = {interface: row for row, interface in enumerate(self._ids[1])}
        links = self.network.links.values()
        return LinkReadings(
            ids=self._ids[2],
            a_row=np.array([rows[link.a] for link in links], dtype=np.int64),
            b_row=np.array([rows[link.b] for link in links], dtype=np.int64),
        )


_GAUGES = (
    "oper_status",
    "admin_status",
    "speed_bps",
    "rsl_dbm",
    "tsl_dbm",
    "snr_db",
    "noise_floor_dbm",
    "modulation",
    "frequency_hz",
    "bandwidth_hz",
)
_WELL = LinkStory()
