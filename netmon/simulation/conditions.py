"""What works how well at some times: supply, radio, links; the story meets the equipment here.

Everything is a function of time alone; shapes are (times, …). `world` makes of it what devices say.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from netmon.simulation import modulation
from netmon.simulation.events import ConfigurationChange, FibreCut, Load, PowerLoss, UpstreamLoss
from netmon.simulation.noise import Floats
from netmon.simulation.power import Power, Supply
from netmon.simulation.radio import RadioPhysics, RadioSample
from netmon.simulation.receivers import Receivers
from netmon.simulation.sky import during, ramp
from netmon.simulation.story import Story
from netmon.simulation.timing import Timing
from netmon.simulation.traffic import NONE, Flows
from topology.model import LinkId
from topology.network import Network

Flags = NDArray[np.bool_]

LOST: Final = 0.95  # of the packets: routing goes another way
CLEAR_DB: Final = 1.0  # by which clear air scatters
ACM_SECONDS: Final = 20.0  # how long ago a mode may have been taken up that is only held now


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The network at some times."""

    supply: Supply
    radio: RadioSample
    step: NDArray[np.intp]  # (times, receivers): of modulation.STEPS
    far_powered: Flags  # (times, receivers): whether there is anything to receive
    links_up: Flags  # (times, links): as both ends see it
    links_carry: Flags  # (times, links): up, and packets get through
    capacity_bps: Floats  # (times, flows): what the direction can carry now
    carried_bps: Floats  # (times, flows)
    offered_bps: Floats  # (times, flows)
    packet_octets: Floats  # (times, flows): mean size
    loss_ratio: Floats  # (times, flows): packets lost on the way; 1 where the link is down
    spoilt_ratio: Floats  # (times, flows): packets that arrive with errors, from the air
    errored_ratio: Floats  # (times, flows): of seconds
    severe_ratio: Floats  # (times, flows): of seconds
    extra_cpu_ratio: Floats  # (times, devices)


class Physics:
    """The network and its story, compiled; `at` is a pure function of time."""

    def __init__(
        self, network: Network, seed: int, story: Story, *, like: "Physics | None" = None
    ) -> None:
        """Compile it; `like` is another story's physics of the same network and seed."""
        self.receivers: Receivers = Receivers(network, seed) if like is None else like.receivers
        self.flows: Flows = Flows(network, seed) if like is None else like.flows
        self.power = Power(network, seed, story.events)
        self.radio = RadioPhysics(self.receivers, seed, story.events)
        self.timing = Timing(network, seed, story.events)
        self.period_seconds = story.period_seconds
        self.edges = _edges(story)
        self._network = network
        self._links = {link: row for row, link in enumerate(network.links)}
        self._cuts = [e for e in story.events if isinstance(e, FibreCut)]
        self._losses = [e for e in story.events if isinstance(e, UpstreamLoss)]
        self._changes = [e for e in story.events if isinstance(e, ConfigurationChange)]
        self._loads = [e for e in story.events if isinstance(e, Load)]
        rows = {device: row for row, device in enumerate(network.devices)}
        ends = [
            [rows[network.device_of(end)] for end in link.ends] for link in network.links.values()
        ]
        self._ends = np.array(ends, dtype=np.intp).reshape(-1, 2)
        owner = np.array(
            [rows[network.device_of(each)] for each in network.interfaces], dtype=np.intp
        )
        self._far_device = owner[self.receivers.far_interface]
        self._flow_of_receiver = np.array(
            [
                2 * int(row) + (one.interface == one.link.a)
                for row, one in zip(self.receivers.link, self.receivers.each, strict=True)
            ],
            dtype=np.intp,
        )
        self._clear_share = modulation.share_of(
            modulation.step_of(_clear_snr_db(self.receivers) - CLEAR_DB)
        )

    def local(self, times: Floats) -> Floats:
        """Return the story's clock: the past is before it, a story with a period begins anew."""
        if self.period_seconds is None:
            return times
        return np.where(times < 0, times, np.mod(times, self.period_seconds))

    def capacity_of_receivers(self, conditions: Conditions) -> Floats:
        """Return what each receiver takes now: (times, receivers)."""
        return conditions.capacity_bps[:, self._flow_of_receiver]

    def busy_ratio(self, times: Floats) -> Floats:
        """Return how much of each receiver's channel is usually in use: (times, receivers)."""
        use = self.flows.offered_bps(times) / self.flows.speed_bps
        return np.asarray(np.clip(use[:, self._flow_of_receiver], 0.0, 1.0))

    def noise_dbm(self, times: Floats) -> Floats:
        """Return the idle noise of each receiver, without the flicker of its reading."""
        return self.radio.noise_dbm(times, self.local(times), lambda: self.busy_ratio(times))

    def carriers(self, times: Floats) -> tuple[Floats, Floats]:
        """Return the centre and the width that each receiver is set to: (times, receivers)."""
        local = self.local(times)
        shape = (len(times), len(self.receivers.each))
        each = self.receivers.each
        centre = np.broadcast_to([one.carrier.frequency_hz for one in each], shape).copy()
        width = np.broadcast_to([one.carrier.width_hz for one in each], shape).copy()
        for change in self._changes:
            where = np.ix_(during(change, local), self.receivers.of_links(change.link))
            centre[where] += change.frequency_hz
            width[where] *= change.width_ratio
        return centre, width

    def at(self, times: Floats) -> Conditions:
        """Return the network at these times of the simulation's clock."""
        local = self.local(times)
        supply = self.power.sample(local)
        radio = self.radio.sample(times, local, lambda: self.busy_ratio(times))
        links_up = self._links_up(local, supply, radio)
        provider_loss = self._provider_loss(local)
        carry = links_up & (provider_loss < LOST)
        offered_bps, packet_octets, cpu = self._offered(times, local)
        of_link, known = np.maximum(self.flows.link, 0), self.flows.link != NONE
        up = links_up[:, of_link] | ~known
        step = self._step(times, radio)
        capacity_bps = self._capacity_bps(local, step, offered_bps.shape)
        loss_ratio = np.where(up, np.where(known, provider_loss[:, of_link], 0.0), 1.0)
        errored = np.where(up, 0.0, 1.0)
        severe = errored.copy()
        column = self._flow_of_receiver
        spoilt = np.zeros_like(loss_ratio)
        spoilt[:, column] = radio.loss_ratio
        loss_ratio[:, column] = 1 - (1 - loss_ratio[:, column]) * (1 - radio.loss_ratio)
        errored[:, column] = np.maximum(errored[:, column], radio.errored_ratio)
        severe[:, column] = np.maximum(severe[:, column], radio.severe_ratio)
        return Conditions(
            supply=supply,
            radio=radio,
            step=step,
            far_powered=supply.powered[:, self._far_device],
            links_up=links_up,
            links_carry=carry,
            capacity_bps=capacity_bps,
            carried_bps=np.where(up, np.minimum(offered_bps, capacity_bps), 0.0),
            offered_bps=offered_bps,
            packet_octets=packet_octets,
            loss_ratio=loss_ratio,
            spoilt_ratio=spoilt,
            errored_ratio=errored,
            severe_ratio=severe,
            extra_cpu_ratio=cpu,
        )

    def _capacity_bps(
        self, local: Floats, step: NDArray[np.intp], shape: tuple[int, ...]
    ) -> Floats:
        capacity_bps = np.broadcast_to(self.flows.speed_bps, shape).copy()
        share = np.minimum(1.0, modulation.share_of(step) / self._clear_share)
        for change in self._changes:
            where = np.ix_(during(change, local), self.receivers.of_links(change.link))
            share[where] *= change.width_ratio
        capacity_bps[:, self._flow_of_receiver] *= share
        return capacity_bps

    def _step(self, times: Floats, radio: RadioSample) -> NDArray[np.intp]:
        """Return the mode in use; where it depends on what was before, look there."""
        held, taken = (
            modulation.step_of(radio.snr_db),
            modulation.step_of(radio.snr_db, radio.snr_db),
        )
        rows = np.flatnonzero((held != taken).any(axis=1))
        step = taken
        if rows.size:
            then = times[rows] - ACM_SECONDS
            before = self.radio.sample(then, self.local(then), lambda: self.busy_ratio(then))
            step[rows] = modulation.step_of(radio.snr_db[rows], before.snr_db)
        return step

    def _links_up(self, local: Floats, supply: Supply, radio: RadioSample) -> Flags:
        up: Flags = np.array(supply.powered[:, self._ends].all(axis=2))
        for cut in self._cuts:
            up[np.ix_(during(cut, local), self._rows(cut.links))] = False
        for change in self._changes:
            restarting = (local >= change.start_seconds) & (
                local < change.start_seconds + change.restart_seconds
            )
            up[np.ix_(restarting, self._rows((change.link,)))] = False
        # A pulse is bridged by the frame's synchronisation; what it costs is loss, not the link.
        locked = radio.steady_snr_db >= modulation.LOSS_OF_SIGNAL_DB
        for column, link in enumerate(self.receivers.link.tolist()):
            up[:, link] &= locked[:, column]
        return up

    def _provider_loss(self, local: Floats) -> Floats:
        loss = np.zeros((len(local), len(self._links)))
        for event in self._losses:
            where = np.ix_(during(event, local), self._rows(event.links))
            loss[where] = np.maximum(loss[where], event.loss_ratio)
        return loss

    def _offered(self, times: Floats, local: Floats) -> tuple[Floats, Floats, Floats]:
        """Return what is offered, the mean size of its packets, and what that costs devices."""
        offered = self.flows.offered_bps(times)
        packets = offered / self.flows.packet_octets
        cpu = np.zeros((len(times), len(self._network.devices)))
        for load in self._loads:
            rows = during(load, local)
            if not rows.size:
                continue
            link = self._network.links[load.link]
            row = self._links[load.link]
            came = ramp(load, local[rows], load.ramp_seconds)
            for side, end in enumerate(link.ends):
                if load.out_of in (None, end):
                    flow = 2 * row + side
                    extra = load.extra_ratio * self.flows.speed_bps[flow] * came
                    offered[rows, flow] += extra
                    size = load.packet_octets or self.flows.packet_octets[flow]
                    packets[rows, flow] += extra / size
                cpu[rows, self._ends[row, side]] += load.cpu_ratio * came
        return offered, offered / packets, cpu

    def _rows(self, links: tuple[LinkId, ...]) -> NDArray[np.intp]:
        return np.array([self._links[link] for link in links], dtype=np.intp)


def _clear_snr_db(receivers: Receivers) -> Floats:
    signal_db = receivers.clear_rsl_dbm - receivers.clear_noise_dbm
    return np.asarray(-10 * np.log10(10 ** (-signal_db / 10) + 10 ** (-receivers.cap_db / 10)))


def _edges(story: Story) -> tuple[float, ...]:
    """Return the times at which something begins or ends at once, in order."""
    edges = {edge for event in story.events for edge in (event.start_seconds, event.end_seconds)}
    edges |= {loss.dark_seconds for loss in story.events if isinstance(loss, PowerLoss)}
    return tuple(sorted(edges))
