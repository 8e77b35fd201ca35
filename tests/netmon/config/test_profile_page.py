"""docs/profiles.md is what the code says."""

import re
from pathlib import Path

from collectors.snmp.library import load_profile
from netmon.config.profile_page import document

PAGE = Path(__file__).resolve().parents[3] / "docs" / "profiles.md"


def test_the_page_of_profiles_is_generated() -> None:
    written = PAGE.read_text(encoding="utf-8")
    assert written == document(), (
        "write it anew: python -m netmon.config.profile_page > docs/profiles.md"
    )


def test_the_example_of_the_page_is_a_profile(tmp_path: Path) -> None:
    found = re.search(
        r"```yaml\n(# profiles/acme.yaml\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL
    )
    assert found is not None
    path = tmp_path / "acme.yaml"
    path.write_text(found[1], encoding="utf-8")
    profile = load_profile(path)
    assert profile.column("rsl_dbm").scale == 0.1
    assert profile.column("errored_seconds").absent_if == "interval_suspect"
