"""docs/metrics.md says what the code exports."""

from pathlib import Path

from collectors.quantity import QUANTITIES
from netmon.exposition.document import document
from netmon.exposition.families import TABLE
from netmon.exposition.published import PUBLISHED

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_is_generated_from_the_table() -> None:
    written = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert written == document(), (
        "write it anew: python -m netmon.exposition.document > docs/metrics.md"
    )


def test_every_quantity_is_exported() -> None:
    assert set(PUBLISHED) == set(QUANTITIES)


def test_names_carry_their_units() -> None:
    for family in TABLE:
        assert family.name.isascii()
        assert (family.type.value == "counter") == family.name.endswith("_total"), family.name
        assert not family.name.endswith(("_bps", "_octets", "_octets_total", "_ms")), family.name
