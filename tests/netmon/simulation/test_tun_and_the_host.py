"""`netmon demo --tun` changes nothing of the host's network or kernel, while it runs and after.

What is compared is all of /proc/sys (that is all `sysctl -a` shows) but for what moves by itself,
links, addresses, neighbours' settings, routes, rules, named namespaces, and the rules of nftables.
"""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.servers import require

ROOT = Path(__file__).parents[3]
SYSCTLS = Path("/proc/sys")
# Counts of what is open, cached or was made last; and what is random at every reading.
MOVING = (
    "fs/aio-nr",
    "fs/dentry-state",
    "fs/file-nr",
    "fs/inode-nr",
    "fs/inode-state",
    "fs/quota/",
    "kernel/ns_last_pid",
    "kernel/pty/nr",
    "kernel/random/entropy_avail",
    "kernel/random/uuid",
    "net/netfilter/nf_conntrack_count",
)
ASKED = (
    ("ip", "-o", "link"),
    ("ip", "-o", "address"),
    ("ip", "-4", "route", "show", "table", "all"),
    ("ip", "-6", "route", "show", "table", "all"),
    ("ip", "rule"),
    ("ip", "netns", "list"),
    ("nft", "list", "ruleset"),
)
AGES = re.compile(r"(expires|valid_lft|preferred_lft) \S+")  # tick by themselves


def sysctls() -> dict[str, bytes | str]:
    found: dict[str, bytes | str] = {}
    for folder, _, files in os.walk(SYSCTLS):
        for path in (Path(folder, file) for file in files):
            name = str(path.relative_to(SYSCTLS))
            if not name.startswith(MOVING):
                try:
                    found[name] = path.read_bytes()
                except OSError as error:  # write-only, or not in this container
                    found[name] = f"cannot be read: {error.errno}"
    return found


def network() -> dict[str, str]:
    told = {}
    for command in ASKED:
        if shutil.which(command[0]):
            asked = subprocess.run(command, capture_output=True, text=True, check=False)
            told[" ".join(command)] = AGES.sub("", asked.stdout)
    return told


@pytest.mark.root
def test_the_host_is_as_it_was_while_the_demo_runs_and_after(tmp_path: Path) -> None:
    if os.geteuid() != 0 or not Path("/dev/net/tun").exists():
        pytest.skip("needs root and /dev/net/tun")
    require("ip")
    kernel, host = sysctls(), network()
    assert len(kernel) > 100
    assert "lo" in host["ip -o link"]
    command = [sys.executable, "-m", "netmon", "demo", "--tun", "--headless", "--port", "0"]
    log = tmp_path / "log"
    with log.open("wb") as told:
        demo = subprocess.Popen(command, cwd=ROOT, stdout=told, stderr=told)
    try:
        until = time.monotonic() + 120
        while "open: rain" not in log.read_text("utf-8"):  # polled, judged: it is all there
            assert demo.poll() is None, log.read_text("utf-8")
            assert time.monotonic() < until, log.read_text("utf-8")
            time.sleep(0.2)
        inside = subprocess.run(
            ["nsenter", f"--net=/proc/{demo.pid}/ns/net", "ip", "-o", "link"],
            capture_output=True, text=True, check=True,
        ).stdout  # fmt: skip
        assert "netmon0" in inside  # it does run, elsewhere
        assert network() == host
        assert sysctls() == kernel
    finally:
        demo.send_signal(signal.SIGTERM)
        demo.wait(60)
    assert demo.returncode == 0, log.read_text("utf-8")
    assert network() == host
    assert sysctls() == kernel
