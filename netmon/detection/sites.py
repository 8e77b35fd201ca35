"""Sites: a site all of whose devices are silent – has it died, or only what leads to it?

All of its links lost at once, or a last word from its battery: power. One single link which was
fading or disturbed before: that link, and the site is merely behind it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from netmon.detection.findings import Detectors, Findings
from netmon.detection.fingerprint import Marks, add_to, blank, blend
from netmon.detection.frame import Frame, gather_flags, gather_rows
from netmon.detection.past import on_battery
from netmon.detection.proposal import Proposal, plain, weighed
from netmon.detection.reachability import Standing
from netmon.detection.readings import Flags, Integers
from netmon.detection.signs import Sign
from netmon.detection.weighing import NOT_WHILE_DOWN, Opinion, causes_of, likeliest
from netmon.verdict import Cause, Condition, Evidence, Subject, SubjectKind
from topology.model import DeviceId, Link, LinkId, Medium, SiteId

DETECTOR: Final = "reachability"

# These take a whole site; every other cause takes the link, and the site is behind it.
_OF_THE_SITE: Final = frozenset({Cause.POWER, Cause.UNKNOWN, Cause.CONFIGURATION})


@dataclass(frozen=True, slots=True, kw_only=True)
class Loss:
    """A lost site: the verdicts on it and on the links that led to it from what still answers."""

    site: Proposal
    links: Mapping[LinkId, Proposal]


def counted(frame: Frame, standing: Standing) -> tuple[Integers, Integers, Integers]:
    """Return how many devices each site has that are asked, silent and heard."""
    sites, known = len(frame.site_ids), frame.site_of_device >= 0
    asked, silent, heard = (
        np.bincount(frame.site_of_device[flags & known], minlength=sites)
        for flags in (standing.asked, standing.silent & standing.asked, standing.heard)
    )
    return asked, silent, heard


class LostSites:
    """The sites of which nothing answers any more; each is thought over only when it must be."""

    def __init__(self, detectors: Detectors) -> None:
        self.detectors = detectors
        self.losses: dict[SiteId, Loss] = {}
        self.marks: Marks = blank(len(detectors.frame.site_ids))  # 0: not lost

    def look(self, found: Findings, behind: Marks) -> None:
        """Take in this cycle; `behind` marks for whose sake each device is silent."""
        detectors, frame = self.detectors, self.detectors.frame
        asked, silent, _ = counted(frame, found.standing)
        lost = (asked > 0) & (silent == asked) & (not found.standing.own_uplink_lost)
        if detectors.collector_site in frame.site_row:
            lost[frame.site_row[detectors.collector_site]] = False
        marks = np.where(lost, self._marked(found, behind), np.uint64(0))
        losses = {}
        for row in np.flatnonzero(lost).tolist():
            site = frame.site_ids[row]
            is_same = marks[row] == self.marks[row] and site in self.losses
            losses[site] = self.losses[site] if is_same else _loss(site, detectors, found)
        self.losses, self.marks = losses, marks

    def fates(self) -> tuple[Flags, Flags]:
        """Return which sites are dead themselves, and which are lost behind something."""
        frame = self.detectors.frame
        dead, hidden = (np.zeros(len(frame.site_ids), dtype=np.bool_) for _ in range(2))
        for site, loss in self.losses.items():
            flags = dead if loss.site.condition is Condition.DOWN else hidden
            flags[frame.site_row[site]] = True
        return dead, hidden

    def _marked(self, found: Findings, behind: Marks) -> Marks:
        """Return what each site's loss rests on: its devices, and the links that lead to it."""
        frame, standing, past = self.detectors.frame, found.standing, self.detectors.past
        marks = blank(len(frame.site_ids))
        of_devices = blend(
            np.arange(1, frame.devices + 1, dtype=np.uint64),
            standing.asked,
            standing.silent,
            standing.down,
            past.on_battery,
            behind,
        )
        add_to(marks, frame.site_of_device, of_devices)
        ends = (frame.a_device, frame.b_device)
        of_links = blend(
            np.arange(1, len(frame.link_ids) + 1, dtype=np.uint64),
            standing.link_up,
            standing.link_down,
            standing.link_off,
            found.carrier_gone,
            past.down_since,
            *past.before(found.monotonic),
            *(gather_flags(standing.heard, end) for end in ends),
        )
        for end in ends:
            add_to(marks, gather_rows(frame.site_of_device, end), of_links)
        return marks


def _loss(site: SiteId, detectors: Detectors, found: Findings) -> Loss:
    frame, standing = detectors.frame, found.standing
    devices = frame.network.devices_of(site)
    leading = _leading(site, frame, standing)
    if not leading:
        return Loss(site=_out_of_sight(devices, frame, standing), links={})
    rows = np.array([frame.link_row[link.id] for link in leading], dtype=np.int64)
    if standing.link_off[rows].all():
        return Loss(site=unreachable(Subject(SubjectKind.LINK, leading[0].id)), links={})
    signs = _signs(leading, rows, devices, detectors, found)
    causes = frozenset({Cause.POWER}).union(*(causes_of(link.medium) for link in leading))
    causes -= NOT_WHILE_DOWN
    opinion = likeliest(sorted(signs), causes, detectors.settings.signatures)
    evidence = (_silence(site, devices, leading, rows, detectors, found),)
    out = [
        link
        for link, row in zip(leading, rows, strict=True)
        if not standing.link_up[row] or found.carrier_gone[row]
    ]
    if opinion.cause not in _OF_THE_SITE and len(leading) == 1 and out:
        return _behind_its_link(leading[0], opinion, evidence)
    proposal = weighed(Condition.DOWN, opinion, evidence)
    lost = plain(
        Condition.DOWN,
        opinion.cause,
        DETECTOR,
        "site_lost",
        f"nothing answers at {site} any more; {opinion.words}",
        site,
    )
    return Loss(site=proposal, links={link.id: _same_odds(lost, opinion) for link in out})


def _same_odds(proposal: Proposal, opinion: Opinion) -> Proposal:
    return Proposal(
        condition=proposal.condition,
        cause=opinion.cause,
        runner_up=opinion.runner_up,
        odds=opinion.odds,
        evidence=proposal.evidence,
    )


def _behind_its_link(link: Link, opinion: Opinion, evidence: tuple[Evidence, ...]) -> Loss:
    behind = plain(
        Condition.UNREACHABLE,
        Cause.UPSTREAM,
        DETECTOR,
        "behind",
        f"behind link {link.id}, its only way ({opinion.cause.words})",
        link.id,
    )
    return Loss(site=behind, links={link.id: weighed(Condition.DOWN, opinion, evidence)})


def _leading(site: SiteId, frame: Frame, standing: Standing) -> list[Link]:
    """Return the links that lead to a site from a device that is heard elsewhere."""
    network = frame.network
    found = []
    for identity in network.links_of_site(site):
        link = network.links[identity]
        far = [network.device_of(end) for end in link.ends]
        heard = (
            network.site_of(device) != site and standing.heard[frame.device_row[device]]
            for device in far
            if device in frame.device_row
        )
        if identity in frame.link_row and any(heard):
            found.append(link)
    return found


def _out_of_sight(devices: tuple[DeviceId, ...], frame: Frame, standing: Standing) -> Proposal:
    rows = [frame.device_row[device] for device in devices if device in frame.device_row]
    if standing.down[rows].any():
        return plain(
            Condition.DOWN,
            Cause.UNKNOWN,
            DETECTOR,
            "silence",
            f"none of its {len(rows)} devices answers, and no watched link leads to it",
        )
    subject = next(
        (standing.behind[device] for device in devices if device in standing.behind), None
    )
    return unreachable(subject)


def unreachable(subject: Subject | None) -> Proposal:
    """Return what is believed of something silent behind something else."""
    where = f"{subject.kind.value} {subject.id}" if subject is not None else "a failure elsewhere"
    return plain(
        Condition.UNREACHABLE,
        Cause.UPSTREAM,
        DETECTOR,
        "behind",
        f"silent behind {where}",
        subject.id if subject is not None else "",
    )


def _signs(
    leading: list[Link],
    rows: Integers,
    devices: tuple[DeviceId, ...],
    detectors: Detectors,
    found: Findings,
) -> set[Sign]:
    standing, past, now = found.standing, detectors.past, found.monotonic
    signs = {Sign.SITE_SILENT}
    out = standing.link_down[rows] | found.carrier_gone[rows]
    if standing.link_up[rows].any() and not out.any():
        signs.add(Sign.LINKS_STAY_UP)
    elif len(rows) >= 2 and out.all() and past.lost_together(rows) and _of_different_kind(leading):
        signs.add(Sign.LINKS_LOST_AT_ONCE)
    if (
        all(link.medium is Medium.FIBRE for link in leading)
        and Sign.LINKS_LOST_AT_ONCE not in signs
    ):
        signs.add(Sign.FIBRE_ALONE)
    at = [detectors.frame.device_row[device] for device in devices]
    if on_battery(past, np.array(at, dtype=np.int64)).any():
        signs.add(Sign.ON_BATTERY)
    if len(rows) == 1 and past.faded_before(int(rows[0]), now):
        signs.add(Sign.FADED_BEFORE)
    elif len(rows) == 1 and past.disturbed_before(int(rows[0]), now):
        signs.add(Sign.DISTURBED_BEFORE)
    else:
        signs.add(Sign.NOTHING_BEFORE)
    return signs


def _of_different_kind(links: list[Link]) -> bool:
    """Say whether no one event short of the site itself can take all of these links."""
    shared = frozenset.intersection(*(link.srlgs for link in links))
    return not shared


def _silence(
    site: SiteId,
    devices: tuple[DeviceId, ...],
    leading: list[Link],
    rows: Integers,
    detectors: Detectors,
    found: Findings,
) -> Evidence:
    standing, frame = found.standing, detectors.frame
    asked = [device for device in devices if standing.asked[frame.device_row[device]]]
    down = int((standing.link_down | found.carrier_gone)[rows].sum())
    words = f"none of the {len(asked)} devices at {site} answers"
    words += f"; {down} of {len(leading)} links to it are down"
    if len(rows) >= 2 and down == len(rows) and detectors.past.lost_together(rows):
        words += ", all within one cycle"
    at = np.array([frame.device_row[device] for device in asked], dtype=np.int64)
    figures = [("devices", float(len(asked))), ("links_down", float(down))]
    if on_battery(detectors.past, at).any():
        words += "; its last word was that it ran on battery"
        figures.append(("on_battery", 1.0))
    return Evidence(
        detector=DETECTOR,
        finding="silence",
        words=words,
        figures=tuple(figures),
        where=site,
    )
