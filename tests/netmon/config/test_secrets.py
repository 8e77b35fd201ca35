"""Where secrets may be kept, and that they are never shown."""

import os
from pathlib import Path

import pytest

from collectors.target import Community
from tests.netmon.config.writing import NETWORK, SECRET, read, the_problem, write
from topology.model import DeviceId

FROM_FILE = "backbone: {community_file: backbone.secret}"


def secret_of(directory: Path, source: str, environ: dict[str, str]) -> bytes:
    configuration = read(directory, NETWORK.replace(FROM_FILE, source), environ=environ)
    target = configuration.targets[DeviceId("narva-r1")]
    assert target.snmp is not None
    assert isinstance(target.snmp.credential, Community)
    return target.snmp.credential.secret


def test_a_secret_comes_from_a_file_beside_the_configuration(tmp_path: Path) -> None:
    assert secret_of(tmp_path, FROM_FILE, {}) == SECRET.encode()


def test_a_secret_comes_from_a_systemd_credential(tmp_path: Path) -> None:
    granted = tmp_path / "granted"
    granted.mkdir()
    (granted / "snmp").write_text("s3-from-systemd")
    (granted / "snmp").chmod(0o440)  # as systemd shows its ACL
    environ = {"CREDENTIALS_DIRECTORY": str(granted)}
    assert secret_of(tmp_path, "backbone: {systemd: snmp}", environ) == b"s3-from-systemd"


def test_a_secret_in_the_environment_is_taken_with_a_warning(tmp_path: Path) -> None:
    text = NETWORK.replace(FROM_FILE, "backbone: {community_env: NETMON_X}")
    configuration = read(tmp_path, text, environ={"NETMON_X": "from-env-99"})
    (warning,) = configuration.warnings
    assert "NETMON_X is in the environment" in warning.message
    assert "from-env-99" not in str(warning)


@pytest.mark.parametrize("mode", [0o644, 0o440, 0o604, 0o666, 0o700], ids=oct)
def test_a_secret_others_may_read_is_refused(tmp_path: Path, mode: int) -> None:
    write(tmp_path, NETWORK)
    (tmp_path / "backbone.secret").chmod(mode)
    found = the_problem(tmp_path, NETWORK)
    assert found.where == "credentials.backbone"
    assert f"mode {mode:04o}" in found.message
    assert "chmod 0400" in found.message


def test_a_secret_netmon_may_write_is_taken(tmp_path: Path) -> None:
    write(tmp_path, NETWORK)
    (tmp_path / "backbone.secret").chmod(0o600)
    assert secret_of(tmp_path, FROM_FILE, {}) == SECRET.encode()


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "empty"),
        (b"\n", "empty"),
        (b"a\nb\n", "second line"),
        (b"x" * 300, "longer than 255"),
        (b"a\x00b", "control"),
    ],
    ids=["empty", "newline", "two lines", "long", "nul"],
)
def test_what_is_no_community_is_refused(tmp_path: Path, content: bytes, words: str) -> None:
    secret = tmp_path / "backbone.secret"
    secret.write_bytes(content)
    secret.chmod(0o400)
    assert words in the_problem(tmp_path, NETWORK).message


def test_a_pipe_in_place_of_a_secret_never_blocks(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "backbone.secret", 0o400)
    assert "not a regular file" in the_problem(tmp_path, NETWORK).message


@pytest.mark.parametrize(
    ("source", "words"),
    [
        ("backbone: {community_file: missing}", "No such file"),
        ("backbone: {community_env: NETMON_NOWHERE}", "NETMON_NOWHERE is not set"),
        ("backbone: {systemd: snmp}", "LoadCredential=snmp"),
        ("backbone: {systemd: ../../etc/passwd}", "must begin with"),
        ("backbone: {systemd: a/../b}", "not a path"),
        ("backbone: {}", "exactly one"),
        ("backbone: {systemd: a, community_env: B}", "exactly one"),
        ("backbone: {comunity_file: x}", "did you mean 'community_file'?"),
    ],
)
def test_a_secret_that_cannot_be_had_is_told(tmp_path: Path, source: str, words: str) -> None:
    found = the_problem(tmp_path, NETWORK.replace(FROM_FILE, source))
    assert found.where == "credentials.backbone"
    assert words in found.message


@pytest.mark.parametrize(
    "source",
    [
        f"backbone: {SECRET}",
        f"backbone: {{community: {SECRET}}}",
        f"backbone: {{password: {SECRET}}}",
        f"backbone: [{SECRET}]",
    ],
)
def test_a_secret_in_the_file_is_refused_and_not_repeated(tmp_path: Path, source: str) -> None:
    found = the_problem(tmp_path, NETWORK.replace(FROM_FILE, source))
    assert "secrets are never written here" in found.message


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("10.0.0.1,", f"10.0.0.1, community: {SECRET},"),
        ("10.0.0.1, credentials: backbone", f"10.0.0.1, credentials: {SECRET}"),
        (FROM_FILE, f"{FROM_FILE}\n  other: {{community_env: {SECRET}}}"),
        (FROM_FILE, f"{FROM_FILE}\n  other: {{{SECRET}}}"),
        (FROM_FILE, f"{FROM_FILE}\n  other: {{systemd: '{SECRET} x'}}"),
    ],
    ids=["a device's key", "instead of a name", "for a variable", "as a key", "for a credential"],
)
def test_a_secret_in_the_wrong_place_is_not_repeated(tmp_path: Path, old: str, new: str) -> None:
    the_problem(tmp_path, NETWORK.replace(old, new, 1))  # it looks for the secret in the text


def test_a_secret_is_in_no_repr(tmp_path: Path) -> None:
    assert SECRET not in repr(read(tmp_path, NETWORK))


def test_one_secret_for_two_names_and_a_factory_default_are_warnings(tmp_path: Path) -> None:
    text = NETWORK.replace(FROM_FILE, f"{FROM_FILE}\n  other: {{community_file: backbone.secret}}")
    (tmp_path / "backbone.secret").write_text("public")
    (tmp_path / "backbone.secret").chmod(0o400)
    words = " ".join(str(each) for each in read(tmp_path, text).warnings)
    assert "same secret as that of backbone" in words
    assert "factory default" in words
    assert "public" not in words
