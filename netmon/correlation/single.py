"""What stands for itself: a link or a device that no other rule has claimed."""

from netmon.correlation.case import Case
from netmon.correlation.settings import CorrelationSettings
from netmon.correlation.wording import because
from netmon.verdict import Condition


def each_link(case: Case, _settings: CorrelationSettings) -> None:
    """What no rule has claimed stands for itself."""
    for link in case.wrong_links():
        verdict = case.links[link]
        state = "down" if verdict.condition is Condition.DOWN else "degraded"
        case.suspect(verdict, f"link {link} {state}, {because(verdict)}")


def each_device(case: Case, _settings: CorrelationSettings) -> None:
    """A slow device at the end of a troubled link suffers from that link; else it is told alone."""
    network = case.network
    for device, verdict in case.devices.items():
        if verdict.condition is not Condition.DEGRADED or not case.free(verdict):
            continue
        links = network.links_of_site(network.site_of(device))
        roots = [case.links[link].subject for link in links if link in case.links]
        root = next((case.claimed[one] for one in roots if one in case.claimed), None)
        if root is not None:
            case.join(root, [verdict.subject])
        else:
            found = ", ".join(dict.fromkeys(one.finding for one in verdict.evidence))
            case.suspect(verdict, f"device {device} degraded: {found.replace('_', ' ')}")
