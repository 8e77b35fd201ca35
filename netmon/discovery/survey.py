"""Survey: all answers under names of their own, and the neighbourhood that they make together."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from collectors.target import Target
from netmon.config.values import NAME_PATTERN
from netmon.discovery.sweep import Answer
from topology.claims import Identity, Port
from topology.model import DeviceId
from topology.neighbours import Neighbourhood, match
from topology.network import Network

_NAME: Final = re.compile(NAME_PATTERN)
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What was asked, what answered, who faces whom.

    A stranger that says it is a silent device of the inventory bears its name.
    """

    answers: tuple[Answer, ...]
    same: tuple[str, ...]  # words on addresses that are one device
    identities: Mapping[DeviceId, Identity]  # of those that answered
    neighbourhood: Neighbourhood


def survey_of(
    answers: Sequence[Answer], network: Network, targets: Mapping[DeviceId, Target]
) -> Survey:
    """Name the strangers, join what is one device, and match who hears whom.

    Devices of the inventory that were not asked, or are silent, can still be meant by others: by
    their address, or by their name.
    """
    kept, same = _joined(answers)
    named = list(_named(kept, network))
    identities = {
        each.device: each.discovered.identity
        for each in named
        if each.discovered.identity is not None
    }
    silent = [
        _by_inventory(device, network, targets)
        for device in network.devices
        if device not in identities
    ]
    claims = [claim for each in named for claim in each.discovered.claims]
    return Survey(
        answers=tuple(named),
        same=tuple(same),
        identities=identities,
        neighbourhood=match(claims, (*identities.values(), *silent)),
    )


def _named(answers: Sequence[Answer], network: Network) -> Iterator[Answer]:
    """Give the strangers names: that of a silent device of the inventory if one says it is it."""
    silent = {
        each.device for each in answers if each.is_inventoried and each.discovered.identity is None
    }
    taken = set(network.devices)
    for answer in answers:
        identity = answer.discovered.identity
        if answer.is_inventoried:
            yield answer
        elif identity is not None and identity.system_name in silent:
            silent.remove(DeviceId(identity.system_name))
            yield answer.renamed(DeviceId(identity.system_name))
        else:
            name = _name(answer, taken)
            taken.add(name)
            yield answer.renamed(name)


def _joined(answers: Sequence[Answer]) -> tuple[list[Answer], list[str]]:
    """Leave out strangers that are another address of a device that answered already."""
    kept: list[Answer] = []
    words: list[str] = []
    by_name: dict[str, list[Answer]] = {}
    for answer in sorted(answers, key=lambda each: not each.is_inventoried):
        identity = answer.discovered.identity
        namesakes = [] if identity is None else by_name.setdefault(identity.system_name, [])
        twin = None
        if not answer.is_inventoried:
            twin = next((each for each in namesakes if _are_one(each, answer)), None)
        if twin is None:
            kept.append(answer)
            namesakes.append(answer)
        else:
            address = answer.discovered.goal.address
            words.append(f"{address} is another address of {twin.discovered.goal.address}")
    order = {id(each): place for place, each in enumerate(answers)}
    return sorted(kept, key=lambda each: order[id(each)]), words


def _are_one(one: Answer, other: Answer) -> bool:
    """Tell whether each names the other's address its own, under one name, on one port."""
    a, b = one.discovered.identity, other.discovered.identity
    if a is None or b is None or not a.system_name:
        return False
    goals = one.discovered.goal, other.discovered.goal
    return (
        a.system_name == b.system_name
        and goals[0].port == goals[1].port
        and goals[1].address in a.addresses
        and goals[0].address in b.addresses
        and one.discovered.sysobjectid == other.discovered.sysobjectid
    )


def _name(answer: Answer, taken: Iterable[str]) -> DeviceId:
    """Return a name that an inventory may have: what the device calls itself, as far as it may."""
    found = answer.discovered
    said = found.identity.system_name if found.identity is not None else ""
    plain = _UNFIT.sub("-", said).strip("-._")[:60] or "device-" + _UNFIT.sub(
        "-", found.goal.address
    )
    if not _NAME.match(plain):
        plain = "device-" + plain
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain}-{number}"
    return DeviceId(name)


def _by_inventory(
    device: DeviceId, network: Network, targets: Mapping[DeviceId, Target]
) -> Identity:
    target = targets.get(device)
    asked = () if target is None else (target.snmp, target.ping)
    return Identity(
        device=device,
        system_name=device,
        addresses=frozenset(each.address for each in asked if each is not None),
        ports=tuple(
            Port(name=network.interfaces[each].name) for each in network.interfaces_of(device)
        ),
    )
