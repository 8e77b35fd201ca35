"""Own site: what is believed of the place where netmon stands, its host and its way out.

Everything is seen from there: if its way out is lost nothing is known of anybody, and if it or its
host runs late, everybody seems to.
"""

from dataclasses import replace
from typing import Final

import numpy as np

from netmon.detection.findings import Detectors, Findings
from netmon.detection.proposal import CERTAIN
from netmon.detection.together import Rise
from netmon.verdict import Cause, Condition, Evidence, Subject, SubjectKind, Verdict
from topology.model import DeviceId, LinkId, SiteId

NETWORK: Final = Subject(SubjectKind.NETWORK, "network")
_WORDS: Final = {"loss_ratio": "loss", "rtt_seconds": "RTT", "ipdv_seconds": "IPDV"}


def judged(detectors: Detectors, found: Findings, former: Verdict | None) -> Verdict | None:
    """Return what is believed of netmon's own site; None while it is well."""
    if found.standing.own_uplink_lost:
        condition = Condition.DOWN
        evidence: tuple[Evidence, ...] = (_uplink_lost(detectors, found),)
    elif excused(detectors, found) and not on_trunk(detectors, found):
        condition = Condition.DEGRADED
        evidence = tuple(
            _shared_rise(detectors, name, common) for name, common in found.delays.common.items()
        )
    else:
        return None
    verdict = Verdict(
        subject=NETWORK,
        condition=condition,
        since=found.now,
        cause=Cause.UPSTREAM,
        odds=CERTAIN if condition is Condition.DOWN else 0.0,
        evidence=evidence,
    )
    same = former is not None and former.condition is condition
    return replace(verdict, since=former.since) if former is not None and same else verdict


def excused(detectors: Detectors, found: Findings) -> tuple[DeviceId, ...]:
    """Return who is worse but not by itself; too few are nobody's finding."""
    rows = np.flatnonzero(found.delays.excused & found.standing.heard)
    if len(rows) < detectors.settings.latency.shared_devices:
        return ()
    return tuple(detectors.frame.device_ids[row] for row in rows)


def on_trunk(detectors: Detectors, found: Findings) -> LinkId | None:
    """Return the one link that all ways out share, if the own site itself is well."""
    if any(common.own_site for common in found.delays.common.values()):
        return None
    return detectors.ways.trunk


def _shared_rise(detectors: Detectors, name: str, common: Rise) -> Evidence:
    site = detectors.collector_site or ""
    by = f"{common.mean:.0%}" if name == "loss_ratio" else f"{common.mean * 1e3:.1f} ms"
    where = (
        f"netmon's own site {site} or its host, whose own devices are among them"
        if common.own_site
        else f"netmon's own site {site}: its way out, or its host"
    )
    return Evidence(
        detector="together",
        finding="shared_loss" if name == "loss_ratio" else "shared_delay",
        words=f"{_WORDS[name]} to {common.devices} of {common.of} devices rose together,"
        f" by {by} in the mean: what they share is {where}",
        figures=(
            ("devices", float(common.devices)),
            ("devices_asked", float(common.of)),
            (f"mean_rise_{name}", common.mean),
        ),
        where=site,
    )


def _uplink_lost(detectors: Detectors, found: Findings) -> Evidence:
    site = detectors.collector_site or ""
    remote = found.standing.asked & (
        detectors.frame.site_of_device != detectors.frame.site_row.get(SiteId(site), -2)
    )
    count = int(remote.sum())
    return Evidence(
        detector="reachability",
        finding="own_uplink_lost",
        words=f"none of the {count} devices beyond {site} answers:"
        " the way out of netmon's own site is lost, nothing is known of the rest",
        figures=(("devices", float(count)),),
        where=site,
    )
