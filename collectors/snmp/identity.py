"""Identity: whether what a device says of itself fits the profile it is asked by.

A wrong profile reads one vendor's numbers as another's. It is said, and never guessed around.
"""

from collectors.snmp.ber import Oid, format_oid
from collectors.snmp.profile import Profile


def misfit(profile: Profile, sysobjectid: Oid, sysdescr: str) -> str:
    """Return in words why a device is not what the profile is for; empty where it may well be.

    What a device does not say, or a profile does not ask for, contradicts nothing; a profile that
    is recognised by its objects is for any sysObjectID. `sysdescr` is cleaned text.
    """
    match = profile.match
    is_other = bool(match.sysobjectid) and not match.has and _tells(sysobjectid)
    if is_other and not any(sysobjectid[: len(each)] == each for each in match.sysobjectid):
        wanted = " or ".join(format_oid(each) for each in match.sysobjectid)
        return (
            f"profile {profile.name} is for sysObjectID {wanted},"
            f" the device says {format_oid(sysobjectid)} ({sysdescr})"
        )
    if match.sysdescr and sysdescr and not any(each in sysdescr for each in match.sysdescr):
        wanted = " or ".join(repr(each) for each in match.sysdescr)
        return f"profile {profile.name} is for a sysDescr with {wanted}, the device says {sysdescr}"
    return ""


def _tells(sysobjectid: Oid) -> bool:
    """Tell whether it names anything: 0.0 is what an agent says that has none (RFC 3418)."""
    return len(sysobjectid) > 2
