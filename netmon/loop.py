"""Loop: the event loop netmon runs on; the door of uvloop."""

from collections.abc import Coroutine
from typing import Any, TypeVar

import uvloop

ResultT = TypeVar("ResultT")


def run(main: Coroutine[Any, Any, ResultT]) -> ResultT:
    """Run a coroutine to its end on a loop of its own; return what it returns."""
    return uvloop.run(main)
