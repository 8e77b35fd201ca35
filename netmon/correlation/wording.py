"""Phrases of titles that several rules use."""

from netmon.verdict import Cause, Verdict


def because(verdict: Verdict) -> str:
    """Return what is believed to be behind a verdict, in words."""
    if verdict.cause is not None and verdict.cause is not Cause.UNKNOWN:
        return verdict.cause.words
    likely = f", perhaps {verdict.runner_up.words}" if verdict.runner_up is not None else ""
    return f"cause unknown{likely}"


def count(number: int, noun: str) -> str:
    """Return a number and its noun, in the plural where it must be."""
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
