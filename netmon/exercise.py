"""Exercise: what makes an incident one of a drill, so that nobody takes it for real.

Its title begins with the word, which every page, list, log and alert shows; it is never louder than
a remark; and its metrics carry `drill="true"`, which Alertmanager's routes send to nobody.
"""

from dataclasses import replace
from typing import Final

from netmon.correlation.memory import Memory
from netmon.correlation.rules import correlate
from netmon.correlation.settings import CorrelationSettings
from netmon.detection.judge import Judgement
from netmon.incidents import Severity, Suspicion
from topology.network import Network

MARK: Final = "DRILL: "


def correlate_as_drill(
    judgement: Judgement,
    network: Network,
    settings: CorrelationSettings | None = None,
    memory: Memory | None = None,
) -> tuple[Suspicion, ...]:
    """Return what is wrong now in a drill, every suspicion marked as one."""
    return tuple(
        replace(suspicion, title=MARK + suspicion.title, severity=Severity.INFO)
        for suspicion in correlate(judgement, network, settings, memory)
    )
