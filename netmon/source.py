"""LiveSource: what the API and the terminal may see of a running app; it reads, nothing else."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from netmon.detection.judge import Judgement
from netmon.detection.readings import Readings
from netmon.exposition.exposition import Exposition
from netmon.incidents import Incident
from netmon.lives import Incidents
from netmon.pipeline import Pipeline, SuspicionT
from topology.network import Network

STALE_CYCLES: Final = 6  # judging this much overdue means that netmon itself is ill


@dataclass(slots=True)
class Vitals:
    """What the app knows of its own health, beside what each part counts."""

    reloaded_at: float  # wall clock, when files were last taken over
    reload_successful: bool = True
    restart_needed: bool = False  # the files have other settings than those that work
    store_failures: int = 0  # what could not be written; it is tried again


class LiveSource:
    """A window into a running app (`netmon.api.source.Source`)."""

    def __init__(
        self,
        *,
        pipeline: Pipeline[Judgement, SuspicionT],
        placed: Callable[[Network], Network] = lambda network: network,
        incidents: Incidents,
        exposition: Exposition,
        vitals: Vitals,
        judge_interval_seconds: float,
        wall: Callable[[], float],
        monotonic: Callable[[], float],
    ) -> None:
        self._pipeline = pipeline
        self._placed = placed
        self._incidents = incidents
        self._exposition = exposition
        self._vitals = vitals
        self._stale_seconds = STALE_CYCLES * judge_interval_seconds
        self._wall, self._monotonic = wall, monotonic

    @property
    def network(self) -> Network:
        """The network as configured now, its mobile units where they are."""
        return self._placed(self._pipeline.network)

    @property
    def judgement(self) -> Judgement | None:
        """The last judgement; None before the first."""
        return self._pipeline.judgement

    @property
    def readings(self) -> Readings | None:
        """The readings that were judged last; None before the first."""
        return self._pipeline.readings

    @property
    def incidents(self) -> Sequence[Incident]:
        """Every incident still remembered, closed ones too."""
        return (*self._incidents.open, *self._incidents.closed)

    @property
    def now(self) -> float:
        """Wall clock, Unix seconds."""
        return self._wall()

    @property
    def data_age_seconds(self) -> float | None:
        """Seconds since the last judgement; None before the first."""
        judged = self._pipeline.statistics.judged_monotonic
        return None if judged is None else max(0.0, self._monotonic() - judged)

    def unready(self) -> Sequence[str]:
        """Why netmon cannot be relied on yet."""
        if self.data_age_seconds is None:
            return ("nothing has been judged yet",)
        return self.unhealthy()

    def unhealthy(self) -> Sequence[str]:
        """Why netmon should be restarted."""
        age = self.data_age_seconds
        if age is not None and age > self._stale_seconds:
            return (f"the last judgement is {age:.0f} s old",)
        return ()

    async def render_metrics(
        self, accept: str, accept_encoding: str
    ) -> tuple[str, bytes, Mapping[str, str]]:
        """Return content type, body and further headers of /metrics."""
        return await self._exposition.render(accept, accept_encoding)
