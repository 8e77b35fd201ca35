"""Document: docs/metrics.md, written from the table of families.

`python -m netmon.exposition.document > docs/metrics.md`; a test compares.
"""

import sys
from itertools import groupby

from netmon.exposition.families import TABLE
from netmon.exposition.family import Family, Type

_INTRODUCTION = """# Metrics

Generated from `netmon/exposition/families.py` by `python -m netmon.exposition.document`;
a test compares.

- A value that is not known, or older than 2.5 polling intervals, is absent, never 0.
- The series of a removed device vanish at the next scrape.
- Labels are the inventory's own ids; `interface` is the ifName.
  Free text is only in `_info`, to be joined.
- Bytes, not bits. The utilisation of an interface is
  `rate(netmon_interface_in_bytes_total[1m]) / netmon_interface_speed_bytes_per_second`.
- An interface's counters are counted by netmon: 32-bit wraps are joined; reboots, resets and
  impossible rates add nothing; they begin at 0 when netmon does, so `rate()` and `increase()` hold.
- A condition is a StateSet: `netmon_link_condition{link="…",netmon_link_condition="degraded"}`
  is 1 for one of the six conditions and 0 for the others.
  Before the first judgement it is `unknown`.
- `netmon_link_up` is absent only while the condition is unknown or maintenance.
"""


def document() -> str:
    """Return the page."""
    chapters = {family.chapter: None for family in TABLE}
    rows = sorted(TABLE, key=lambda family: list(chapters).index(family.chapter))
    parts = [_INTRODUCTION]
    for chapter, families in groupby(rows, key=lambda family: family.chapter):
        parts.append(f"\n## {chapter}\n\n| name | type | labels | meaning |\n|---|---|---|---|\n")
        parts.extend(_row(family) for family in families)
    return "".join(parts)


def _row(family: Family) -> str:
    labels = ", ".join(f"`{label}`" for label in family.labels) or "–"
    kind = "StateSet" if family.type is Type.STATESET else family.type.value
    return f"| `{family.name}` | {kind} | {labels} | {family.help.replace('|', '/')} |\n"


if __name__ == "__main__":
    sys.stdout.write(document())
