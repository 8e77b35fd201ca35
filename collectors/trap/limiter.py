"""Limiter: token buckets, one for each source, so that one that storms only silences itself."""

from collections import OrderedDict
from typing import Final

MOST_SOURCES: Final = 10_000  # remembered; a bucket forgotten was full again or will soon be


class Limiter:
    """Says of each datagram whether its source may be heard; `now` is monotonic."""

    def __init__(self, per_second: float, burst: int, *, most: int = MOST_SOURCES) -> None:
        self._per_second, self._burst, self._most = per_second, float(burst), most
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # tokens, as of when

    def __len__(self) -> int:
        return len(self._buckets)

    def admits(self, source: str, now: float) -> bool:
        """Take one token of the source; False if there is none."""
        tokens, filled = self._buckets.pop(source, (self._burst, now))
        tokens = min(self._burst, tokens + max(0.0, now - filled) * self._per_second)
        admitted = tokens >= 1.0
        self._buckets[source] = (tokens - 1.0 if admitted else tokens, now)
        if len(self._buckets) > self._most:
            self._buckets.popitem(last=False)
        return admitted
