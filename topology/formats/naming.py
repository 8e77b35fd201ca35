"""Naming: a draft whose sites are called by their names, where a text has numbers for ids."""

from collections import Counter
from dataclasses import replace

from topology.formats.draft import Draft, Edge, Node


def by_name(draft: Draft) -> Draft:
    """Return the draft with sites called by name and links by their ends, `Kaunas-Vilnius`.

    A name that several sites have, or none, keeps the id beside it; links beside each other
    are numbered from the second on.
    """
    told = Counter(node.name for node in draft.nodes)
    names = {node.id: _name(node, told) for node in draft.nodes}
    beside: Counter[frozenset[str]] = Counter()
    return replace(
        draft,
        nodes=tuple(replace(node, id=names[node.id]) for node in draft.nodes),
        edges=tuple(_edge(edge, names, beside) for edge in draft.edges),
        demand_bps={names.get(one, one): bps for one, bps in draft.demand_bps.items()},
    )


def _name(node: Node, told: Counter[str]) -> str:
    if not node.name:
        return node.id
    return node.name if told[node.name] == 1 else f"{node.name} ({node.id})"


def _edge(edge: Edge, names: dict[str, str], beside: Counter[frozenset[str]]) -> Edge:
    a, b = names.get(edge.a, edge.a), names.get(edge.b, edge.b)
    pair = frozenset((a, b))
    beside[pair] += 1
    number = "" if beside[pair] == 1 else f" {beside[pair]}"
    return replace(edge, a=a, b=b, id=f"{'-'.join(sorted(pair))}{number}")
