"""World: everything the simulated devices would say, as a function of (seed, story, time).

Its clock counts seconds from the story's beginning; the past is negative. Asked twice for an
instant it says the same, in any order, so an agent, a ping and a fast-forward never disagree.
Values are in the units of `collectors.quantity`; NaN is what the device cannot know.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from collectors.quantity import QUANTITIES, Kind
from netmon.simulation import modulation
from netmon.simulation.conditions import Conditions, Physics
from netmon.simulation.ledger import Ledger
from netmon.simulation.meters import Meters, MeterSettings
from netmon.simulation.noise import Floats, drift, streams, uniform, white
from netmon.simulation.paths import Paths
from netmon.simulation.story import QUIET, Story
from netmon.simulation.traffic import speeds_bps
from topology.model import DeviceId, Medium, SiteId
from topology.network import Network

Flags = NDArray[np.bool_]

REFRESH_SECONDS: Final = 0.2  # agents renew what they say this often, as real ones do
UP, DOWN = 1.0, 2.0  # ifOperStatus, RFC 2863
ECHO_BITS: Final = 84 * 8.0
PACKET_BITS: Final = 1000 * 8.0
BUSIEST: Final = 0.97  # of a queue, where the waiting time of M/M/1 is cut
BACKGROUND_ERROR_RATIO: Final = 2e-8  # of packets, in clear air


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sample:
    """What all devices say at some times; shapes are (times, devices) or (times, interfaces)."""

    devices: Mapping[str, Floats]  # by quantity
    interfaces: Mapping[str, Floats]  # by quantity
    answers: Flags  # powered, and the collector's packets reach it
    agent_answers: Flags  # and its SNMP agent is not deaf just then
    rtt_seconds: Floats  # inf where it does not answer
    ipdv_seconds: Floats  # the scale of the RTT's random part
    loss_ratio: Floats  # of a packet there and back


class World:
    """One network, one story, one seed."""

    def __init__(
        self,
        network: Network,
        *,
        collector_site: SiteId,
        story: Story = QUIET,
        seed: int = 1,
        meters: MeterSettings | None = None,
    ) -> None:
        """Make it; without `meters` devices measure well and always answer."""
        self.network = network
        self.story = story
        self.seed = seed
        self.device_rows = {device: row for row, device in enumerate(network.devices)}
        self.interface_rows = {each: row for row, each in enumerate(network.interfaces)}
        self._physics = Physics(network, seed, story)
        self._ledger = Ledger(self._physics, story.length_seconds)
        self._paths = Paths(network, collector_site)
        self._speeds_bps = speeds_bps(network)
        self._owner = np.array(
            [self.device_rows[network.device_of(each)] for each in network.interfaces],
            dtype=np.intp,
        )
        link_rows = {link: row for row, link in enumerate(network.links)}
        self._ends_at = np.zeros((len(link_rows), len(self.interface_rows)))
        for interface, row in self.interface_rows.items():
            for link in network.link_at(interface):
                self._ends_at[link_rows[link], row] = 1.0
        self._has_no_link = ~self._ends_at.any(axis=0)
        self._streams = streams(seed, "device", tuple(network.devices))
        owner = self._owner[self._physics.receivers.interface]
        names = tuple(network.devices)
        self._meters = None if meters is None else Meters(seed, names, owner, meters)
        self._latest: tuple[int, Sample] | None = None

    def now(self, time: float) -> Sample:
        """Return the sample of one instant, renewed every REFRESH_SECONDS: rows have length 1."""
        tick = math.floor(time / REFRESH_SECONDS)
        latest = self._latest
        if latest is None or latest[0] != tick:
            latest = tick, self.sample(np.array([tick * REFRESH_SECONDS]))
            self._latest = latest
        return latest[1]

    def answers(self, device: DeviceId, time: float) -> bool:
        """Whether a packet of the collector reaches the device and comes back, loss aside."""
        return bool(self.now(time).answers[0, self.device_rows[device]])

    def agent_answers(self, device: DeviceId, time: float) -> bool:
        """Whether the device's SNMP agent answers."""
        return bool(self.now(time).agent_answers[0, self.device_rows[device]])

    def gaps(self, begin: float, end: float) -> list[tuple[DeviceId, float, float]]:
        """Return when SNMP agents are deaf for hours though their devices live: (id, from, to)."""
        if self._meters is None:
            return []
        devices = tuple(self.network.devices)
        return [(devices[row], since, until) for row, since, until in self._meters.gaps(begin, end)]

    def sample(self, times: Floats) -> Sample:
        """Return what all devices say at these times."""
        conditions = self._physics.at(times)
        interfaces = self._gauges(times, conditions)
        interfaces.update(self._counters_since_boot(times))
        delays, loss, queues = self._ways(conditions)
        answers = np.isfinite(delays)
        own_seconds = 150e-6 + 450e-6 * uniform(self._streams)
        return Sample(
            devices=self._device_values(times, conditions),
            interfaces=interfaces,
            answers=answers,
            agent_answers=answers
            if self._meters is None
            else answers & self._meters.answers(times),
            rtt_seconds=2 * delays + queues + own_seconds,
            ipdv_seconds=30e-6 + 0.3 * queues,
            loss_ratio=loss,
        )

    def _device_values(self, times: Floats, conditions: Conditions) -> dict[str, Floats]:
        supply = conditions.supply
        booted = self._physics.power.booted(times, self._physics.period_seconds)
        running = times[:, None] - booted
        day = np.sin(2 * np.pi * times / 86_400.0)[:, None]
        warm = uniform(self._streams + np.uint64(1))
        load = uniform(self._streams + np.uint64(2))
        noise = white(self._streams, times, 5.0)
        return {
            "uptime_seconds": running
            if self._meters is None
            else self._meters.uptime_seconds(running),
            "cpu_ratio": np.clip(
                0.08 + 0.3 * load + 0.05 * day + 0.01 * noise + conditions.extra_cpu_ratio,
                0.01,
                1.0,
            ),
            "temperature_celsius": 24.0
            + 14.0 * warm
            + 4.0 * day
            + 0.3 * drift(self._streams, times, 900.0),
            "supply_volts": supply.supply_volts + 0.05 * noise,
            "on_battery": supply.on_battery.astype(float),
            "battery_ratio": supply.battery_ratio,
            **self._physics.timing.values(self._physics.local(times)),
        }

    def _gauges(self, times: Floats, conditions: Conditions) -> dict[str, Floats]:
        shape = (len(times), len(self.interface_rows))
        has_a_link_up = conditions.links_up.astype(float) @ self._ends_at > 0
        oper = np.where(has_a_link_up | self._has_no_link, UP, DOWN)
        values = {
            "oper_status": oper,
            "admin_status": np.full(shape, UP),
            "speed_bps": np.broadcast_to(self._speeds_bps, shape),
        }
        values.update(self._radio_values(times, conditions, shape))
        return values

    def _radio_values(
        self, times: Floats, conditions: Conditions, shape: tuple[int, int]
    ) -> dict[str, Floats]:
        """Return the radio quantities; an interface with several radio links says its last one."""
        receivers, meters = self._physics.receivers, self._meters
        columns = self._true(times, conditions)
        if meters is not None:
            columns = meters.read(
                times,
                lambda then: columns if then is times else self._true(then, self._physics.at(then)),
                self._physics.noise_dbm,
            )
        values: dict[str, Floats] = {}
        for name, column in columns.items():
            values[name] = np.full(shape, np.nan)
            place = receivers.far_interface if name == "tsl_dbm" else receivers.interface
            values[name][:, place] = column
        return values

    def _true(self, times: Floats, conditions: Conditions) -> dict[str, Floats]:
        """Return the radio quantities of all receivers; the level sent is the far end's."""
        radio, heard = conditions.radio, conditions.far_powered
        centre_hz, width_hz = self._physics.carriers(times)
        carried_bps = self._physics.capacity_of_receivers(conditions)
        return {
            "rsl_dbm": np.where(heard, radio.said_rsl_dbm, np.nan),
            "tsl_dbm": radio.tsl_dbm,
            "snr_db": np.where(heard, radio.snr_db, np.nan),
            "noise_floor_dbm": radio.noise_floor_dbm,
            "modulation": np.where(heard, modulation.bits_of(conditions.step), np.nan),
            "xpd_db": np.where(heard & self._is_microwave, radio.xpd_db, np.nan),
            "capacity_bps": np.where(heard, carried_bps, np.nan),
            "frequency_hz": centre_hz,
            "bandwidth_hz": width_hz,
        }

    @property
    def _is_microwave(self) -> Flags:
        each = self._physics.receivers.each
        return np.array([one.link.medium is Medium.MICROWAVE for one in each], dtype=bool)

    def _counters(self, times: Floats) -> dict[str, Floats]:
        flows, entries = self._physics.flows, self._ledger.entries(times)
        sent, received = entries.sent_octets, entries.received_octets
        errored = (BACKGROUND_ERROR_RATIO * sent + entries.spoilt_octets) / flows.packet_octets
        dropped = entries.dropped_octets / flows.packet_octets
        goes_out, comes_in = flows.goes_out, flows.comes_in
        counters = {
            "out_octets": sent @ goes_out,
            "in_octets": received @ comes_in,
            "out_unicast_packets": entries.sent_packets @ goes_out,
            "in_unicast_packets": entries.received_packets @ comes_in,
            "out_discards": dropped @ goes_out,
            "in_discards": np.zeros((len(times), len(self.interface_rows))),
            "out_errors": np.zeros((len(times), len(self.interface_rows))),
            "in_errors": errored @ comes_in,
            "errored_seconds": entries.errored_seconds @ comes_in,
            "severely_errored_seconds": entries.severe_seconds @ comes_in,
            "unavailable_seconds": entries.unavailable_seconds @ comes_in,
        }
        return {name: np.floor(values) for name, values in counters.items()}

    def _counters_since_boot(self, times: Floats) -> dict[str, Floats]:
        """Return the counters; a device that started anew within the story counts from then."""
        counters = self._counters(times)
        physics = self._physics
        booted = physics.power.counted(times, physics.period_seconds)[:, self._owner]
        for moment in np.unique(booted[booted > 0]):
            before = self._counters(np.array([moment]))
            for name, values in counters.items():
                counters[name] = np.where(booted == moment, values - before[name], values)
        return {
            name: np.mod(values, 2.0**32) if QUANTITIES[name].kind is Kind.COUNTER32 else values
            for name, values in counters.items()
        }

    def _ways(self, conditions: Conditions) -> tuple[Floats, Floats, Floats]:
        """Return one-way delay, loss there and back, and waiting time of every device."""
        links = conditions.links_up.shape[1]
        use = np.minimum(conditions.carried_bps / conditions.capacity_bps, BUSIEST)
        wait = (ECHO_BITS + PACKET_BITS * use / (1 - use)) / conditions.capacity_bps
        pairs = slice(0, 2 * links)  # the flows of links come first, two for each
        wait_of_link = wait[:, pairs].reshape(-1, links, 2).sum(axis=2)
        passes = np.log1p(-np.minimum(conditions.loss_ratio[:, pairs], 1 - 1e-9))
        passes_of_link = passes.reshape(-1, links, 2).sum(axis=2)
        shape = conditions.supply.powered.shape
        delays, loss, queues = np.empty(shape), np.empty(shape), np.empty(shape)
        states = np.concatenate([conditions.links_carry, conditions.supply.powered], axis=1)
        # Times with the same things working are taken together; in the past that is all of them.
        changes = np.flatnonzero((states[1:] != states[:-1]).any(axis=1)) + 1
        for rows in np.split(np.arange(len(states)), changes):
            kind = states[rows[0]]
            tree = self._paths.tree(kind[:links], kind[links:])
            delays[rows] = tree.delay_seconds
            loss[rows] = 1 - np.exp(passes_of_link[rows] @ tree.uses.T)
            queues[rows] = wait_of_link[rows] @ tree.uses.T
        return delays, loss, queues
