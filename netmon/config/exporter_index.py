"""Exporter, index: the rows of a table of snmp_exporter as the rows of a profile."""

from collections.abc import Iterator
from typing import Any, Final

from collectors.snmp.ber import format_oid, parse_oid

# How many parts of an index each type takes; None: as many as there are.
_PARTS: Final[dict[str, int | None]] = {
    "PhysAddress48": 6,
    "InetAddressIPv4": 4,
    "IpAddr": 4,
    "DisplayString": None,
    "OctetString": None,
    "InetAddress": None,
}
_TEXTS: Final = frozenset({"DisplayString", "OctetString"})


def interface_alone(metric: dict[str, Any]) -> bool:
    """Tell whether a metric's index is an ifIndex and nothing else."""
    return [each.get("labelname") for each in indexes(metric)] == ["ifIndex"]


def indexes(metric: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the labels of a metric's index; none: it is a scalar."""
    return [each for each in metric.get("indexes") or [] if isinstance(each, dict)]


def rows(metric: dict[str, Any]) -> str:
    """Return how a table's rows are named: by the interface, by a looked-up text, by the index.

    An index no profile can take apart is a ValueError.
    """
    labels = [str(each.get("labelname")) for each in indexes(metric)]
    types = [str(each.get("type")) for each in indexes(metric)]
    places = dict(zip(labels, _places(types), strict=True))
    if "ifIndex" in places:
        rest = "".join(f" {{{place}}}" for label, place in places.items() if label != "ifIndex")
        return f'{{interface_part: {places["ifIndex"]}, name: "{{interface}}{rest}"}}'
    for lookup in metric.get("lookups") or []:
        if found := _label(lookup, labels, places):
            return found
    if types == ["PhysAddress48"]:
        return f'{{name: "{labels[0]} {{mac}}"}}'
    if len(types) == 1 and types[0] in _TEXTS:
        return f'{{name: "{labels[0]} {{text}}"}}'
    return f'{{name: "{labels[0]} {{index}}"}}'


def _label(lookup: dict[str, Any], labels: list[str], places: dict[str, int]) -> str | None:
    wanted = [str(each) for each in lookup.get("labels") or []]
    is_text = lookup.get("type") in _TEXTS and lookup.get("oid")
    if not is_text or not wanted or not all(label in places for label in wanted):
        return None
    source = format_oid(parse_oid(str(lookup["oid"])))
    if len(wanted) == len(labels):
        return f"{{label_from: {source}}}"
    return f"{{label_from: {source}, label_parts: {[places[label] for label in wanted]}}}"


def _places(types: list[str]) -> Iterator[int]:
    """Yield where each label of an index begins, from 1."""
    place = 1
    for number, kind in enumerate(types, start=1):
        yield place
        parts = _PARTS.get(kind, 1)
        if parts is None and number < len(types):
            raise ValueError(f"an index of type {kind} before others")
        place += parts or 0
