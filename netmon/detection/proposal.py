"""Proposal: what one cycle believes of one subject, before it is compared with the last belief."""

from dataclasses import dataclass
from typing import Final

from netmon.detection.weighing import Opinion
from netmon.verdict import Cause, Condition, Evidence


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A verdict without its subject and its `since`."""

    condition: Condition
    cause: Cause | None = None
    runner_up: Cause | None = None
    odds: float = 0.0
    evidence: tuple[Evidence, ...] = ()


def weighed(condition: Condition, opinion: Opinion, evidence: tuple[Evidence, ...]) -> Proposal:
    """Return the proposal an opinion leads to; the odds stand among the evidence."""
    odds = Evidence(
        detector="signatures",
        finding="undecided" if opinion.cause is Cause.UNKNOWN else "likeliest",
        words=opinion.words,
        figures=(("odds", opinion.odds),),
    )
    return Proposal(
        condition=condition,
        cause=opinion.cause,
        runner_up=opinion.runner_up,
        odds=opinion.odds,
        evidence=(*evidence, odds),
    )


def plain(
    condition: Condition, cause: Cause, detector: str, finding: str, words: str, where: str = ""
) -> Proposal:
    """Return a proposal that needs no weighing: one sentence says it."""
    evidence = Evidence(detector=detector, finding=finding, words=words, where=where)
    odds = 0.0 if cause is Cause.UNKNOWN else CERTAIN
    return Proposal(condition=condition, cause=cause, odds=odds, evidence=(evidence,))


CERTAIN: Final = 9999.0  # odds of what is read, not guessed
