"""Sources of snapshots: a network of the inventory, or a plain list of edges.

Which instant it is of is for the caller to say, by what has failed: nothing for the design,
what is down now for live, what was down then for the past.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

import numpy as np

from topology.errors import NetworkError
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network
from topology.resilience.dependability import Dependability, Facts
from topology.resilience.snapshot import NOTHING, Elements, Floats, Rows, Snapshot

IdT = TypeVar("IdT", bound=str)

NO_FACTS = Facts()


def of_network(
    network: Network,
    facts: Facts = NO_FACTS,
    *,
    failed: Elements = NOTHING,
    unplaced: Collection[SiteId] = (),
) -> Snapshot:
    """Return the snapshot of a network in which some elements have failed.

    `unplaced` are the sites whose position in the network says nothing: it is not known.
    Raises NetworkError for an id, in the facts or among the failed, that is not in the network.
    """
    _require_known(network, facts)
    sites, devices, links = tuple(network.sites), tuple(network.devices), tuple(network.links)
    srlgs = tuple(network.srlgs)
    site_rows = {site: row for row, site in enumerate(sites)}
    device_rows = {device: row for row, device in enumerate(devices)}
    link_rows = {link: row for row, link in enumerate(links)}
    ends = [
        [device_rows[network.device_of(end)] for end in link.ends]
        for link in network.links.values()
    ]
    places = [site.position for site in network.sites.values()]
    snapshot = Snapshot(
        sites=sites,
        devices=devices,
        links=links,
        srlgs=srlgs,
        device_site=_as_rows([site_rows[device.site] for device in network.devices.values()]),
        link_ends=_as_rows(ends).reshape(-1, 2),
        srlg_links=tuple(
            _as_rows([link_rows[link] for link in members]) for members in network.srlgs.values()
        ),
        core=np.isin(np.arange(len(sites)), [site_rows[site] for site in network.cores]),
        users=np.array([facts.users.get(site, 0.0) for site in sites], np.float64),
        dependents=tuple(site.dependents for site in network.sites.values()),
        latitude_deg=np.array([place.latitude_deg for place in places], np.float64),
        longitude_deg=np.array([place.longitude_deg for place in places], np.float64),
        length_m=np.array([network.length_m(link) for link in links], np.float64),
        capacity_bps=_known([link.capacity_bps for link in network.links.values()]),
        medium=tuple(link.medium for link in network.links.values()),
        site_availability=_availability(sites, facts.sites),
        site_mtbf_hours=_mtbf_hours(sites, facts.sites),
        device_availability=_availability(devices, facts.devices),
        device_mtbf_hours=_mtbf_hours(devices, facts.devices),
        link_availability=_availability(links, facts.links),
        link_mtbf_hours=_mtbf_hours(links, facts.links),
        srlg_availability=_availability(srlgs, facts.srlgs),
        srlg_mtbf_hours=_mtbf_hours(srlgs, facts.srlgs),
    )
    if unplaced:
        snapshot = _displaced(snapshot, network, frozenset(unplaced))
    return snapshot if failed == NOTHING else snapshot.without(failed)


def _displaced(snapshot: Snapshot, network: Network, unplaced: frozenset[SiteId]) -> Snapshot:
    """Return a snapshot without these positions, and without lengths drawn from them."""
    known = np.array([site not in unplaced for site in snapshot.sites], np.bool_)
    told = [link.length_m is not None for link in network.links.values()]
    ends = snapshot.device_site[snapshot.link_ends].reshape(-1, 2)
    measured = known[ends].all(axis=1) | np.array(told, np.bool_)
    return replace(
        snapshot,
        latitude_deg=np.where(known, snapshot.latitude_deg, np.nan),
        longitude_deg=np.where(known, snapshot.longitude_deg, np.nan),
        length_m=np.where(measured, snapshot.length_m, np.nan),
    )


def of_edges(
    edges: Iterable[tuple[str, str]],
    *,
    cores: Iterable[str],
    nodes: Iterable[str] = (),
    link_availability: float | Sequence[float] | None = None,
    node_availability: float | Mapping[str, float] | None = None,
    srlgs: Mapping[str, Sequence[int]] | None = None,
    srlg_availability: Mapping[str, float] | None = None,
) -> Snapshot:
    """Return the snapshot of a graph of the literature: a node is a site with one device.

    Links are named by their place in `edges`, `0` first; SRLGs list those places. A node that
    only `nodes` names stands alone. Raises NetworkError for a core that no edge and no node
    names, and for an edge that leads from a node to itself.
    """
    pairs, srlgs = tuple(edges), srlgs or {}
    for at, (a, b) in enumerate(pairs):
        if a == b:
            raise NetworkError(f"edge {at} leads from node {a!r} to itself; leave it out")
    names = tuple(dict.fromkeys([*nodes, *(end for pair in pairs for end in pair)]))
    rows = {name: row for row, name in enumerate(names)}
    core = np.zeros(len(names), np.bool_)
    for name in cores:
        if name not in rows:
            raise NetworkError(f"core {name!r} is no node; name it in `nodes` or by an edge")
        core[rows[name]] = True
    if node_availability is None or isinstance(node_availability, Mapping):
        of_nodes = _known([(node_availability or {}).get(name) for name in names])
    else:
        of_nodes = np.full(len(names), float(node_availability))
    of_links = np.broadcast_to(
        np.asarray(np.nan if link_availability is None else link_availability, np.float64),
        len(pairs),
    ).copy()
    return Snapshot(
        sites=tuple(SiteId(name) for name in names),
        devices=tuple(DeviceId(name) for name in names),
        links=tuple(LinkId(str(at)) for at in range(len(pairs))),
        srlgs=tuple(srlgs),
        device_site=np.arange(len(names), dtype=np.int32),
        link_ends=_as_rows([[rows[a], rows[b]] for a, b in pairs]).reshape(-1, 2),
        srlg_links=tuple(_as_rows(members) for members in srlgs.values()),
        core=core,
        users=np.zeros(len(names)),
        dependents=((),) * len(names),
        latitude_deg=_unknown(names),
        longitude_deg=_unknown(names),
        length_m=_unknown(pairs),
        capacity_bps=_unknown(pairs),
        medium=(None,) * len(pairs),
        site_availability=_unknown(names),
        device_availability=of_nodes,
        link_availability=of_links,
        srlg_availability=_known([(srlg_availability or {}).get(srlg) for srlg in srlgs]),
        site_mtbf_hours=_unknown(names),
        device_mtbf_hours=_unknown(names),
        link_mtbf_hours=_unknown(pairs),
        srlg_mtbf_hours=_unknown(tuple(srlgs)),
    )


def _require_known(network: Network, facts: Facts) -> None:
    """Refuse facts about what is not there: a misspelt id would silently count as unknown."""
    faults = [
        f"there is no {noun} {identity!r} in this network, but a fact about it"
        for noun, known, told in (
            ("site", network.sites, {**facts.sites, **facts.users}),
            ("device", network.devices, facts.devices),
            ("link", network.links, facts.links),
            ("SRLG", network.srlgs, facts.srlgs),
        )
        for identity in told
        if identity not in known
    ]
    if faults:
        raise NetworkError(faults=faults)


def _availability(ids: Sequence[IdT], told: Mapping[IdT, Dependability]) -> Floats:
    return _known([told[each].availability if each in told else None for each in ids])


def _mtbf_hours(ids: Sequence[IdT], told: Mapping[IdT, Dependability]) -> Floats:
    return _known([told[each].mtbf_hours if each in told else None for each in ids])


def _as_rows(rows: Sequence[int] | Sequence[Sequence[int]]) -> Rows:
    return np.array(rows, dtype=np.int32)


def _known(values: Sequence[float | None]) -> Floats:
    return np.array([np.nan if value is None else value for value in values], np.float64)


def _unknown(like: Sequence[object]) -> Floats:
    return np.full(len(like), np.nan)
