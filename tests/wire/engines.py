"""Both SNMP engines by name, so that one suite holds for both."""

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any

import uvloop

from collectors.observation import Observation
from collectors.snmp.engine import SnmpEngine
from collectors.snmp.pysnmp_engine import PysnmpEngine

AnyEngine = SnmpEngine | PysnmpEngine
ENGINES: dict[str, Callable[..., AnyEngine]] = {"native": SnmpEngine, "pysnmp": PysnmpEngine}
LOOPS: dict[str, Callable[[Coroutine[Any, Any, None]], None]] = {
    "asyncio": asyncio.run,
    "uvloop": uvloop.run,
}


def value(observation: Observation, quantity: str, interface: str | None = None) -> float | None:
    """Return one value of an observation."""
    assert observation.layout is not None, observation
    for cell, found in zip(observation.layout.cells, observation.values, strict=True):
        if cell.quantity == quantity and (interface is None or cell.interface == interface):
            return found
    raise KeyError(quantity)
