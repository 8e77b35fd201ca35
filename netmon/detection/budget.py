"""Budget: how many false alarms a link may have in a month, and the alarm line that follows.

A CUSUM of noise alone reaches its line now and then; how seldom is its average run length (ARL).
So the line is not chosen but derived: from the alarms one is willing to have, the charts that watch
a link, and the polls they see. The series are not white: what a fade leaves, what a filter smooths,
stays for the next poll. Noise with lag-one correlation φ adds up as if it were √((1 + φ)/(1 − φ))
times as wide (the long-run variance of an AR(1) series), and the line is taken for that.

References: Page, Biometrika 41 (1954) 100; Siegmund, Sequential Analysis (1985), ch. II and III,
for the ARL of a one-sided CUSUM of normal noise; Lorden, Ann. Math. Stat. 42 (1971) 1897: a CUSUM
of log-likelihood ratios has an ARL of at least e^h, whatever the distribution; both are simulated
in the tests.
"""

import math
from dataclasses import dataclass
from typing import Annotated, Final

from annotated_types import Ge, Gt, Lt

MONTH_SECONDS: Final = 30 * 86400.0
_OVERSHOOT: Final = 1.166  # 2 · 0.583: by how much a normal walk passes a line on average


@dataclass(frozen=True, slots=True, kw_only=True)
class FalseAlarmBudget:
    """What noise alone may cost: alarms of one link in a month, over all charts that watch it."""

    alarms_per_link_month: Annotated[float, Gt(0)] = 0.1
    poll_seconds: Annotated[float, Gt(0)] = 30.0
    # Of both directions: quality, noise, loss, what is sent.
    charts_per_link: Annotated[int, Ge(1)] = 8
    persistence: Annotated[float, Ge(0), Lt(1)] = 0.25  # φ: correlation of successive residuals

    @property
    def run_length(self) -> float:
        """The polls that one chart must last between two false alarms, on average."""
        polls = MONTH_SECONDS / self.poll_seconds
        return polls * self.charts_per_link / self.alarms_per_link_month


def run_length(dead_band: float, line: float, persistence: float = 0.0) -> float:
    """Return the ARL, in polls, of a one-sided CUSUM over noise of unit spread.

    Siegmund's corrected diffusion approximation, with drift −k and height h + 1.166:
    ARL = (e^(2kb) − 2kb − 1) / 2k².
    """
    wider = math.sqrt((1.0 + persistence) / (1.0 - persistence))
    drift, height = dead_band / wider, line / wider + _OVERSHOOT
    exponent = 2.0 * drift * height
    return (math.exp(min(exponent, 700.0)) - exponent - 1.0) / (2.0 * drift * drift)


def alarm_line(dead_band: float, budget: FalseAlarmBudget) -> float:
    """Return the lowest line, in spreads, that keeps the budget."""
    low, high = 0.0, 1.0
    while run_length(dead_band, high, budget.persistence) < budget.run_length:
        high *= 2.0
    for _ in range(60):
        middle = (low + high) / 2.0
        if run_length(dead_band, middle, budget.persistence) < budget.run_length:
            low = middle
        else:
            high = middle
    return high


def likelihood_line(budget: FalseAlarmBudget) -> float:
    """Return the line, in nats, of a CUSUM of log-likelihood ratios: ln ARL (Lorden's bound)."""
    return math.log(budget.run_length)
