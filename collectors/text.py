"""Text that a device sent, made fit for people, logs, labels and pages."""

import unicodedata
from typing import Final

MAX_CHARACTERS: Final = 128
# Cc control (C0, C1), Cf format (bidi, zero width), Cs surrogates, Co private, Cn unassigned,
# Zl and Zp line and paragraph separators
_REFUSED: Final = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean(raw: bytes) -> str:
    """Return what the octets say as UTF-8, without control and bidi characters, 128 at most."""
    text = raw[: 4 * MAX_CHARACTERS].decode("utf-8", "replace")
    kept = (" " if character in "\t\r\n" else character for character in text)
    cleaned = "".join(c for c in kept if unicodedata.category(c) not in _REFUSED)
    return cleaned.strip()[:MAX_CHARACTERS]
