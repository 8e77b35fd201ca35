"""Changes: what a reload adds, removes and alters, so that the rest goes on undisturbed."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Generic, TypeVar

from netmon.api.wording import count
from netmon.config.load import Configuration
from topology.model import DeviceId, LinkId, SiteId

IdT = TypeVar("IdT")


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(Generic[IdT]):
    """The ids that are new, gone, or described in another way than before."""

    added: tuple[IdT, ...] = ()
    removed: tuple[IdT, ...] = ()
    changed: tuple[IdT, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What is different between two configurations."""

    sites: Difference[SiteId] = field(default_factory=Difference)
    devices: Difference[DeviceId] = field(default_factory=Difference)
    links: Difference[LinkId] = field(default_factory=Difference)
    plans: bool = False  # emissions, maintenance, duty
    settings: bool = False  # any of them, the collector's site included

    def __bool__(self) -> bool:
        return bool(self.sites or self.devices or self.links or self.plans or self.settings)

    @property
    def words(self) -> str:
        """One line for the log."""
        parts = [
            f"{count(len(ids), what)} {verb}"
            for what, difference in (
                ("site", self.sites),
                ("device", self.devices),
                ("link", self.links),
            )
            for verb, ids in (
                ("added", difference.added),
                ("removed", difference.removed),
                ("changed", difference.changed),
            )
            if ids
        ]
        if self.plans:
            parts.append("plans changed")
        if self.settings:
            parts.append("settings changed")
        return ", ".join(parts) or "nothing changed"


def refusal(old: Configuration, new: Configuration) -> str:
    """Return in words why files without a mistake may still not be taken while netmon runs.

    Both mean far more often that the wrong file was written than that a network is given up.
    """
    if old.network.devices and not new.network.devices:
        devices = count(len(old.network.devices), "device")
        return (
            f"the files name no device any more, and {devices} would be dropped;"
            " stop netmon if nothing is to be watched"
        )
    site = old.collector_site
    if site is not None and site not in new.network.sites:
        return (
            f"the files have no site {site} any more, where netmon stands; keep it,"
            " or restart netmon with another settings.collector_site"
        )
    return ""


def diff(old: Configuration, new: Configuration) -> Changes:
    """Compare two configurations; a device has changed if anything about asking it has."""
    return Changes(
        sites=_difference(old.network.sites, new.network.sites),
        devices=_difference(_devices(old), _devices(new)),
        links=_difference(old.network.links, new.network.links),
        plans=old.plans != new.plans,
        settings=(old.settings, old.collector_site) != (new.settings, new.collector_site),
    )


def _devices(configuration: Configuration) -> dict[DeviceId, object]:
    network = configuration.network
    return {
        device: (
            described,
            configuration.targets[device],
            tuple(network.interfaces[each] for each in network.interfaces_of(device)),
        )
        for device, described in network.devices.items()
    }


def _difference(old: Mapping[IdT, object], new: Mapping[IdT, object]) -> Difference[IdT]:
    return Difference(
        added=tuple(each for each in new if each not in old),
        removed=tuple(each for each in old if each not in new),
        changed=tuple(each for each in new if each in old and old[each] != new[each]),
    )
