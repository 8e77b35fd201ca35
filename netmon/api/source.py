"""Source: everything the API may know, given by the app. The API reads; it changes nothing.

`netmon.app` implements it; a test gives a ten-line one of its own.
"""

from collections.abc import Mapping, Sequence
from typing import Protocol

from netmon.detection.readings import Readings
from netmon.incidents import Incident
from netmon.verdict import Verdict
from topology.model import DeviceId, LinkId, SiteId
from topology.network import Network


class Judged(Protocol):
    """The last judgement (`netmon.detection.judge.Judgement` is one)."""

    @property
    def links(self) -> Mapping[LinkId, Verdict]:
        """Say what is believed of each link."""

    @property
    def devices(self) -> Mapping[DeviceId, Verdict]:
        """Say what is believed of each device."""

    @property
    def sites(self) -> Mapping[SiteId, Verdict]:
        """Say what is believed of each site."""

    @property
    def network(self) -> Verdict | None:
        """Say what is believed of the whole, if our own uplink is lost."""


class Source(Protocol):
    """What is shown, as it is at the moment of asking."""

    @property
    def network(self) -> Network:
        """The network as configured now."""

    @property
    def judgement(self) -> Judged | None:
        """The last judgement; None before the first."""

    @property
    def readings(self) -> Readings | None:
        """The readings that were judged last; None before the first."""

    @property
    def incidents(self) -> Sequence[Incident]:
        """Every incident still remembered, closed ones too; in any order."""

    @property
    def now(self) -> float:
        """Wall clock, Unix seconds: stamps and "since" only."""

    @property
    def data_age_seconds(self) -> float | None:
        """Monotonic seconds since the last judgement; None before the first."""

    def unready(self) -> Sequence[str]:
        """Why netmon cannot be relied on yet, in words; empty when it can."""

    def unhealthy(self) -> Sequence[str]:
        """Why netmon should be restarted, in words; empty when it should not."""

    async def render_metrics(
        self, accept: str, accept_encoding: str
    ) -> tuple[str, bytes, Mapping[str, str]]:
        """Return content type, body and further headers (Content-Encoding, Vary) of /metrics."""
