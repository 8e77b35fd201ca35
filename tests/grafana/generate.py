"""Generate grafana/dashboards/: boards as code, committed as classic JSON.

Run `python -m tests.grafana.generate` after a change here; a test compares. Grafana 11 to 13 load
classic JSON (schemaVersion 42) from files; they do not load the newer model so.
"""

import json
from pathlib import Path
from typing import Any, Final

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from tests.grafana.noc_wall import noc_wall

FOLDER: Final = Path(__file__).parents[2] / "grafana" / "dashboards"


def boards() -> dict[str, str]:
    """Return each file's name with its text."""
    return {"noc-wall.json": _text(noc_wall().build())}


def _text(board: Any) -> str:
    return json.dumps(json.loads(JSONEncoder(sort_keys=True).encode(board)), indent=2) + "\n"


if __name__ == "__main__":
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, text in boards().items():
        (FOLDER / name).write_text(text, "utf-8")
