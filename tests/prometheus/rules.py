"""The shipped rules as data, for tests that compare them with what else is shipped."""

from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "prometheus"


def read(path: Path) -> Any:
    """Read one YAML file."""
    return YAML(typ="safe").load(path.read_text("utf-8"))


def every_rule() -> list[dict[str, Any]]:
    """List every rule of every shipped file."""
    return [
        rule
        for path in sorted((FOLDER / "rules").glob("*.yaml"))
        for group in read(path)["groups"]
        for rule in group["rules"]
    ]


def alerts() -> list[dict[str, Any]]:
    """List the alerting rules."""
    return [rule for rule in every_rule() if "alert" in rule]
