"""What an established monitor derives from recordings, compared with what our profiles read.

The monitor shows a quantity in units of its own (kilometres, percent, an MSE without a name) and
its class says which; here they are a table. It is not always right: where it contradicts the MIB,
or itself, the row counts as a miss.
"""

import csv
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from collectors.quantity import QUANTITIES
from collectors.snmp.ber import Oid, parse_oid
from collectors.snmp.examination import Examined

# The monitor's class and our unit → what our value is multiplied with to be shown as it does.
DISPLAYED: Final[dict[tuple[str, str], tuple[float, ...]]] = {
    ("frequency", "Hz"): (1e-6, 1.0, 1e-3, 1e-9),  # MHz; on some systems Hz, kHz or GHz
    ("rate", "bit/s"): (1.0, 1e-3),  # bit/s; on one system kbit/s
    ("distance", "m"): (1e-3,),
    ("mse", "dB"): (-1.0, 1.0),  # the SNR's mirror image, with or without its minus
    ("quality", "1"): (100.0,),
    ("capacity", "1"): (100.0,),
    ("percent", "1"): (100.0,),
    ("error-ratio", "1"): (100.0,),
    ("count", "s"): (1e3, 1e6, 1e9, 1.0),  # ms, µs, ns, s
    ("runtime", "s"): (1.0, 1 / 60),
    ("bitrate", ""): (1 / 8,),  # octets, which it divides by eight once more
    ("bitrate", "bit/s"): (1 / 8,),
}
_AS_IT_IS: Final = (1.0,)
# A few classes are rounded to whole numbers.
ROUNDED: Final = frozenset({"percent"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One value of the monitor's."""

    recording: str
    sort: str
    words: str
    oids: tuple[Oid, ...]
    expected: float


def rows(path: Path) -> dict[str, list[Row]]:
    """Return the monitor's values by recording."""
    found: dict[str, list[Row]] = defaultdict(list)
    with path.open(encoding="utf-8", newline="") as file:
        for line in csv.DictReader(file):
            row = Row(
                recording=line["recording"],
                sort=line["class"],
                words=line["descr"],
                oids=tuple(_oids(line["oids"])),
                expected=float(line["expected"]),
            )
            found[row.recording].append(row)
    return found


def _oids(text: str) -> Iterator[Oid]:
    for word in text.replace(",", " ").replace(";", " ").split():
        yield parse_oid(word.strip('[]"'))


def miss(row: Row, read: list[Examined]) -> str:
    """Return why a row is not reproduced, or ""."""
    if not read:
        return "not carried by the profile"
    if any(_agrees(row, each) for each in read):
        return ""
    values = ", ".join(f"{each.cell.quantity} {each.reading.scaled}" for each in read)
    return f"differs: {values} where it shows {row.expected:g}"


def _agrees(row: Row, read: Examined) -> bool:
    reading = read.reading
    if isinstance(reading.raw, str):  # a word: the monitor numbers them by itself
        return reading.value is not None
    if reading.scaled is None:
        return False
    unit = QUANTITIES[read.cell.quantity].unit
    tolerance = 0.5 if row.sort in ROUNDED else 1e-6 * max(1.0, abs(row.expected))
    return any(
        abs(reading.scaled * factor - row.expected) <= tolerance
        for factor in DISPLAYED.get((row.sort, unit), _AS_IT_IS)
    )
