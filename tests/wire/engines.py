"""Both SNMP engines by name, so that one suite holds for both."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

import uvloop

from collectors.observation import Observation, Outcome
from collectors.snmp.engine import SnmpEngine
from collectors.snmp.pysnmp_engine import PysnmpEngine
from collectors.target import SnmpTarget

AnyEngine = SnmpEngine | PysnmpEngine
ENGINES: dict[str, Callable[..., AnyEngine]] = {"native": SnmpEngine, "pysnmp": PysnmpEngine}
LOOPS: dict[str, Callable[[Coroutine[Any, Any, None]], None]] = {
    "asyncio": asyncio.run,
    "uvloop": uvloop.run,
}


@contextlib.asynccontextmanager
async def running_engine(name: str, **changes: Any) -> AsyncIterator[AnyEngine]:
    """Return an engine that is closed at the end, however that comes."""
    engine = ENGINES[name](**changes)
    try:
        yield engine
    finally:
        await engine.close()


async def polled(engine: AnyEngine, target: SnmpTarget) -> Observation:
    """Poll until it succeeds: on a busy machine the first mapping may take more than one poll."""
    for _ in range(5):
        observation = await engine.collect(target)
        if observation.outcome is Outcome.OK:
            break
    assert observation.outcome is Outcome.OK, observation.detail
    return observation


def value(observation: Observation, quantity: str, interface: str | None = None) -> float | None:
    """Return one value of an observation."""
    assert observation.layout is not None, observation
    for cell, found in zip(observation.layout.cells, observation.values, strict=True):
        if cell.quantity == quantity and (interface is None or cell.interface == interface):
            return found
    raise KeyError(quantity)
