"""Gains: what each of many candidate links would save of the loss by single failures.

A link that fails costs its share of downtime times the weight of what hangs below it, and so does
a device for each subtree that it holds. A new link between u and v spares both ends that, for all
that lies on their paths below where these meet.
"""

from collections.abc import Sequence

import numpy as np

from topology.errors import NetworkError
from topology.model import SiteId
from topology.resilience.availability import MINUTES_A_YEAR
from topology.resilience.descent import Descent, Numbers, descend
from topology.resilience.fallible import Assumed
from topology.resilience.mesh import NONE, by_device
from topology.resilience.snapshot import Floats, Snapshot


def first_order_gains(
    snapshot: Snapshot,
    pairs: Sequence[tuple[SiteId, SiteId]],
    weights: Floats,
    assumed: Assumed,
) -> Floats:
    """Return for each pair of sites the weighted minutes a year that a link between them saves.

    Of single failures of links and devices; exact for links, and for devices but for one that
    the paths of both ends meet at, whose share is left out. Of a site that is cut off it is all
    its minutes. O(sites + links + pairs · log sites).
    """
    mesh = by_device(snapshot)
    descent = descend(mesh)
    number_of = np.full(len(mesh.neighbours), NONE)
    number_of[descent.order] = np.arange(len(descent.order))
    site_vertex = np.array(mesh.vertex_of_site, np.int64)
    below = _weight_below(mesh.site_of, descent, weights)
    down_link = 1 - np.nan_to_num(snapshot.link_availability, nan=assumed.link)
    down_device = 1 - np.nan_to_num(snapshot.device_availability, nan=assumed.device)
    steps = np.zeros(len(descent.order))
    bridges = np.flatnonzero(descent.is_bridge & (descent.edge < mesh.links) & (descent.edge >= 0))
    steps[bridges] = down_link[descent.edge[bridges]] * below[bridges]
    by_link = descent.depth_sum(steps)
    steps[:] = 0.0
    held = np.flatnonzero(descent.is_severed)
    device = np.array(mesh.device_of, np.int64)[descent.order[descent.above[held]]]
    real = device != NONE
    steps[held[real]] = down_device[device[real]] * below[held[real]]
    by_device_ = descent.depth_sum(steps)
    rows = np.array([[_row(snapshot, a), _row(snapshot, b)] for a, b in pairs], np.int64)
    rows = rows.reshape(-1, 2)
    vertices = site_vertex[rows]
    numbers = np.where(vertices == NONE, NONE, number_of[vertices])
    lone = (numbers == NONE).any(axis=1)
    u, v = np.where(numbers == NONE, 0, numbers).T
    meet, child_u, child_v = _meeting(descent, u, v)
    gain = by_link[u] + by_link[v] - 2 * by_link[meet]
    # The subtree right below the meeting device is still held by it: it is not spared.
    gain += np.maximum(by_device_[u] - by_device_[child_u], 0.0)
    gain += np.maximum(by_device_[v] - by_device_[child_v], 0.0)
    cut_off = np.where(numbers == NONE, weights[rows], 0.0).sum(axis=1)
    found: Floats = np.where(lone, cut_off, gain) * MINUTES_A_YEAR
    return found


def _row(snapshot: Snapshot, site: SiteId) -> int:
    row = snapshot.site_rows.get(site)
    if row is None:
        raise NetworkError(f"there is no site {site!r} in this network")
    return row


def _weight_below(site_of: Sequence[int], descent: Descent, weights: Floats) -> Floats:
    own = np.append(weights, 0.0)[np.array(site_of, np.int64)[descent.order]]
    before = np.concatenate([[0.0], np.cumsum(own)])
    total: Floats = before[descent.end] - before[:-1]
    return total


def _meeting(descent: Descent, u: Numbers, v: Numbers) -> tuple[Numbers, Numbers, Numbers]:
    """Return where the paths of pairs to the root meet, and the last below it on each side.

    Where one end is above the other, its side has none: the meeting itself is told. By jumps of
    powers of two (binary lifting); numbers are in preorder, so a subtree is a run of them.
    """
    jumps = [np.maximum(descent.above, 0)]
    while jumps[-1].any():
        jumps.append(jumps[-1][jumps[-1]])

    def last_outside(at: Numbers, other: Numbers) -> Numbers:
        """Climb from `at` as long as `other` is not in the subtree."""
        at = at.copy()
        for jump in reversed(jumps):
            higher = jump[at]
            outside = (other < higher) | (other >= descent.end[higher])
            at = np.where(outside, higher, at)
        return at

    child_u, child_v = last_outside(u, v), last_outside(v, u)
    inside_u = (v >= u) & (v < descent.end[u])  # v hangs below u
    inside_v = (u >= v) & (u < descent.end[v])
    meet = np.where(inside_u, u, np.where(inside_v, v, jumps[0][child_u]))
    return meet, np.where(inside_u, u, child_u), np.where(inside_v, v, child_v)
