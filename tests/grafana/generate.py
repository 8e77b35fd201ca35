"""Generate grafana/dashboards/: boards as code, committed as classic JSON.

Run `python -m tests.grafana.generate` after a change here; a test compares. Grafana 11 to 13 load
classic JSON (schemaVersion 42) from files; they do not load the newer model so.
"""

import json
from pathlib import Path
from typing import Any, Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from tests.grafana.availability import availability
from tests.grafana.device import device
from tests.grafana.interference import interference
from tests.grafana.link import link
from tests.grafana.monitoring import monitoring
from tests.grafana.noc_wall import noc_wall
from tests.grafana.resilience import resilience
from tests.grafana.site import site

FOLDER: Final = Path(__file__).parents[2] / "grafana" / "dashboards"
BOARDS: Final = {
    "noc-wall.json": noc_wall,
    "site.json": site,
    "link.json": link,
    "device.json": device,
    "interference.json": interference,
    "resilience.json": resilience,
    "availability.json": availability,
    "monitoring.json": monitoring,
}


def boards() -> dict[str, str]:
    """Return each file's name with its text."""
    return {name: _text(made().build()) for name, made in BOARDS.items()}


def _text(board: Any) -> str:
    return json.dumps(json.loads(JSONEncoder(sort_keys=True).encode(board)), indent=2) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in boards().items():
        (FOLDER / name).write_text(text, "utf-8")
