"""Elements and discs as people name them: `link:ID`, `disc:LAT,LON,KM`, each alone or by causes."""

from collections.abc import Sequence
from functools import reduce
from typing import Final

from netmon.planning.options import PlanningError
from topology.resilience.loss import Kind
from topology.resilience.region import Disc, Mode
from topology.resilience.snapshot import NOTHING, Elements
from topology.resilience.whatif import Question, element

KINDS: Final = tuple(kind.value for kind in Kind)
KIND_IDS: Final = ", ".join(f"{kind}:ID" for kind in KINDS)


def kind_and_id(given: str, option: str) -> tuple[Kind, str]:
    """Return what `kind:id` names; a bare id is a link. Raises PlanningError."""
    kind, colon, identity = given.partition(":")
    if not colon or kind not in KINDS:
        kind, identity = Kind.LINK.value, given
    if not identity:
        raise PlanningError(f"{option} must be one of {KIND_IDS}")
    return Kind(kind), identity


def elements(given: Sequence[str], option: str) -> Elements:
    """Return all that is named as one set. Raises PlanningError."""
    found = (element(*kind_and_id(one, option)) for one in given)
    return reduce(lambda one, other: one | other, found, NOTHING)


def disc(given: str) -> Disc:
    """Return the disc of `LAT,LON,KM[,mode]`. Raises PlanningError."""
    parts = given.split(",")
    try:
        latitude_deg, longitude_deg, radius_km = (float(part) for part in parts[:3])
        (mode,) = map(Mode, parts[3:]) if len(parts) > 3 else (Mode.PATH,)
    except ValueError:
        raise PlanningError(
            "disc must be LATITUDE,LONGITUDE,RADIUS_KM[,path|rx|site] in degrees and kilometres"
        ) from None
    return Disc(
        latitude_deg=latitude_deg, longitude_deg=longitude_deg, radius_m=1000 * radius_km, mode=mode
    )


def questions(given: Sequence[str]) -> tuple[Question, ...]:
    """Return one question for each name of `NAME=kind:id` and `NAME=disc:LAT,LON,KM`, in order.

    Raises PlanningError.
    """
    asked: dict[str, Question] = {}
    for one in given:
        name, equals, what = one.partition("=")
        if not name or not equals or not what:
            raise PlanningError(
                f"cause must be NAME={KIND_IDS} or NAME=disc:LAT,LON,KM; once for each element"
            )
        before = asked.get(name, Question(name=name))
        if what.startswith("disc:"):
            own = disc(what.removeprefix("disc:"))
            asked[name] = Question(name=name, down=before.down, discs=(*before.discs, own))
        else:
            down = before.down | element(*kind_and_id(what, "cause"))
            asked[name] = Question(name=name, down=down, discs=before.discs)
    return tuple(asked.values())
