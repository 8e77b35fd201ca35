"""Pings as a program of its own, for tests that need other privileges or another network.

Usage: pinger.py [--uid N] [--timeout SECONDS] address …; prints one JSON document.
"""

import argparse
import asyncio
import json
import os
import sys

from collectors.errors import PingUnavailable
from collectors.ping.collector import PingCollector
from collectors.ping.transport import open_transport
from collectors.target import PingTarget
from topology.model import DeviceId


async def ping(addresses: list[str], timeout_seconds: float) -> dict[str, object]:
    """Ping each address three times."""
    try:
        transport = open_transport()
    except PingUnavailable as error:
        return {"unavailable": str(error)}
    collector = PingCollector(transport)
    seen = await asyncio.gather(
        *(
            collector.collect(
                PingTarget(
                    device=DeviceId(address),
                    address=address,
                    echoes=3,
                    spacing_seconds=0.02,
                    timeout_seconds=timeout_seconds,
                )
            )
            for address in addresses
        )
    )
    await collector.close()
    return {
        "transport": transport.name,
        "seen": {
            each.device: {
                "outcome": each.outcome,
                "sent": each.sent,
                "answered": len(each.rtts_seconds),
                "slowest": max(each.rtts_seconds, default=None),
                "detail": each.detail,
            }
            for each in seen
        },
    }


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("--uid", type=int)
    parser.add_argument("--timeout", type=float, default=0.5)
    parser.add_argument("addresses", nargs="*")
    options = parser.parse_args()
    if options.uid is not None:
        os.setgroups([])
        os.setgid(options.uid)
        os.setuid(options.uid)  # drops all capabilities
    json.dump(asyncio.run(ping(options.addresses, options.timeout)), sys.stdout)
