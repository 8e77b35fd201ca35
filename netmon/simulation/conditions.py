"""What works how well at some times: supply, radio, links; the story meets the equipment here.

Everything is a function of time alone; shapes are (times, …). `world` makes of it what devices say.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from netmon.simulation import modulation
from netmon.simulation.events import FibreCut, Jammer, PowerLoss, RainCell
from netmon.simulation.noise import Floats
from netmon.simulation.power import Power, Supply
from netmon.simulation.radio import RadioSample, Receivers
from netmon.simulation.story import Story
from netmon.simulation.traffic import NONE, Flows
from topology.network import Network

Flags = NDArray[np.bool_]

BURST_LOSS_RATIO: Final = 0.04  # what rate adaptation still loses under strong interference
BURST_RISE_DB: Final = 6.0  # below it interference is inside the margin


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """The network at some times."""

    supply: Supply
    radio: RadioSample
    far_powered: Flags  # (times, receivers): whether there is anything to receive
    links_up: Flags  # (times, links)
    capacity_bps: Floats  # (times, flows): what the direction can carry now
    carried_bps: Floats  # (times, flows)
    offered_bps: Floats  # (times, flows)
    loss_ratio: Floats  # (times, flows): packets lost in the air; 1 where the link is down


class Physics:
    """The network and its story, compiled; `at` is a pure function of time."""

    def __init__(self, network: Network, seed: int, story: Story) -> None:
        self.receivers = Receivers(network, seed)
        self.flows = Flows(network, seed)
        self.power = Power(
            network, seed, tuple(e for e in story.events if isinstance(e, PowerLoss))
        )
        self.period_seconds = story.period_seconds
        self._cells = [event for event in story.events if isinstance(event, RainCell)]
        self._jammers = {
            event: self.receivers.jamming_dbm(event)
            for event in story.events
            if isinstance(event, Jammer)
        }
        links = tuple(network.links)
        self._cuts = [
            (cut, np.array([link in cut.links for link in links]))
            for cut in story.events
            if isinstance(cut, FibreCut)
        ]
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
        clear_snr_db = _clear_snr_db(self.receivers)
        self._clear_share = modulation.share_of(clear_snr_db)

    def local(self, times: Floats) -> Floats:
        """Return the story's clock: the past is before it, a story with a period begins anew."""
        if self.period_seconds is None:
            return times
        return np.where(times < 0, times, np.mod(times, self.period_seconds))

    def capacity_of_receivers(self, conditions: Conditions) -> Floats:
        """Return what each receiver takes now: (times, receivers)."""
        return conditions.capacity_bps[:, self._flow_of_receiver]

    def at(self, times: Floats) -> Conditions:
        """Return the network at these times of the simulation's clock."""
        local = self.local(times)
        supply = self.power.sample(local)
        radio = self.receivers.sample(times, local, self._cells, self._jammers)
        far_powered = supply.powered[:, self._far_device]
        links_up = self._links_up(local, supply, radio)
        offered_bps = self.flows.offered_bps(times)
        up = links_up[:, np.maximum(self.flows.link, 0)] | (self.flows.link == NONE)
        capacity_bps = np.broadcast_to(self.flows.speed_bps, offered_bps.shape).copy()
        capacity_bps[:, self._flow_of_receiver] *= np.minimum(
            1.0, modulation.share_of(radio.snr_db) / self._clear_share
        )
        loss_ratio = np.where(up, 0.0, 1.0)
        loss_ratio[:, self._flow_of_receiver] = np.maximum(
            loss_ratio[:, self._flow_of_receiver], _air_loss_ratio(radio)
        )
        return Conditions(
            supply=supply,
            radio=radio,
            far_powered=far_powered,
            links_up=links_up,
            capacity_bps=capacity_bps,
            carried_bps=np.where(up, np.minimum(offered_bps, capacity_bps), 0.0),
            offered_bps=offered_bps,
            loss_ratio=loss_ratio,
        )

    def _links_up(self, local: Floats, supply: Supply, radio: RadioSample) -> Flags:
        up: Flags = np.array(supply.powered[:, self._ends].all(axis=2))
        for cut, concerned in self._cuts:
            is_cut = (local >= cut.start_seconds) & (local < cut.end_seconds)
            up[np.ix_(is_cut, concerned)] = False
        locked = radio.snr_db >= modulation.LOSS_OF_SIGNAL_DB
        for column, link in enumerate(self.receivers.link.tolist()):
            up[:, link] &= locked[:, column]
        return up


def _clear_snr_db(receivers: Receivers) -> Floats:
    signal_db = receivers.clear_rsl_dbm - receivers.clear_noise_dbm
    cap_db = np.array([one.radio.snr_cap_db for one in receivers.each])
    return np.asarray(-10 * np.log10(10 ** (-signal_db / 10) + 10 ** (-cap_db / 10)))


def _air_loss_ratio(radio: RadioSample) -> Floats:
    excess_db = np.maximum(radio.noise_rise_db - BURST_RISE_DB, 0.0)
    bursts = BURST_LOSS_RATIO * (1 - np.exp(-excess_db / 10))
    return np.asarray(1 - (1 - modulation.loss_ratio(radio.snr_db)) * (1 - bursts))
