"""Symbols: one drawing per condition, told apart without any colour."""

from typing import Final

from netmon.verdict import Condition

# Drawn, not typed: a wall's browser may lack the glyphs. Shapes differ without any colour.
_SYMBOLS: Final[dict[Condition, str]] = {
    Condition.HEALTHY: '<circle cx="8" cy="8" r="7"/>'
    '<path class="cut" d="M4.5 8.3 7 10.8 11.5 5.6"/>',
    Condition.DEGRADED: '<path d="M8 1 15.5 14.5H.5z"/><path class="cut" d="M8 6v4M8 12v.6"/>',
    Condition.DOWN: '<rect x="1" y="1" width="14" height="14" rx="2"/>'
    '<path class="cut" d="M5 5l6 6M11 5l-6 6"/>',
    Condition.UNREACHABLE: '<circle class="ring" cx="8" cy="8" r="6"/>'
    '<path class="line" d="M3 13 13 3"/>',
    Condition.UNKNOWN: '<circle class="ring dashed" cx="8" cy="8" r="6"/>'
    '<path class="line" d="M6.2 6.4a1.9 1.9 0 1 1 2.6 1.8c-.5.2-.8.5-.8 1.1M8 11.2v.5"/>',
    Condition.MAINTENANCE: '<rect x="1" y="4" width="14" height="8" rx="1"/>'
    '<path class="cut" d="M4 11 7 5M8.5 11l3-6"/>',
}


def symbol(condition: Condition) -> str:
    """Draw a condition in the tone of what surrounds it; its word must stand beside it."""
    return (
        f'<svg class="symbol" aria-hidden="true" viewBox="0 0 16 16">'
        f'<use href="#{condition.value}"/></svg>'
    )


def symbol_sheet() -> str:
    """Return the drawings, once per page."""
    return "".join(
        f'<symbol id="{condition.value}" viewBox="0 0 16 16">{drawing}</symbol>'
        for condition, drawing in _SYMBOLS.items()
    )
