"""SNDlib: its native and its XML format, nodes, links and demands (Orlowski et al., Networks 2010).

Coordinates are longitude and latitude where a file is geographic, as all of its real ones are.
"""

import re
from collections.abc import Iterator
from typing import Final

from topology.errors import NetworkError
from topology.formats.draft import Draft, Edge, Node, check_size, drafted, number
from topology.formats.xml import Element, parse

HEADER: Final = re.compile(r"\?\s*SNDlib native format\s*;\s*type:\s*network", re.IGNORECASE)

MEGABIT: Final = 1e6  # where a file tells no unit, its demands and capacities are taken as Mbit/s

_SECTION: Final = re.compile(r"([A-Z_]+)\s*\(\s*$")
_NODE: Final = re.compile(r"(\S+)\s*\(\s*([^\s()]+)\s+([^\s()]+)\s*\)\s*$")
_LINK: Final = re.compile(r"(\S+)\s*\(\s*([^\s()]+)\s+([^\s()]+)\s*\)\s*(.*)$")


def read(text: str, source: str) -> Draft:
    """Return what an SNDlib network says, native or XML; raises NetworkError with the line."""
    check_size(text, source)
    if HEADER.match(text.lstrip()):
        return _native(text, source)
    if text.lstrip().startswith("<"):
        return _xml(parse(text, source), source)
    raise NetworkError(f"{source}: line 1: neither SNDlib's native format nor its XML")


def _native(text: str, source: str) -> Draft:
    nodes: list[Node] = []
    edges: list[Edge] = []
    demand_bps: dict[str, float] = {}
    for line, section, words in _sections(text, source):
        place = f"line {line}"
        if section == "NODES":
            nodes.append(_native_node(words, source, place))
        elif section == "LINKS":
            edges.append(_native_link(words, source, place))
        elif section == "DEMANDS":
            match = _matched(_LINK, words, source, place)
            amount = match[4].split()
            if len(amount) < 2:
                raise NetworkError(f"{source}: {place}: a demand needs a unit and a value")
            value = number(amount[1], f"{source}: {place}") * MEGABIT
            for end in (match[2], match[3]):
                demand_bps[end] = demand_bps.get(end, 0.0) + value
    return drafted(source, nodes, edges, demand_bps=demand_bps)


def _sections(text: str, source: str) -> Iterator[tuple[int, str, str]]:
    """Yield each line of each section with its number."""
    section, opened = "", 0
    for line, words in enumerate(text.splitlines(), 1):
        words = words.strip()
        if not words or words[0] in "#?":
            continue
        if words == ")":
            section = ""
        elif not section:
            match = _SECTION.match(words)
            if match is None:
                raise NetworkError(f"{source}: line {line}: {words[:40]!r} opens no section")
            section, opened = match[1], line
        else:
            yield line, section, words
    if section:
        raise NetworkError(f"{source}: line {opened}: section {section} is never closed")


def _native_node(words: str, source: str, place: str) -> Node:
    match = _matched(_NODE, words, source, place)
    where = f"{source}: {place}"
    return Node(
        id=match[1],
        place=place,
        name=match[1],
        longitude_deg=number(match[2], where),
        latitude_deg=number(match[3], where),
    )


def _native_link(words: str, source: str, place: str) -> Edge:
    match = _matched(_LINK, words, source, place)
    amounts = match[4].split("(")[0].split()
    built = number(amounts[0], f"{source}: {place}") if amounts else 0.0
    return Edge(
        id=match[1], a=match[2], b=match[3], place=place,
        capacity_bps=built * MEGABIT if built > 0 else None,
    )  # fmt: skip


def _matched(shape: re.Pattern[str], words: str, source: str, place: str) -> re.Match[str]:
    match = shape.match(words)
    if match is None:
        raise NetworkError(f"{source}: {place}: {words[:60]!r} is not `name ( one other ) …`")
    return match


def _xml(root: Element, source: str) -> Draft:
    structure = root.first("networkStructure") if root.tag == "network" else None
    if structure is None:
        raise NetworkError(f"{source}: line {root.line}: no <networkStructure> in a <network>")
    demand_bps: dict[str, float] = {}
    for demand in _members(root, "demands", "demand"):
        where = f"{source}: line {demand.line}"
        value = number(demand.words("demandValue"), where) * MEGABIT
        for end in ("source", "target"):
            site = demand.words(end)
            demand_bps[site] = demand_bps.get(site, 0.0) + value
    return drafted(
        source,
        (_xml_node(each, source) for each in _members(structure, "nodes", "node")),
        (_xml_link(each, source) for each in _members(structure, "links", "link")),
        demand_bps=demand_bps,
    )


def _members(element: Element, group: str, tag: str) -> Iterator[Element]:
    for each in element.all(group):
        yield from each.all(tag)


def _xml_node(element: Element, source: str) -> Node:
    place, where = f"line {element.line}", f"{source}: line {element.line}"
    identity = element.attributes.get("id", "")
    if not identity:
        raise NetworkError(f"{where}: <node> without id")
    at = element.first("coordinates")
    return Node(
        id=identity,
        place=place,
        name=identity,
        longitude_deg=None if at is None else number(at.words("x"), where),
        latitude_deg=None if at is None else number(at.words("y"), where),
    )


def _xml_link(element: Element, source: str) -> Edge:
    where = f"{source}: line {element.line}"
    built = element.first("preInstalledModule")
    capacity = 0.0 if built is None else number(built.words("capacity"), where)
    return Edge(
        id=element.attributes.get("id", ""),
        a=element.words("source"),
        b=element.words("target"),
        place=f"line {element.line}",
        capacity_bps=capacity * MEGABIT if capacity > 0 else None,
    )
