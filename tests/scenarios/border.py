"""Border: the demo's forty devices as real agents on loopback, and a netmon's files for them.

The agents run in the tests' process, so that stopping netmon does not stop the network.
"""

import contextlib
import time
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import netmon.simulation
from netmon.config.load import Configuration, load
from netmon.simulation.agents import Agents
from netmon.simulation.story import drill
from netmon.simulation.world import World
from tests.scenarios.running import udp_port
from tests.scenarios.silence import silent
from tests.servers import free_port
from topology.model import DeviceId, LinkId, SiteId

INVENTORY = Path(netmon.simulation.__file__).with_name("border.yaml")
ENVIRON = {"NETMON_DEMO_COMMUNITY": "made-up-for-tests"}


MUTE = DeviceId("narva-s62")  # one radio of a post with two; what is around it answers
MUTE_LINK = LinkId("s6-narva-joesuu")


def write(
    folder: Path, *, mute: bool = False, echoes: bool = True, settings: Sequence[str] = ()
) -> tuple[Path, int]:
    """Write the border network, agents and page on free ports; return the file, the page's port.

    With `mute` one device is not pinged, without `echoes` none is: loopback would answer for them.
    `settings` are further groups of settings, a line each.
    """
    page, agents = free_port(), udp_port()
    ours = [
        "settings:",
        f"  api: {{port: {page}}}",
        "  pipeline: {judge_interval_seconds: 0.5}",
        f"  store: {{path: {folder}/netmon.sqlite, checkpoint_seconds: 1s}}",
        *(f"  {line}" for line in settings),
    ]
    lines = []
    for line in INVENTORY.read_text("utf-8").splitlines():
        here = line.replace("port: 10161,", f"port: {agents},")
        if here != line and (not echoes or (mute and f"id: {MUTE}," in line)):
            here = here.replace(f"port: {agents},", f"port: {agents}, ping: false,")
        lines += ours if line == "settings:" else [here]
    path = folder / "netmon.yaml"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path, page


def read(path: Path) -> Configuration:
    """Load what was written."""
    return load([path], environ=ENVIRON)


def quiet_world(configuration: Configuration) -> World:
    """Return the world in which nothing happens."""
    return World(
        configuration.network,
        collector_site=site(configuration),
        story=drill("quiet"),
        seed=1,
    )


@contextlib.contextmanager
def answering(
    configuration: Configuration, *, mute: bool = False, only: Collection[DeviceId] | None = None
) -> Iterator[None]:
    """Let devices answer: all, all but the mute one, or only some."""
    began = time.monotonic()
    world = quiet_world(configuration)
    targets = [
        target
        for target in configuration.targets.values()
        if not (mute and target.device == MUTE) and (only is None or target.device in only)
    ]
    with (
        silent([configuration.targets[MUTE]] if mute else []),
        Agents(world, targets, lambda: time.monotonic() - began),
    ):
        yield


def site(configuration: Configuration) -> SiteId:
    """Return where netmon itself stands."""
    assert configuration.collector_site is not None
    return configuration.collector_site
