"""Version: which netmon this is; the one place, from which pyproject.toml takes it as well."""

from typing import Final

VERSION: Final = "26.11.0"
