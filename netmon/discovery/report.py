"""Report: a survey and its difference, as lines for people and as JSON for programs."""

from collections.abc import Iterator, Sequence
from typing import Any

from collectors.snmp.ber import format_oid
from netmon.api.wording import count
from netmon.discovery.difference import Difference, Remark, named
from netmon.discovery.survey import Survey
from netmon.discovery.sweep import Answer
from topology.findings import Finding
from topology.neighbours import ProposedLink


def lines(survey: Survey, difference: Difference) -> Iterator[str]:
    """Yield the report, what differs first."""
    answering = sum(each.discovered.identity is not None for each in survey.answers)
    echoing = sum(each.answers_echoes for each in survey.answers)
    links = len(survey.neighbourhood.links)
    yield (
        f"{count(len(survey.answers), 'address', 'addresses')}:"
        f" {answering} answer SNMP, {echoing} echoes;"
        f" {count(links, 'link')} found"
    )
    yield from _section("Devices", difference.devices)
    yield from _section("Links", difference.links)
    yield from _section("Interfaces", difference.interfaces)
    if survey.neighbourhood.findings:
        yield "Findings"
        for finding in survey.neighbourhood.findings:
            where = f"{finding.device}:{finding.interface or '?'}"
            yield f"  {finding.kind.value:<20} {where} {finding.words}"
    problems = [
        f"  {each.device}: {problem}"
        for each in survey.answers
        for problem in each.discovered.problems
    ]
    if problems or survey.same:
        yield "Notes"
        yield from problems
        yield from (f"  {words}" for words in survey.same)


def _section(title: str, remarks: Sequence[Remark]) -> Iterator[str]:
    if remarks:
        yield title
        for remark in remarks:
            yield f"  {remark.mark.value:<13} {remark.subject}: {remark.words}"


def document(survey: Survey, difference: Difference, proposal: str) -> dict[str, Any]:
    """Return everything, for programs."""
    return {
        "devices": [_device(each) for each in survey.answers],
        "links": [_link(each) for each in survey.neighbourhood.links],
        "findings": [_finding(each) for each in survey.neighbourhood.findings],
        "difference": {
            "devices": [_remark(each) for each in difference.devices],
            "links": [_remark(each) for each in difference.links],
            "interfaces": [_remark(each) for each in difference.interfaces],
        },
        "notes": list(survey.same),
        "proposal": proposal,
    }


def _device(answer: Answer) -> dict[str, Any]:
    found, identity = answer.discovered, answer.discovered.identity
    told: dict[str, Any] = {
        "device": answer.device,
        "address": found.goal.address,
        "port": found.goal.port,
        "in_inventory": answer.is_inventoried,
        "snmp": found.outcome.value,
        "echo": None if answer.echo is None else answer.echo.outcome.value,
        "detail": found.detail or None,
    }
    if identity is None:
        return told
    return told | {
        "credentials": found.credential,
        "profile": None if found.profile is None else found.profile.name,
        "sysname": identity.system_name,
        "sysdescr": found.sysdescr,
        "sysobjectid": format_oid(found.sysobjectid),
        "syslocation": found.location,
        "uptime_seconds": found.uptime_seconds,
        "addresses": sorted(identity.addresses),
        "chassis": sorted(map(str, identity.chassis)),
        "interfaces": [
            {
                "name": each.port.name,
                "if_index": each.port.if_index,
                "if_type": each.if_type,
                "alias": each.port.alias,
                "mac": each.port.mac,
                "is_up": each.port.is_up,
                "is_enabled": each.is_enabled,
                "speed_bps": each.speed_bps,
                "aggregate": each.port.aggregate,
                "unchanged_seconds": each.port.unchanged_seconds,
            }
            for each in found.interfaces
        ],
        "components": [
            {
                "sort": each.sort,
                "name": each.name,
                "description": each.description,
                "maker": each.maker,
                "model": each.model,
                "serial": each.serial,
                "software": each.software,
            }
            for each in found.components
        ],
        "problems": list(found.problems),
    }


def _link(link: ProposedLink) -> dict[str, Any]:
    return {
        "ends": [named(end) for end in link.ends],
        "sources": sorted(each.value for each in link.sources),
        "said_by": sorted(link.said_by),
        "confirmed": link.is_confirmed,
        "age_seconds": link.age_seconds,
    }


def _finding(finding: Finding) -> dict[str, Any]:
    return {
        "kind": finding.kind.value,
        "device": finding.device,
        "interface": finding.interface,
        "neighbour": finding.neighbour,
        "neighbour_interface": finding.neighbour_interface,
        "words": finding.words,
    }


def _remark(remark: Remark) -> dict[str, str]:
    return {"mark": remark.mark.value, "subject": remark.subject, "words": remark.words}
