"""The whole line for the benches: a real `netmon run` on a generated network of fake agents.

Devices stand in tens at sites that form a chain; a link leads from each device to the next. Only
ports that are up carry links, so that the judge has a healthy network, as it usually has.
"""

import contextlib
import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bench.agents import VARIANTS, address, table  # noqa: E402
from collectors.snmp.ber import parse_oid  # noqa: E402

OPER_STATUS = parse_oid("1.3.6.1.2.1.2.2.1.8")
COUNTRIES = ("FI", "EE", "LV", "LT", "PL", "SK", "HU", "RO")
DEVICES_PER_SITE = 10
PAGE = "/metrics"


@dataclass(frozen=True, slots=True, kw_only=True)
class Netmon:
    """A running netmon."""

    pid: int
    url: str


def up_ports(interfaces: int) -> list[list[int]]:
    """Return for every variant of device the ports that are up."""
    ports = []
    for variant in range(VARIANTS):
        found = table(variant, 0, interfaces)
        ports.append([n for n in range(1, interfaces + 1) if found[(*OPER_STATUS, n)].content == 1])
    return ports


def inventory(
    devices: int, *, port: int, web_port: int, interval_seconds: float, folder: Path
) -> str:
    """Return the configuration of a chain of devices."""
    up = up_ports(8)
    lines = [
        "settings:",
        "  collector_site: site-0",
        f"  api: {{port: {web_port}}}",
        f"  store: {{path: {folder}/netmon.sqlite}}",
        f"credentials: {{bench: {{community_file: {folder}/community}}}}",
        f"intervals: {{default: {interval_seconds:g}s}}",
        "sites:",
    ]
    for site in range(-(-devices // DEVICES_PER_SITE)):
        country = COUNTRIES[site % len(COUNTRIES)]
        position = f"{{lat: {45 + site % 100 * 0.2:.2f}, lon: {22 + site // 100 * 0.5:.2f}}}"
        role = "core" if site == 0 else "relay"
        lines.append(
            f"  - {{id: site-{site}, country: {country}, position: {position}, role: {role}}}"
        )
    lines.append("devices:")
    lines += [
        f"  - {{id: d{device}, site: site-{device // DEVICES_PER_SITE}, "
        f"address: {address(device)}, port: {port}, credentials: bench, ping: false}}"
        for device in range(devices)
    ]
    lines.append("links:")
    for device in range(devices - 1):
        a, b = up[device % VARIANTS][0], up[(device + 1) % VARIANTS][-1]
        lines.append(
            f'  - {{id: l{device}, ends: ["d{device}:eth{a}", "d{device + 1}:eth{b}"], '
            "medium: fibre}"
        )
    return "\n".join(lines) + "\n"


def write_configuration(
    folder: Path, devices: int, *, port: int, web_port: int, interval_seconds: float
) -> Path:
    """Write the files of a netmon that watches so many agents; return the one to start with."""
    secret = folder / "community"
    secret.unlink(missing_ok=True)
    secret.write_text("public", encoding="ascii")
    secret.chmod(0o400)
    path = folder / "netmon.yaml"
    path.write_text(
        inventory(
            devices, port=port, web_port=web_port, interval_seconds=interval_seconds, folder=folder
        ),
        encoding="utf-8",
    )
    return path


@contextlib.contextmanager
def running_netmon(
    folder: Path, devices: int, *, port: int, web_port: int, interval_seconds: float
) -> Iterator[Netmon]:
    """Run netmon on so many agents; yield it once it answers."""
    path = write_configuration(
        folder, devices, port=port, web_port=web_port, interval_seconds=interval_seconds
    )
    command = [sys.executable, "-m", "netmon", "run", "--large", "--config", str(path)]
    log = folder / "netmon.log"
    with (
        log.open("wb") as errors,
        subprocess.Popen(command, cwd=ROOT, stderr=errors) as process,
    ):
        netmon = Netmon(pid=process.pid, url=f"http://127.0.0.1:{web_port}")
        try:
            _await(netmon, process, log)
            yield netmon
        finally:
            process.terminate()


def _await(netmon: Netmon, process: "subprocess.Popen[bytes]", log: Path) -> None:
    for _ in range(600):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError):
            page(netmon)
            return
        time.sleep(0.1)
    raise SystemExit("netmon did not start:\n" + log.read_text(encoding="utf-8")[-2000:])


def page(netmon: Netmon) -> str:
    """Return a scrape."""
    with urllib.request.urlopen(netmon.url + PAGE, timeout=30) as answer:  # noqa: S310 - ours
        body: bytes = answer.read()
    return body.decode()


def cpu_seconds_of(pid: int) -> float:
    """Return the CPU time a process has used: user and system of all its threads, exactly.

    The clock's number is what clock_getcpuclockid(3) gives; /proc counts in hundredths of a second.
    """
    return time.clock_gettime(~pid << 3 | 2)


def resident_octets(pid: int) -> int:
    """Return the memory a process holds."""
    pages = Path(f"/proc/{pid}/statm").read_text(encoding="ascii").split()[1]
    return int(pages) * os.sysconf("SC_PAGE_SIZE")


def sample(text: str, series: str) -> float:
    """Return one number of a page; 0 if it is not there."""
    for line in text.splitlines():
        if line.startswith(series + " "):
            return float(line.rsplit(" ", 1)[1])
    return 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What a stretch of time cost."""

    polls: float
    good: float  # of them with values
    cpu_seconds: float
    series: float
    judge_seconds: float  # CPU of the last cycle
    scrape_seconds: float

    @property
    def microseconds_per_poll(self) -> float:
        """CPU of everything for one poll of one device."""
        return self.cpu_seconds / max(self.polls, 1.0) * 1e6


def measure(netmon: Netmon, *, warm_seconds: float, seconds: float, scrape_every: float) -> Cost:
    """Let it run and scrape it as Prometheus would; return what a part of its life cost."""
    end = time.monotonic() + warm_seconds
    while time.monotonic() < end:
        time.sleep(1.0)
    before, cpu = page(netmon), cpu_seconds_of(netmon.pid)
    for _ in range(round(seconds / scrape_every)):
        time.sleep(scrape_every)
        after = page(netmon)
    spent = cpu_seconds_of(netmon.pid) - cpu
    ok = 'netmon_poll_outcomes_total{collector="snmp",outcome="ok"}'
    return Cost(
        polls=sample(after, "netmon_polls_total") - sample(before, "netmon_polls_total"),
        good=sample(after, ok) - sample(before, ok),
        cpu_seconds=spent,
        series=sample(after, "netmon_exposition_series"),
        judge_seconds=sample(after, "netmon_judge_duration_seconds"),
        scrape_seconds=sample(after, "netmon_exposition_duration_seconds"),
    )
