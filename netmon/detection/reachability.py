"""Reachability: who is silent, and whether silence means dead or only out of sight.

Silent is who did not answer `timeouts` polls in a row by any way it is asked. From the site where
netmon itself stands, silence at the edge of what still answers is *down*; behind that edge it is
*unreachable*, for the sake of what stands at the edge. Whoever answers proves its own path, so
its site is an origin too. Where the graph knows no way even with nothing broken, silence is *down*:
it must not be hidden by a hole in the inventory. If nobody at all answers beyond our own
site, it is our uplink that is lost, and nothing is known of anybody (docs/decisions/0042).

Polls are spread over time, so one loss shows itself device by device. A silence is therefore only
believed once somebody next to it has answered *after* it began, or a short grace is over.
"""

from dataclasses import dataclass, field
from typing import Annotated, Final

import numpy as np
from annotated_types import Ge, Gt, Le

from netmon.detection.edge import Edge
from netmon.detection.frame import Frame, gather, gather_flags, gather_rows
from netmon.detection.readings import DeviceReadings, Flags, Floats, Integers, Readings
from netmon.verdict import Subject
from topology.model import DeviceId, SiteId

# RFC 2863: down, testing, notPresent, lowerLayerDown. Not unknown(4), which tunnels and loopbacks
# say for good, and not dormant(5), which is a stand-by line waiting for its call.
OPER_DOWN: Final = (2.0, 3.0, 6.0, 7.0)
OPER_UP: Final = 1.0
ADMIN_UP: Final = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ReachabilitySettings:
    """When silence counts, and how long it may wait to be believed."""

    timeouts: Annotated[int, Ge(1)] = 3  # in a row, of every way a device is asked
    stale_seconds: Annotated[float, Gt(0)] = 900.0  # not polled for so long: nothing is known
    grace_seconds: Annotated[float, Ge(0)] = 20.0  # wait for a neighbour's answer no longer
    witness_seconds: Annotated[float, Ge(0)] = 60.0  # for an end to answer since its link is down
    uplink_grace_seconds: Annotated[float, Ge(0)] = 120.0  # wait for anybody's answer no longer
    uplink_share: Annotated[float, Gt(0), Le(1)] = 0.9  # so many in doubt at once: our own uplink


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Standing:
    """Where every device and link stands in one cycle; one flag per row."""

    asked: Flags  # polled by some way, and lately
    heard: Flags  # asked, and not silent
    doubted: Flags  # did not answer last time, by any way
    answered_at: Floats  # monotonic
    pending: Flags  # silent, not believed yet: what was held of it is held on
    down: Flags
    unreachable: Flags
    link_up: Flags  # some end says so, none says otherwise
    link_down: Flags  # some end says so, while it is meant to be up
    link_off: Flags  # switched off on purpose at some end
    link_unread: Flags  # an end is named in the inventory, and its device has none of that name
    ends_down: tuple[Flags, Flags]  # per link, which of its ends (a, b) says down
    own_uplink_lost: bool
    behind: dict[DeviceId, Subject] = field(default_factory=dict)  # unreachable → for whose sake

    @property
    def silent(self) -> Flags:
        """Everybody whose silence is believed."""
        return self.down | self.unreachable


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Words:
    """What the ends that are heard say of their links (ifOperStatus, ifAdminStatus)."""

    up: Flags
    down: Flags
    off: Flags
    unread: Flags
    ends: tuple[Flags, Flags]


class Watch:
    """Keeps who is silent since when, and asks the graph what it means."""

    def __init__(
        self, frame: Frame, settings: ReachabilitySettings, collector_site: SiteId | None
    ) -> None:
        self.settings = settings
        self._frame = frame
        self._edge = Edge(frame, collector_site)
        own_site = frame.site_row.get(collector_site, -2) if collector_site is not None else -2
        self._own: Flags = frame.site_of_device == own_site
        self._placed = own_site >= 0
        self._doubted_at: Floats = np.full(frame.devices, np.inf)  # monotonic; inf: no doubt
        self._silent_at: Floats = np.full(frame.devices, np.inf)
        self._believed: Flags = np.zeros(frame.devices, dtype=np.bool_)
        self._in_sight_since: Floats = np.full(frame.devices, -np.inf)  # inf: behind something
        self._uplinks = self._own_links()

    def look(self, readings: Readings) -> Standing:
        """Return where everybody stands."""
        devices, now = readings.devices, readings.monotonic
        ways = devices.asked_snmp | devices.asked_ping
        polled = ways & (devices.polled_age_seconds <= self.settings.stale_seconds)
        silent = polled & ways_in_doubt(devices, self.settings.timeouts)
        doubted = polled & ways_in_doubt(devices, 1)
        heard = polled & ~silent & np.isfinite(devices.answered_age_seconds)
        links = self._links(readings, heard)
        self._doubted_at = np.where(doubted, np.minimum(self._doubted_at, now), np.inf)
        self._silent_at = np.where(silent, np.minimum(self._silent_at, now), np.inf)
        if self._uplink_is_lost(devices, polled, silent, doubted, links.down, now):
            return self._uplink_lost(readings, polled, heard, silent, links)
        out = links.down | links.off
        waiting = silent & ~self._believed
        if waiting.any():
            waiting &= ~self._believable(devices, silent, out, waiting, now)
        self._believed = silent & ~waiting
        down, unreachable, behind = self._edge.tell_apart(self._believed, heard, out)
        late = down & self._not_asked_since_in_sight(devices, down, unreachable, silent, now)
        return Standing(
            asked=polled,
            heard=heard,
            doubted=doubted,
            answered_at=now - devices.answered_age_seconds,
            pending=waiting | late,
            down=down & ~late,
            unreachable=unreachable,
            link_up=links.up,
            link_down=links.down,
            link_off=links.off,
            link_unread=links.unread,
            ends_down=links.ends,
            own_uplink_lost=False,
            behind=behind,
        )

    def taken(self, frame: Frame, rows: Integers, collector_site: SiteId | None) -> "Watch":
        """Return one for another frame; `rows` are its devices' old rows, −1 where new."""
        made = Watch(frame, self.settings, collector_site)
        kept = np.flatnonzero(rows >= 0)
        for ours, theirs in (
            (made._doubted_at, self._doubted_at),
            (made._silent_at, self._silent_at),
            (made._in_sight_since, self._in_sight_since),
            (made._believed, self._believed),
        ):
            ours[kept] = theirs[rows[kept]]
        return made

    def _uplink_is_lost(
        self,
        devices: DeviceReadings,
        polled: Flags,
        silent: Flags,
        doubted: Flags,
        link_down: Flags,
        now: float,
    ) -> bool:
        """Say whether nobody beyond our own site answers any more."""
        remote = polled & ~self._own
        if not self._placed or int(remote.sum()) < 2:
            return False
        if not (remote & ~silent).any():
            return True
        until_now_well = remote & ~self._believed
        in_doubt = until_now_well & doubted
        cut = bool(self._uplinks.size and link_down[self._uplinks].all())
        witnesses = in_doubt if cut else in_doubt & silent
        if not witnesses.any():
            return False
        began = float(self._doubted_at[witnesses].min())
        if (until_now_well & (now - devices.answered_age_seconds > began)).any():
            return False
        share = float(in_doubt.sum()) / float(until_now_well.sum())
        return cut or (share >= self.settings.uplink_share and int(in_doubt.sum()) >= 2)

    def _uplink_lost(
        self, readings: Readings, polled: Flags, heard: Flags, silent: Flags, links: Words
    ) -> Standing:
        nobody = np.zeros(self._frame.devices, dtype=np.bool_)
        self._believed = nobody.copy()
        self._in_sight_since = np.where(self._own, self._in_sight_since, np.inf)
        local = self._own & silent  # our own site is not behind our uplink
        return Standing(
            asked=polled,
            heard=heard,
            doubted=silent,
            answered_at=readings.monotonic - readings.devices.answered_age_seconds,
            pending=nobody,
            down=local if heard[self._own].any() else nobody,
            unreachable=nobody,
            link_up=links.up,
            link_down=links.down,
            link_off=links.off,
            link_unread=links.unread,
            ends_down=links.ends,
            own_uplink_lost=True,
        )

    def _not_asked_since_in_sight(
        self,
        devices: DeviceReadings,
        edge: Flags,
        behind: Flags,
        silent: Flags,
        now: float,
    ) -> Flags:
        """Return whose silence is older than the way to them: they must be asked once more."""
        since = np.where(silent, self._in_sight_since, -np.inf)
        since = np.where(behind, np.inf, since)
        self._in_sight_since = np.where(edge & np.isposinf(since), now, since)
        older: Flags = now - devices.polled_age_seconds <= self._in_sight_since
        return older

    def _links(self, readings: Readings, heard: Flags) -> Words:
        """Return what the ends that are heard say of their links."""
        frame, gauges = self._frame, readings.interfaces.gauges
        oper, admin = gauges.get("oper_status"), gauges.get("admin_status")
        interface_device = frame.interface_device
        up = off = unread = np.zeros(len(frame.link_ids), dtype=np.bool_)
        ends_down = []
        for rows in (frame.a_row, frame.b_row):
            alive = gather_flags(heard, gather_rows(interface_device, rows))
            says = np.where(alive, gather(oper, rows), np.nan)
            meant = np.where(alive, gather(admin, rows), np.nan)
            meant_off = np.isfinite(meant) & (meant != ADMIN_UP)
            off = off | meant_off
            unread = unread | gather_flags(readings.interfaces.missing, rows)
            ends_down.append(np.isin(says, OPER_DOWN) & ~meant_off)
            up = up | ((says == OPER_UP) & ~meant_off)
        down = ends_down[0] | ends_down[1]
        return Words(
            up=up & ~down & ~off,
            down=down & ~off,
            off=off,
            unread=unread,
            ends=(ends_down[0], ends_down[1]),
        )

    def _believable(
        self,
        devices: DeviceReadings,
        silent: Flags,
        links_out: Flags,
        waiting: Flags,
        now: float,
    ) -> Flags:
        """Return whose silence is borne out by a neighbour that answered after it began."""
        began = float(self._doubted_at[waiting].min())
        answered = (now - devices.answered_age_seconds > began) & ~silent
        waited = now - self._silent_at
        if not (answered & ~self._own).any():  # perhaps it is our own uplink
            patience = np.where(self._own, 0.0, self.settings.uplink_grace_seconds)
            patient: Flags = waited >= patience
            return patient
        asked = devices.asked_snmp | devices.asked_ping
        strict, _, _ = self._edge.tell_apart(silent | (asked & ~answered), answered, links_out)
        _, loose, _ = self._edge.tell_apart(silent, ~silent & asked, links_out)
        believed: Flags = strict | loose | self._own | (waited >= self.settings.grace_seconds)
        return believed

    def _own_links(self) -> Integers:
        frame, own = self._frame, self._own
        if not self._placed or not frame.devices:
            return np.zeros(0, dtype=np.int64)
        a_own = own[frame.a_device] & (frame.a_device >= 0)
        b_own = own[frame.b_device] & (frame.b_device >= 0)
        return np.flatnonzero(a_own != b_own)


def ways_in_doubt(devices: DeviceReadings, timeouts: int) -> Flags:
    """Return who did not answer `timeouts` times in a row by every way it is asked."""
    snmp = ~devices.asked_snmp | (devices.snmp_timeouts >= timeouts)
    ping = ~devices.asked_ping | (devices.ping_timeouts >= timeouts)
    return snmp & ping & (devices.asked_snmp | devices.asked_ping)
