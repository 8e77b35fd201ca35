"""docs/profiles.md is what the code says."""

from pathlib import Path

from netmon.config.profile_page import document

ROOT = Path(__file__).resolve().parents[3]


def test_the_page_of_profiles_is_generated() -> None:
    written = (ROOT / "docs" / "profiles.md").read_text(encoding="utf-8")
    assert written == document(), (
        "write it anew: python -m netmon.config.profile_page > docs/profiles.md"
    )
