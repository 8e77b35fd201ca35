"""Answers for tests: what devices would have said, and an inventory to hold it against."""

from dataclasses import replace
from pathlib import Path

from collectors.observation import EchoObservation, Outcome
from collectors.snmp.discovery.discoverer import Discovered, Goal
from collectors.snmp.discovery.interfaces import Interface
from collectors.snmp.library import load_profile
from netmon.config.load import Configuration
from netmon.discovery.difference import Difference, compare
from netmon.discovery.survey import Survey, survey_of
from netmon.discovery.sweep import Answer
from tests.netmon.config.writing import read
from tests.topology.neighbourhood import identity
from topology.claims import Claim, Identity, Port
from topology.model import DeviceId

INVENTORY = """\
credentials:
  field: {community_file: backbone.secret}
sites:
  - {id: hill, country: EE, position: {lat: 59.38, lon: 28.19}, role: core}
devices:
  - {id: a, site: hill, address: 127.0.0.11, credentials: field, interfaces: [x, y]}
  - {id: b, site: hill, address: 127.0.0.12, credentials: field}
  - {id: c, site: hill, address: 127.0.0.13, credentials: field}
links:
  - {id: a-b, ends: ["a:x", "b:p"], medium: fibre}
  - {id: b-c, ends: ["b:q", "c:m"], medium: fibre}
"""
ADDRESSES = {"a": "127.0.0.11", "b": "127.0.0.12", "c": "127.0.0.13"}


def inventory(folder: Path, text: str = INVENTORY) -> Configuration:
    return read(folder, text)


def answer(
    who: Identity, *claims: Claim, inventoried: bool = True, address: str = "", **changes: object
) -> Answer:
    """Let a device answer SNMP and echoes; a stranger is not in the inventory."""
    where = address or ADDRESSES[who.device]
    name = who.device if inventoried else DeviceId(where)
    found = Discovered(
        goal=Goal(device=name, address=where),
        outcome=Outcome.OK,
        credential="field",
        sysdescr="small router",
        profile=load_profile("if-mib"),
        identity=replace(who, device=name, addresses=who.addresses | {where}),
        interfaces=tuple(Interface(port=each, if_type=6, speed_bps=1e9) for each in who.ports),
        claims=tuple(replace(claim, device=name) for claim in claims if claim.device == who.device),
    )
    found = replace(found, **changes)  # type: ignore[arg-type]
    return Answer(discovered=found, is_inventoried=inventoried, echo=echo(who.device))


def silence(device: str, *, echoes: bool = False, address: str = "") -> Answer:
    """Let a device not answer SNMP."""
    goal = Goal(device=DeviceId(device), address=address or ADDRESSES[device])
    found = Discovered(goal=goal, outcome=Outcome.TIMEOUT, detail="no answer to 2 of 2 tries")
    said = echo(device, Outcome.OK if echoes else Outcome.TIMEOUT)
    return Answer(discovered=found, is_inventoried=device in ADDRESSES, echo=said)


def echo(device: str, outcome: Outcome = Outcome.OK) -> EchoObservation:
    return EchoObservation(device=DeviceId(device), at=0.0, monotonic=0.0, outcome=outcome)


def network_of(claims: list[Claim], **others: Identity) -> list[Answer]:
    """Let a, b and c answer with what they hear."""
    known = {
        "a": identity("a", "x", "y"),
        "b": identity("b", "p", "q"),
        "c": identity("c", "m", "n"),
    } | others
    return [answer(each, *claims) for each in known.values()]


def surveyed(answers: list[Answer], configuration: Configuration) -> tuple[Survey, Difference]:
    survey = survey_of(answers, configuration.network, configuration.targets)
    return survey, compare(survey, configuration.network, configuration.targets)


def down(name: str) -> Port:
    return Port(name=name, is_up=False)
