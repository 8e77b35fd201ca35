"""The repository speaks of the project alone: no machine, no registry, no workplace."""

import re

import pytest

from tests.project.files import files, name

# Spelt apart, so that this file is not its own finding.
HOSTS = "|".join(
    re.escape(host)
    for host in (
        "pypi" + ".org", "python" + "hosted", "proxy.golang" + ".org", "registry" + ".npmjs",
        "crates" + ".io", "index" "-url", "arti" + "factory",
    )
)  # fmt: skip
TRACES = {
    "a host of packages": re.compile(rf"(?<!-no-emit-)\b(?:{HOSTS})", re.IGNORECASE),
    "a path of one machine": re.compile(r"(?<![\w.$}/-])/(?:work|home|root|Users|mnt|srv)/\w"),
    "a temporary path": re.compile(r"(?<![\w.$}-])/tmp/\w"),
}


@pytest.mark.parametrize("trace", TRACES)
def test_no_file_carries(trace: str) -> None:
    found = []
    for path in files():
        for number, line in enumerate(path.read_text("utf-8", errors="replace").splitlines(), 1):
            if TRACES[trace].search(line):
                found.append(f"{name(path)}:{number}: {line.strip()[:80]}")
    assert not found


@pytest.mark.parametrize(
    ("trace", "line"),
    [
        ("a host of packages", "--index" + "-url https://mirror.local/simple"),
        ("a path of one machine", "see /ho" + "me/anna/netmon"),
        ("a temporary path", 'open("/tm' + 'p/x")'),
    ],
)
def test_a_trace_would_be_seen(trace: str, line: str) -> None:
    assert TRACES[trace].search(line)
