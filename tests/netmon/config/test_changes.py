"""What a reload would change."""

from pathlib import Path

from netmon.config.changes import diff
from netmon.config.load import Configuration
from tests.netmon.config.writing import NETWORK, read


def loaded(directory: Path, old: str = "", new: str = "") -> Configuration:
    return read(directory, NETWORK.replace(old, new) if old else NETWORK)


def test_the_same_files_change_nothing(tmp_path: Path) -> None:
    changes = diff(loaded(tmp_path), loaded(tmp_path))
    assert not changes
    assert changes.words == "nothing changed"


def test_what_is_new_and_gone_is_told(tmp_path: Path) -> None:
    old, new = loaded(tmp_path), loaded(tmp_path, "narva", "viljandi")
    changes = diff(old, new)
    assert changes.devices.added == ("viljandi-r1",)
    assert changes.devices.removed == ("narva-r1",)
    assert changes.sites.added == ("viljandi",)
    assert changes.links.removed == ("narva-tartu",)
    assert "1 device removed" in changes.words


def test_a_device_has_changed_if_asking_it_has(tmp_path: Path) -> None:
    changes = diff(loaded(tmp_path), loaded(tmp_path, "10s", "20s"))
    assert changes.devices.changed == ("narva-r1", "tartu-r1")
    assert not changes.sites
    assert not changes.links


def test_a_rotated_secret_changes_its_devices(tmp_path: Path) -> None:
    old = loaded(tmp_path)
    secret = tmp_path / "backbone.secret"
    secret.chmod(0o600)
    secret.write_text("another-one")
    assert diff(old, loaded(tmp_path)).devices.changed == ("narva-r1", "tartu-r1")


def test_a_link_that_is_described_anew_has_changed(tmp_path: Path) -> None:
    changes = diff(loaded(tmp_path), loaded(tmp_path, "medium: fibre", "medium: copper"))
    assert changes.links.changed == ("narva-tartu",)
    assert not changes.devices


def test_settings_are_told_too(tmp_path: Path) -> None:
    changes = diff(
        loaded(tmp_path), loaded(tmp_path, "sites:", "settings: {collector_site: narva}\nsites:")
    )
    assert changes.settings
    assert changes.words == "settings changed"
