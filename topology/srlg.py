"""Shared risk: groups of links that one event can take down together (RFC 4202 §2.3)."""

from collections.abc import Collection

from topology.model import LinkId
from topology.network import Network


def srlgs_failed(
    network: Network, down_links: Collection[LinkId]
) -> tuple[tuple[str, tuple[LinkId, ...]], ...]:
    """Return the groups of two or more links that are all down, largest group first.

    A group of one link says nothing beyond that link. The largest comes first because the group
    that explains most is the likeliest single event.
    """
    down = frozenset(down_links)
    failed = [
        (srlg, links)
        for srlg, links in network.srlgs.items()
        if len(links) >= 2 and down.issuperset(links)
    ]
    return tuple(sorted(failed, key=lambda group: (-len(group[1]), group[0])))
