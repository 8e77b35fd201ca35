"""Missing: which interfaces the inventory names and the device has not, and what it has instead."""

from collections.abc import Iterable, Mapping
from difflib import SequenceMatcher
from heapq import nsmallest
from typing import Final

from collectors.observation import Missing
from collectors.snmp.parts import Part, PartKey
from collectors.snmp.profile import Profile
from collectors.target import SnmpTarget
from topology.model import DeviceId, interface_id

_NEAREST: Final = 3
_COMPARED: Final = 100  # names: comparing is slow, and a device may say thousands
_EXPLAINED: Final = 5  # missing ones of a device get near names, the others none
_LIKENESS: Final = 0.5  # of difflib's ratio: eth1 is like eth0, and not like lo


def missing_of(
    target: SnmpTarget,
    names: Iterable[str],
    profile: Profile,
    parts: Mapping[PartKey, tuple[Part, ...]],
) -> tuple[Missing, ...]:
    """Return what the target names in vain.

    `names` are all the device's ifNames, cleaned. What a profile calls a carrier or a component,
    such as "radio 1", exists where it has a row, or belongs to a scalar.
    """
    told = set(names)
    scalars = {column.interface for column in profile.columns if column.interface is not None}
    read = {part.interface for rows in parts.values() for part in rows}
    absent = [
        (name, interface)
        for name, interface in target.interfaces
        if name not in told and name not in scalars and interface not in read
    ]
    if not absent:
        return ()
    prefix = interface_id(DeviceId(target.device), "")
    named = told | scalars | {each.removeprefix(prefix) for each in read}
    return tuple(
        Missing(interface, name, _nearest(name, named) if place < _EXPLAINED else ())
        for place, (name, interface) in enumerate(absent)
    )


def _nearest(name: str, named: Iterable[str]) -> tuple[str, ...]:
    """Return the likest names, whatever their case."""
    start = name[:1].casefold()
    near = nsmallest(
        _COMPARED,
        named,
        key=lambda each: (each[:1].casefold() != start, abs(len(each) - len(name)), each),
    )
    compared = SequenceMatcher(b=name.casefold(), autojunk=False)
    likeness: dict[str, float] = {}
    for each in near:
        compared.set_seq1(each.casefold())
        likeness[each] = compared.ratio()
    like = [each for each in near if likeness[each] >= _LIKENESS]
    return tuple(sorted(like, key=lambda each: (-likeness[each], each))[:_NEAREST])
