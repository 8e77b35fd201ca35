"""Permits: radio lines as a regulator publishes them, in the columns of the Polish UKE's list.

A row is one direction: from a transmitter to a receiver, on one frequency. Two rows that face each
other on one channel are one link; several channels of one hop are links beside each other.
Column names are compared without case, accents, spaces and underscores, since they differ from
year to year. Places are degrees, minutes and seconds with a letter (21E03'22"), or decimal.
"""

import csv
import io
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from topology.errors import NetworkError
from topology.formats.draft import Draft, Edge, Node, check_size, drafted, number
from topology.model import Carrier, Medium, Polarisation

# Our name of a column, and UKE's names of it as they are compared.
_COLUMNS: Final = {
    "tx_longitude": ("dlgeotx",),
    "tx_latitude": ("szgeotx",),
    "rx_longitude": ("dlgeorx",),
    "rx_latitude": ("szgeorx",),
    "frequency_ghz": ("fghz",),
    "width_mhz": ("szerkanmhz",),
    "tx_ground_m": ("httxmnpm",),
    "rx_ground_m": ("htrxmnpm",),
    "tx_town": ("miejscowosctx",),
    "rx_town": ("miejscowoscrx",),
    "channel": ("nrkan",),
    "polarisation": ("polaryzacja",),
    "rate_mbps": ("przepywnoscmbs", "przeplywnoscmbs"),
    "operator": ("operator", "nazwaoperatora"),
    "permit": ("nrpozwdec", "nrdecyzji"),
}  # fmt: skip
_NEEDED: Final = (
    "tx_longitude", "tx_latitude", "rx_longitude", "rx_latitude", "frequency_ghz", "width_mhz",
)  # fmt: skip

_DEGREES: Final = re.compile(
    r"(\d{1,3})\s*(?:[°º]\s*)?([NSEW])\s*(\d{1,2})\D+(\d{1,2}(?:[.,]\d+)?)\D*$", re.IGNORECASE
)
_ROUND_DEG: Final = 5  # 0.00001° is a metre: two permits of one mast are one site


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    values: dict[str, str]

    def text(self, column: str) -> str:
        return self.values.get(column, "").strip()


def read(text: str, source: str, *, operator: str = "") -> Draft:
    """Return sites and links of a list of permits as CSV (comma, semicolon or tab).

    `operator` keeps the rows whose operator contains it, whatever the case.
    Raises NetworkError with the line, and for a missing column with its name.
    """
    check_size(text, source)
    nodes: dict[str, Node] = {}
    directions: dict[tuple[str, str, str], list[tuple[float, Edge]]] = {}
    left_out = []
    for row in _rows(text, source):
        if operator.casefold() not in row.text("operator").casefold():
            continue
        where = f"{source}: line {row.line}"
        ends = [_node(row, end, where) for end in ("tx", "rx")]
        if ends[0].id == ends[1].id:
            left_out.append(f"{where}: transmitter and receiver are at one place")
            continue
        for node in ends:
            nodes.setdefault(node.id, node)
        edge = _edge(row, ends[0].id, ends[1].id, where)
        channel = f"{row.text('channel').rstrip(chr(39))}|{row.text('polarisation').upper()}"
        frequency = edge.carrier.frequency_hz if edge.carrier else 0.0
        directions.setdefault((edge.a, edge.b, channel), []).append((frequency, edge))
    return drafted(source, nodes.values(), _paired(directions), left_out=left_out)


def _rows(text: str, source: str) -> Iterator[_Row]:
    lines = text.lstrip("\ufeff").splitlines()
    if not lines:
        raise NetworkError(f"{source}: line 1: no header")
    separator = max(";\t,", key=lines[0].count)
    reader = csv.reader(io.StringIO("\n".join(lines)), delimiter=separator)
    try:
        header = [_bare(name) for name in next(reader)]
        place = {
            column: header.index(name)
            for column, names in _COLUMNS.items()
            for name in names
            if name in header
        }
        missing = [column for column in _NEEDED if column not in place]
        if missing:
            raise NetworkError(
                f"{source}: line 1: there is no column {_COLUMNS[missing[0]][0]!r} "
                f"({missing[0]}); is this UKE's list of radio lines, saved as CSV?"
            )
        for cells in reader:
            if any(cell.strip() for cell in cells):
                told = {column: cells[at] for column, at in place.items() if at < len(cells)}
                yield _Row(reader.line_num, told)
    except csv.Error as error:
        raise NetworkError(f"{source}: line {reader.line_num}: no CSV: {error}") from None


def _bare(name: str) -> str:
    plain = unicodedata.normalize("NFKD", name.replace("ł", "l").replace("Ł", "L"))
    return "".join(each for each in plain.casefold() if each.isascii() and each.isalnum())


def _node(row: _Row, end: str, where: str) -> Node:
    latitude = _angle(row.text(f"{end}_latitude"), "NS", where)
    longitude = _angle(row.text(f"{end}_longitude"), "EW", where)
    ground = row.text(f"{end}_ground_m")
    return Node(
        id=f"{latitude:.{_ROUND_DEG}f} {longitude:.{_ROUND_DEG}f}",
        place=f"line {row.line}",
        name=row.text(f"{end}_town"),
        latitude_deg=latitude,
        longitude_deg=longitude,
        altitude_m=_amount(ground, where) if ground else 0.0,
        country="PL",
    )


def _angle(told: str, letters: str, where: str) -> float:
    match = _DEGREES.match(told)
    if match is None:
        return _amount(told, f"{where}: a place")
    if match[2].upper() not in letters:
        raise NetworkError(f"{where}: {told[:40]!r} is no place {' or '.join(letters)}")
    degrees, minutes, seconds = int(match[1]), int(match[3]), _amount(match[4], where)
    if minutes >= 60 or seconds >= 60:
        raise NetworkError(f"{where}: {told[:40]!r} has more than 59 minutes or seconds")
    value = degrees + minutes / 60 + seconds / 3600
    return value if match[2].upper() == letters[0] else -value


def _amount(told: str, where: str) -> float:
    return number(told.replace(",", ".").replace("\u00a0", "").strip(), where)


def _edge(row: _Row, a: str, b: str, where: str) -> Edge:
    rate = row.text("rate_mbps")
    told = row.text("polarisation").upper()
    return Edge(
        id="",
        a=a,
        b=b,
        place=f"line {row.line}",
        medium=Medium.MICROWAVE,
        carrier=Carrier(
            frequency_hz=_amount(row.text("frequency_ghz"), f"{where}: f [GHz]") * 1e9,
            width_hz=_amount(row.text("width_mhz"), f"{where}: Szer_kan [MHz]") * 1e6,
            polarisation=(
                Polarisation.HORIZONTAL if told.startswith("H") else Polarisation.VERTICAL
            ),
        ),
        capacity_bps=_amount(rate, f"{where}: Przepływność [Mb/s]") * 1e6 if rate else None,
    )


def _paired(
    directions: dict[tuple[str, str, str], list[tuple[float, Edge]]],
) -> Iterator[Edge]:
    """Yield one edge for each row that faces another, and one for each that faces none.

    The direction that a list names first stands for both.
    """
    told: dict[tuple[str, str, str], int] = {}
    for (a, b, channel), there in directions.items():
        facing = told.get((b, a, channel), 0)
        told[a, b, channel] = len(there)
        for _, edge in sorted(there, key=lambda each: each[0])[facing:]:
            yield edge
