"""Facts: what planners know of elements beyond the inventory, as a CSV file.

One row for each element: kind (link, device, site, srlg), id, availability (0 … 1), users (sites
only), mtbf_hours, mttr_hours. Either availability is given, or both hours; empty cells are unknown.
"""

import csv
import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from netmon.planning.options import PlanningError
from topology.errors import NetworkError
from topology.model import DeviceId, LinkId, SiteId
from topology.resilience.dependability import Dependability, Facts

COLUMNS: Final = ("kind", "id", "availability", "users", "mtbf_hours", "mttr_hours")
KINDS: Final = {"link": "links", "device": "devices", "site": "sites", "srlg": "srlgs"}
MOST_OCTETS: Final = 20_000_000


def facts_of(path: Path | None) -> Facts:
    """Read the facts of a file; none without one. Raises PlanningError with file and line."""
    if path is None:
        return Facts()
    found: dict[str, dict[str, Any]] = {name: {} for name in (*KINDS.values(), "users")}
    faults: list[str] = []
    try:
        if path.stat().st_size > MOST_OCTETS:
            raise PlanningError(f"{path}: larger than {MOST_OCTETS // 1_000_000} MB")
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.DictReader(file)
            unknown = set(rows.fieldnames or ()) - set(COLUMNS)
            if unknown or not {"kind", "id"} <= set(rows.fieldnames or ()):
                raise PlanningError(f"{path}:1: the columns must be of {', '.join(COLUMNS)}")
            for row in rows:
                try:
                    _take(found, row)
                except (ValueError, NetworkError) as error:
                    faults.append(f"{path}:{rows.line_num}: {error}")
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise PlanningError(f"{path}: cannot be read: {error}") from None
    if faults:
        raise PlanningError("\n".join(faults[:20]))
    of_links, of_devices, of_sites = found["links"], found["devices"], found["sites"]
    return Facts(
        links={LinkId(one): told for one, told in of_links.items()},
        devices={DeviceId(one): told for one, told in of_devices.items()},
        sites={SiteId(one): told for one, told in of_sites.items()},
        srlgs=found["srlgs"],
        users={SiteId(one): count for one, count in found["users"].items()},
    )


def _take(found: dict[str, dict[str, Any]], row: Mapping[str, str | None]) -> None:
    kind, identity = (row.get("kind") or "").strip(), (row.get("id") or "").strip()
    if kind not in KINDS:
        raise ValueError(f"kind must be one of {', '.join(KINDS)}")
    if not identity:
        raise ValueError("id must be given")
    if identity in found[KINDS[kind]] or (kind == "site" and identity in found["users"]):
        raise ValueError(f"{kind} {identity} is told of twice")
    availability, users, mtbf_hours, mttr_hours = (_number(row, name) for name in COLUMNS[2:])
    if users is not None:
        if kind != "site" or users < 0:
            raise ValueError("users must be 0 or more, and are of sites only")
        found["users"][identity] = users
    if availability is not None:
        found[KINDS[kind]][identity] = Dependability(availability, mtbf_hours)
    elif mtbf_hours is not None and mttr_hours is not None:
        found[KINDS[kind]][identity] = Dependability.of_repair(mtbf_hours, mttr_hours)
    elif mtbf_hours is not None or mttr_hours is not None:
        raise ValueError("mtbf_hours and mttr_hours go together, or availability is given")


def _number(row: Mapping[str, str | None], name: str) -> float | None:
    given = (row.get(name) or "").strip()
    if not given:
        return None
    try:
        number = float(given)
    except ValueError:
        number = math.nan
    if not math.isfinite(number):
        raise ValueError(f"{name} must be a number")
    return number
