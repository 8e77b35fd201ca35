"""Findings: what neighbour tables say that makes no link, or a doubtful one; never guessed."""

from dataclasses import dataclass
from enum import StrEnum

from topology.model import DeviceId


class FindingKind(StrEnum):
    """What is wrong with a claim."""

    ONE_SIDED = "one_sided"  # a link is proposed, but only one end says so
    CONTRADICTED = "contradicted"  # somebody says otherwise of the same port
    STALE = "stale"  # of a port that is down, or from before it, or the device, came up again
    SHARED_PORT = "shared_port"  # several neighbours at one port: a hub, a switch, or many radios
    AGGREGATE = "aggregate"  # between an aggregate and a member, or said of both
    UNKNOWN_PORT = "unknown_port"  # the neighbour is known, which of its ports is not
    UNKNOWN_LOCAL_PORT = "unknown_local_port"  # the table does not say at which port it was heard
    UNKNOWN_NEIGHBOUR = "unknown_neighbour"
    AMBIGUOUS_NEIGHBOUR = "ambiguous_neighbour"  # fits several, or contradicts itself
    SELF = "self"  # the device hears itself: a loop, or a name given twice


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was said by whom, as far as it is known of whom, and why it is not believed."""

    kind: FindingKind
    device: DeviceId
    interface: str | None
    neighbour: DeviceId | None = None
    neighbour_interface: str | None = None
    words: str


def order(finding: Finding) -> tuple[str, ...]:
    """Return what findings are sorted by, so that the same claims read the same."""
    return (
        finding.device,
        finding.interface or "",
        finding.kind,
        finding.neighbour or "",
        finding.neighbour_interface or "",
        finding.words,
    )
