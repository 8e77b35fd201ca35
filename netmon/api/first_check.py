"""First check: for each cause the one thing to look at before anything else, as a table.

Written for the person on duty at night; what to do afterwards is in docs/runbooks/.
"""

from typing import Final

from netmon.incidents import Incident
from netmon.verdict import Cause, Known, SubjectKind

FIRST_CHECK: Final[dict[Cause, str]] = {
    Cause.RAIN: "Look at the weather radar along the path. Wait: rain passes; page nobody.",
    Cause.MULTIPATH: "Compare with the same hour on other days; still air over water or flat land?",
    Cause.MISALIGNMENT: "Ask whether wind, ice or works moved an antenna; compare both directions.",
    Cause.TRANSMITTER: "Compare transmit power at the far end with its set value; read its alarms.",
    Cause.RECEIVER: "Compare with the other receivers of that site: only this one weak?",
    Cause.POWER: "Call whoever holds the key of the site: mains, rectifier, battery, generator?",
    Cause.FIBRE_CUT: "List the other links of the same duct; ask about works along the route.",
    Cause.CONGESTION: "Look at the traffic of both ends: which interface is full, since when?",
    Cause.CONFIGURATION: "Ask what was changed in the last hour; both ends set alike?",
    Cause.SYNC: "Check the clock source: GNSS antenna, PTP or E1 reference at both ends.",
    Cause.INTERFERENCE: "Compare noise floor with neighbours on the channel; a new emitter near?",
    Cause.JAMMING_LIKE: "List the receivers of that band that suffer together and their bearings; "
    "keep the readings; tell the spectrum desk. It is a pattern, not an intent.",
    Cause.UPSTREAM: "Look one link nearer to the core: repair that first.",
    Cause.UNKNOWN: "Read the evidence, then the device's own alarms at both ends.",
}

OF_THE_KNOWN: Final[dict[Known, str]] = {
    Known.EMISSION: "Nothing, while it fits: what lasts longer than planned pages by itself.",
    Known.MAINTENANCE: "Nothing, while the works last: what is still out afterwards pages.",
    Known.SUN: "Wait for the minutes it was predicted for: what lasts longer pages.",
}

OWN_SITE: Final = (
    "Look at netmon's own machine and the way out of its site: load, CPU taken away, a full uplink."
)


def first_check(incident: Incident) -> str:
    """Return what to look at first; where netmon stands there is no link nearer to the core."""
    if incident.subject.kind is SubjectKind.NETWORK:
        return OWN_SITE
    if incident.known is not None:
        return OF_THE_KNOWN[incident.known]
    return FIRST_CHECK[incident.cause]
