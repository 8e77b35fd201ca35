"""Recognition: which profile fits a device best, by its system group, else by its objects."""

from collections.abc import Mapping
from typing import Final

from collectors.observation import Outcome
from collectors.snmp.ber import Oid
from collectors.snmp.library import closest, profiles
from collectors.snmp.line import EndedError, Line
from collectors.snmp.profile import Profile
from collectors.snmp.walk import WalkQuestion

_MIB_2: Final[Oid] = (1, 3, 6, 1, 2, 1)


async def recognise(
    line: Line,
    sysobjectid: Oid,
    sysdescr: str,
    deadline: float,
    library: Mapping[str, Profile] | None = None,
) -> Profile | None:
    """Return the profile of a device that says this of itself, or None; raise EndedError.

    Its objects are looked at only if its sysObjectID is that of its operating system, or nobody's.
    """
    known = profiles() if library is None else library
    found = closest(sysobjectid, sysdescr, known)
    if found is not None:
        return found
    for profile in sorted(known.values(), key=_is_standard):
        if await _has_one(line, profile.match.has, deadline):
            return profile
    return None


def _is_standard(profile: Profile) -> bool:
    """Tell whether a profile is for any vendor's devices: those come last."""
    return any(oid[: len(_MIB_2)] == _MIB_2 for oid in profile.match.has)


async def _has_one(line: Line, roots: tuple[Oid, ...], deadline: float) -> bool:
    for root in roots:
        walk = WalkQuestion(
            envelope=line.envelope, root=root, settings=line.settings, repetitions=1
        )
        walk.is_first_enough = True
        ending = await line.ask(walk, deadline)
        if ending.outcome is not Outcome.OK:
            raise EndedError(ending.outcome, ending.detail)
        if not walk.outcome.has_values:
            raise EndedError(walk.outcome, walk.detail)
        if walk.rows:
            return True
    return False
