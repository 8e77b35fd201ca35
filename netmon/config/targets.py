"""Targets: whom to ask, what and how often, from the entries of devices."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from collectors.target import Credential, PingTarget, SnmpTarget, Target, TrapOrigin, UsmUser
from netmon.config import addresses
from netmon.config.models import DeviceEntry
from topology.model import DeviceId, Interface

LONGEST_BUDGET_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class PollingClass:
    """How the devices of a class are asked."""

    interval_seconds: float
    gap_seconds: float = 0.0  # least time between two requests to one device


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What entries may refer to; None stands for a thing that is named but wrong in itself."""

    credentials: Mapping[str, Credential | None]
    classes: Mapping[str, PollingClass | None]
    profiles: Mapping[str, str]  # name → what the collectors know it by
    machine: addresses.Machine


def target(entry: DeviceEntry, interfaces: list[Interface], known: Known) -> Target:
    """Return how and how often a device is asked."""
    polling = known.classes[entry.class_]
    credential = None if entry.credentials is None else known.credentials[entry.credentials]
    assert polling is not None  # noqa: S101 - else it was reported
    interval = polling.interval_seconds
    snmp = None
    if credential is not None:
        budget = min(LONGEST_BUDGET_SECONDS, interval)
        if entry.snmp.budget is not None:
            budget = entry.snmp.budget
        snmp = SnmpTarget(
            device=DeviceId(entry.id),
            address=entry.address,
            port=entry.port,
            credential=credential,
            context=_context(entry, credential),
            profile=known.profiles[entry.profile],
            engine=entry.engine,
            interfaces=tuple((each.name, each.id) for each in interfaces),
            all_interfaces=entry.snmp.all_interfaces,
            timeout_seconds=min(entry.snmp.timeout, budget),
            retries=entry.snmp.retries,
            budget_seconds=budget,
            gap_seconds=polling.gap_seconds if entry.snmp.gap is None else entry.snmp.gap,
        )
    return Target(
        device=DeviceId(entry.id),
        interval_seconds=interval,
        snmp=snmp,
        ping=burst(entry, interval),
        traps=_origin(entry, known),
    )


def _origin(entry: DeviceEntry, known: Known) -> TrapOrigin:
    named = entry.traps.credentials
    credential = None if named is None else known.credentials[named]
    return TrapOrigin(addresses=entry.traps.addresses, credential=credential)


def _context(entry: DeviceEntry, credential: Credential) -> str:
    if not isinstance(credential, UsmUser):
        return ""
    return credential.context if entry.snmp.context is None else entry.snmp.context


def burst(entry: DeviceEntry, interval: float) -> PingTarget | None:
    """Return the burst to send; by default it takes half the interval at most."""
    ping = entry.ping
    if ping is None:
        return None
    spacing = min(0.1, interval / (4 * ping.echoes)) if ping.spacing is None else ping.spacing
    return PingTarget(
        device=DeviceId(entry.id),
        address=entry.address,
        echoes=ping.echoes,
        spacing_seconds=spacing,
        timeout_seconds=min(1.0, interval / 4) if ping.timeout is None else ping.timeout,
    )
