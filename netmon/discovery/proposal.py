"""Proposal: what the inventory lacks, as a YAML file to be completed, checked and given beside it.

What no device tells is not made up: it is written FILL-IN, which `netmon check` refuses by line.
Text of devices stands in double quotes or in comments, and cannot leave either.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Final

from collectors.snmp.discovery.interfaces import Interface
from netmon.config.values import is_interface_name
from netmon.discovery.difference import Difference, named, provenance
from netmon.discovery.survey import Survey
from netmon.discovery.sweep import Answer
from topology.hearing import End
from topology.model import Medium
from topology.neighbours import ProposedLink
from topology.network import Network

FILL_IN: Final = "FILL-IN"
UNPLACED: Final = "unplaced"
SNMP_PORT: Final = 161
_PLAIN: Final = re.compile(r"[A-Za-z][A-Za-z0-9._/-]*|[0-9]+(?:\.[0-9]+){3}")
_UNFIT: Final = re.compile(r"[^A-Za-z0-9._-]+")
# IANAifType-MIB: what carries a link, where the type of an interface leaves no doubt.
_MEDIA: Final[Mapping[int, Medium]] = {
    39: Medium.FIBRE,  # sonet
    69: Medium.FIBRE,  # fastEtherFX
    71: Medium.SUB6,  # ieee80211
    188: Medium.MICROWAVE,  # radioMAC
    195: Medium.FIBRE,  # opticalChannel
    196: Medium.FIBRE,  # opticalTransport
    243: Medium.LTE,  # wwanPP
    244: Medium.LTE,  # wwanPP2
}


def proposal(survey: Survey, difference: Difference, network: Network) -> str:
    """Return the text of the file."""
    strangers = [
        each
        for each in survey.answers
        if not each.is_inventoried
        and each.discovered.identity is not None
        and each.device not in network.devices
    ]
    lines = [
        "# Proposed by netmon discover: what answered and the inventory does not have.",
        f"# Complete every {FILL_IN}, move devices to their sites, then: netmon check … this file.",
        "",
    ]
    if strangers and UNPLACED not in network.sites:
        lines += _sites()
    if strangers:
        lines.append("devices:")
        for answer in strangers:
            lines += _device(answer)
        lines.append("")
    lines += _echo_only(survey)
    lines += _links(survey, difference, network)
    if not strangers and not difference.new_links:
        lines.append("# Nothing: all that answered is in the inventory.")
    return "\n".join(lines).rstrip() + "\n"


def _sites() -> Iterator[str]:
    yield "sites:"
    yield "  # Not a place: where devices wait until you know where they stand."
    yield f"  - id: {UNPLACED}"
    yield f"    country: {FILL_IN}  # ISO 3166-1 alpha-2, such as EE"
    yield f"    position: {{lat: {FILL_IN}, lon: {FILL_IN}}}  # degrees"
    yield "    role: relay"
    yield ""


def _device(answer: Answer) -> Iterator[str]:
    found = answer.discovered
    assert found.identity is not None  # noqa: S101 - asked by the caller
    facts = {
        "sysName": found.identity.system_name,
        "sysDescr": found.sysdescr,
        "sysLocation": found.location,
    }
    for part in found.components[:1]:
        facts |= {"maker": part.maker, "model": part.model, "serial": part.serial}
    yield from (f"  # {name}: {text}" for name, text in facts.items() if text)
    yield f"  - id: {_word(answer.device)}"
    yield f"    site: {UNPLACED}"
    yield f"    address: {_word(found.goal.address)}"
    if found.goal.port != SNMP_PORT:
        yield f"    port: {found.goal.port}"
    yield f"    profile: {found.profile.name if found.profile else 'if-mib'}"
    yield f"    credentials: {_word(found.credential)}"


def _echo_only(survey: Survey) -> Iterator[str]:
    silent = [
        each.discovered.goal.address
        for each in survey.answers
        if not each.is_inventoried and each.discovered.identity is None and each.answers_echoes
    ]
    if silent:
        yield "# These answer echoes, but SNMP by none of the credentials:"
        yield from (f"#   {address}" for address in silent)
        yield ""


def _links(survey: Survey, difference: Difference, network: Network) -> Iterator[str]:
    if not difference.new_links:
        return
    taken: set[str] = set(network.links)
    entries: list[str] = []
    for link in difference.new_links:
        entries += _link(link, survey, difference, taken)
    is_all_comment = all(line.lstrip().startswith("#") for line in entries)
    yield "# links:" if is_all_comment else "links:"
    yield from entries


def _link(
    link: ProposedLink, survey: Survey, difference: Difference, taken: set[str]
) -> Iterator[str]:
    identity = _free_name(link, taken)
    a, b = (_interface(survey, end) for end in link.ends)
    medium = _medium(a, b)
    yield f"  # {provenance(link)}"
    rival = difference.disputing.get(link)
    if rival is not None:
        yield f"  # It contradicts {rival} of the inventory; one of the two has to go."
    unfit = [end for end in link.ends if not is_interface_name(end.interface)]
    if unfit:
        words = ", ".join(map(named, unfit))
        yield f"  # No ifName of printable ASCII without quotes, so it cannot stand: {words}"
    # What cannot be as it stands is a comment.
    mark = "# " if rival is not None or unfit else ""
    ends = ", ".join(json.dumps(named(end), ensure_ascii=False) for end in link.ends)
    yield f"  {mark}- id: {_word(identity)}"
    yield f"  {mark}  ends: [{ends}]"
    if medium is None:
        types = " and ".join(str(each.if_type if each else None) for each in (a, b))
        yield f"  {mark}  medium: {FILL_IN}  # copper, fibre, …; ifType {types} leaves it open"
    else:
        yield f"  {mark}  medium: {medium.value}  # by ifType"
    speeds = [each.speed_bps for each in (a, b) if each is not None and each.speed_bps]
    if speeds:
        yield f"  {mark}  capacity: {min(speeds) / 1e6:.12g} Mbit/s"


def _free_name(link: ProposedLink, taken: set[str]) -> str:
    """Return a name for a link: its devices, and a number where several join them."""
    plain = _UNFIT.sub("-", "-".join(end.device for end in link.ends)).strip("-._")[:60]
    name, number = plain, 1
    while name in taken:
        number += 1
        name = f"{plain}-{number}"
    taken.add(name)
    return name


def _interface(survey: Survey, end: End) -> Interface | None:
    for answer in survey.answers:
        if answer.device == end.device:
            for each in answer.discovered.interfaces:
                if each.port.name == end.interface:
                    return each
    return None


def _medium(a: Interface | None, b: Interface | None) -> Medium | None:
    media = {_MEDIA.get(each.if_type or 0) for each in (a, b) if each is not None}
    return media.pop() if len(media) == 1 else None


def _word(text: str) -> str:
    """Return a name as YAML has it, in quotes where it could be read as something else."""
    is_plain = _PLAIN.fullmatch(text) and text.lower() not in ("null", "true", "false")
    return text if is_plain else json.dumps(text)
