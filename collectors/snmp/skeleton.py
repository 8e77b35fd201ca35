"""Skeleton: the bytes of an answer that do not change, so that the next one is read in one stroke.

From an answer that was read strictly, octet by octet, a skeleton keeps everything but the contents
of its values: frame, community, lengths, OIDs, types. An answer of the same shape is then cut by
one compiled `struct`, and is admitted only if everything else equals, octet by octet: both are
taken as one large number, under a mask that spares the values (half the cost of comparing piece by
piece). What it admits is exactly what the strict reading admits; another shape is read strictly.
"""

from struct import Struct
from typing import Any, Final

from collectors.errors import DecodeError
from collectors.snmp.ber import EXCEPTIONS, UNSIGNED_OCTETS, Tag
from collectors.snmp.reader import Reader

_UNSIGNED: Final = {1: "B", 2: "H", 4: "I", 8: "Q"}
_CODES: Final[dict[int, dict[int, str]]] = {
    **dict.fromkeys(UNSIGNED_OCTETS, _UNSIGNED),
    Tag.INTEGER: {1: "b", 2: "h", 4: "i"},
    Tag.OCTET_STRING: {},
    **{tag: {} for tag in EXCEPTIONS},
}
_MOST_OCTETS: Final[dict[int, int]] = {**dict.fromkeys(_CODES, 1 << 16), **UNSIGNED_OCTETS}

Place = tuple[int, int, int, Reader]  # type, start and end of the content, who reads it


class Skeleton:
    """One shape of one chunk's answers."""

    __slots__ = ("_expected", "_gauges", "_mask", "_missing", "_others", "_unpack", "_wide")

    def __init__(self, data: bytes, id_at: int, places: list[Place]) -> None:
        gauges: dict[Reader, list[int]] = {}
        self._wide: list[int] = []  # of 3, 5, 6 or 7 octets, which no struct code cuts
        self._others: list[tuple[int, int, Reader]] = []
        self._missing: list[int] = []
        position = id_at + 4
        pieces = [f">{id_at}xI"]
        mask = bytearray(b"\xff" * len(data))
        mask[id_at:position] = bytes(4)
        for index, (tag, start, end, reader) in enumerate(places):
            # A leading zero octet beyond what the type needs stays with the constants.
            first = start + 1 if end - start > _MOST_OCTETS[tag] else start
            code = _CODES[tag].get(end - first)
            if code is None:
                self._keep_uncoded(index, tag, reader)
                code = f"{end - first}s"
            elif not reader.is_raw:
                gauges.setdefault(reader, []).append(index)
            pieces.append(f"{first - position}x{code}")
            mask[first:end] = bytes(end - first)
            position = end
        pieces.append(f"{len(data) - position}x")
        self._gauges: Final = tuple(
            (reader.remembered, tuple(indexes)) for reader, indexes in gauges.items()
        )
        self._unpack: Final = Struct("".join(pieces)).unpack
        self._mask: Final = int.from_bytes(mask, "little")
        self._expected: Final = int.from_bytes(data, "little") & self._mask

    def _keep_uncoded(self, index: int, tag: int, reader: Reader) -> None:
        if tag in EXCEPTIONS:
            self._missing.append(index)
        elif reader.is_raw:
            self._wide.append(index)
        else:
            self._others.append((index, tag, reader))

    def read(self, data: bytes, request_id: int) -> list[Any] | None:
        """Return the values, sysUpTime first in raw ticks; None if this is another shape or id.

        `data` has the length of the answer that the skeleton was made of.
        """
        if int.from_bytes(data, "little") & self._mask != self._expected:
            return None
        found, *values = self._unpack(data)
        if found != request_id:
            return None
        for remembered, indexes in self._gauges:
            for index in indexes:
                values[index] = remembered[values[index]]
        for index in self._wide:
            values[index] = int.from_bytes(values[index], "big")
        for index in self._missing:
            values[index] = None
        if self._others and not self._read_others(values):
            return None
        return values

    def _read_others(self, values: list[Any]) -> bool:
        """Read what has no fixed width; False where the strict reading must say what is wrong."""
        try:
            for index, tag, reader in self._others:
                values[index] = reader.read(tag, values[index])
        except DecodeError:
            return False
        return True
