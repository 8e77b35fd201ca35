"""Features: what a cycle knows of every direction, side by side, as one row of numbers each.

For people who look at a link, and for whoever evaluates the detectors: all that verdicts rest on,
before any threshold. Causal: each row rests on this cycle and on earlier ones.
"""

from collections.abc import Mapping
from types import MappingProxyType

import numpy as np

from netmon.detection.findings import Detectors, Findings
from netmon.detection.frame import Frame, gather
from netmon.detection.readings import Floats, Integers


def features(detectors: Detectors, found: Findings) -> Mapping[str, Floats]:
    """Return every feature by name, one row per direction; NaN where it is not known.

    - `total_loss_db`: TSL − RSL above the usual; ATPC does not hide it.
    - `reciprocity_db`: by how much the loss differs from that of the other direction.
    - `quality_loss_db`: SNR expected at this level, minus the SNR measured.
    - `noise_rise_db`: noise floor above the usual.
    - `errored_excess_ratio`: share of errored seconds above the usual.
    - `modulation_shortfall`: steps of ACM below what the level allows.
    - `quality_variance_ratio`, `noise_variance_ratio`: jumps from poll to poll, over the usual.
    - `rtt_rise_seconds`, `ipdv_rise_seconds`, `loss_rise_ratio`: of echoes of the receiving device.
    - `utilisation_ratio`: load of the receiving interface.
    - `untimed`: 1 where a clock or GNSS alarm stands at either end.
    """
    frame, interference = detectors.frame, detectors.interference
    loss = found.fades.loss_db
    receiving, sending = _devices(frame)
    untimed = found.untimed.any.astype(np.float64)
    rises = detectors.latency.rises
    return MappingProxyType(
        {
            "total_loss_db": loss,
            "reciprocity_db": np.abs(loss - loss.reshape(-1, 2)[:, ::-1].reshape(-1)),
            "quality_loss_db": found.disturbance.quality_loss_db,
            "noise_rise_db": found.disturbance.noise_rise_db,
            "errored_excess_ratio": found.excess.share - found.excess.usual,
            "modulation_shortfall": found.shortfall.steps,
            "quality_variance_ratio": interference.quality_flutter.ratio,
            "noise_variance_ratio": interference.noise_flutter.ratio,
            "rtt_rise_seconds": gather(rises["rtt_seconds"], receiving),
            "ipdv_rise_seconds": gather(rises["ipdv_seconds"], receiving),
            "loss_rise_ratio": gather(rises["loss_ratio"], receiving),
            "utilisation_ratio": gather(
                found.load.utilisation_ratio, frame.directions.receiving_row
            ),
            "untimed": np.fmax(gather(untimed, receiving), gather(untimed, sending)),
        }
    )


def _devices(frame: Frame) -> tuple[Integers, Integers]:
    """Return the rows of the receiving and of the sending device of each direction."""
    links = frame.directions.link_row
    even = np.arange(len(links)) % 2 == 0
    a, b = frame.a_device[links], frame.b_device[links]
    return np.where(even, a, b), np.where(even, b, a)
