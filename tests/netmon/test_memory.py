"""Memory, each time in a process of its own: what is told to the allocator stays told."""

import subprocess
import sys

import pytest

# The first array teaches glibc to keep such memory; the last one pins what lies below it.
ARRAYS = """
import sys
from pathlib import Path
from netmon.memory import return_what_is_free
if sys.argv[1] == "told":
    return_what_is_free()
def megabytes():
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6
before = megabytes()
lesson = bytearray(900_000)
del lesson
arrays = [bytearray(800_000) for _ in range(100)]
pin = bytearray(800_000)
del arrays
print(megabytes() - before)
"""
SETTLED = """
import gc
from netmon.memory import spare_the_settled
rows = [[number] for number in range(10_000)]
spare_the_settled(tidy=True)
print(sum(type(each) is list for each in gc.get_objects()), gc.get_freeze_count())
"""


def said_by(script: str, *arguments: str) -> list[float]:
    done = subprocess.run(
        [sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True
    )
    return [float(number) for number in done.stdout.split()]


@pytest.mark.parametrize(
    ("told", "low", "high"), [("told", -5.0, 10.0), ("by itself", 50.0, 100.0)], ids=str
)
def test_large_arrays_go_back_to_the_kernel_when_freed(told: str, low: float, high: float) -> None:
    (kept_megabytes,) = said_by(ARRAYS, told)
    assert low < kept_megabytes < high


def test_what_stood_at_the_start_is_not_looked_through_again() -> None:
    lists_seen, spared = said_by(SETTLED)
    assert lists_seen < 1_000
    assert spared > 10_000


def test_a_monitor_loads_nothing_that_only_planners_need() -> None:
    """scipy alone is 40 MB of the 200 that netmon may have (P8)."""
    words = "import sys, netmon.cli; sys.exit('scipy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", words], check=False, timeout=60).returncode == 0
