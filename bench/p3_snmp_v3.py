"""P3: SNMPv3 polling, authPriv with SHA-256 and AES-128, ours against the real snmp_exporter.

As P1, with the same varbinds of the same agents, which have an engineID each. The exporter greets a
device anew with every scrape, which is how it works; we keep what a device has proven.

    python bench/p3_snmp_v3.py --devices 2000
"""

import argparse
import sys
from pathlib import Path

import uvloop

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.agents import running_agents  # noqa: E402
from bench.p1_snmp import (  # noqa: E402
    INTERFACES,
    VARBINDS,
    check_same_values,
    measure_ours,
    measure_peer,
    running_exporter,
)
from bench.secure import USER, V3  # noqa: E402

PROMISE = 2.0


def main() -> int:
    """Check, measure, print the table and the line a script reads."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=2000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--port", type=int, default=16163)
    parser.add_argument("--http-port", type=int, default=19118)
    options = parser.parse_args()
    devices, port, http_port = options.devices, options.port, options.http_port
    with running_exporter(http_port, V3) as pid:
        with running_agents(port, interfaces=INTERFACES, is_frozen=True):
            same = uvloop.run(check_same_values(devices, http_port, port, USER))
        with running_agents(port, interfaces=INTERFACES):
            ours = uvloop.run(measure_ours(devices, options.rounds, port, USER))
            peer = uvloop.run(measure_peer(devices, 1, port, http_port, pid))
    varbinds = devices * VARBINDS
    print(f"{same} values compared, all the same; {devices} devices × {VARBINDS} varbinds")
    print(f"{'':16} {'CPU s a round':>14} {'µs a device':>12} {'varbinds/CPU-s':>15}")
    for name, seconds in (("netmon", ours), ("snmp_exporter", peer)):
        print(
            f"{name:16} {seconds:14.3f} {seconds / devices * 1e6:12.1f} {varbinds / seconds:15,.0f}"
        )
    ratio = peer / ours
    holds = "yes" if ratio >= PROMISE else "no"
    print(
        f"P3 ours={varbinds / ours:.0f} varbinds/CPU-s peer={varbinds / peer:.0f} varbinds/CPU-s "
        f"ratio={ratio:.1f} promise={PROMISE:.1f} holds={holds}"
    )
    return 0 if holds == "yes" else 1


if __name__ == "__main__":
    sys.exit(main())
