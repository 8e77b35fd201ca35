"""SNMPv3 users and v1 communities in the inventory: what is due, refused, and warned of."""

from pathlib import Path

import pytest

from collectors.target import (
    AuthProtocol,
    Community,
    PrivacyProtocol,
    SecurityLevel,
    SnmpTarget,
    UsmUser,
    Version,
)
from netmon.config.load import Configuration
from tests.netmon.config.writing import NETWORK, read, the_problem
from topology.model import DeviceId

FROM_FILE = "backbone: {community_file: backbone.secret}"
AUTH, PRIVACY = "auth-Zt7-canary", "privacy-Zt7-canary"
FULL = "user: netmon, auth: sha256, auth_key_file: auth, privacy: aes128, privacy_key_file: privacy"


def with_secrets(directory: Path) -> None:
    for name, secret in (("auth", AUTH), ("privacy", PRIVACY), ("short", "seven77")):
        file = directory / name
        if not file.exists():
            file.write_text(secret + "\n")
            file.chmod(0o400)


def network(entry: str) -> str:
    return NETWORK.replace(FROM_FILE, f"backbone: {{{entry}}}")


def configuration(directory: Path, text: str, **environ: str) -> Configuration:
    with_secrets(directory)
    return read(directory, text, environ=environ)


def target(found: Configuration, device: str = "narva-r1") -> SnmpTarget:
    snmp = found.targets[DeviceId(device)].snmp
    assert snmp is not None
    return snmp


def test_user_with_both_keys_is_read(tmp_path: Path) -> None:
    found = configuration(tmp_path, network(FULL))
    assert target(found).credential == UsmUser(
        name="backbone",
        user=b"netmon",
        level=SecurityLevel.AUTH_PRIV,
        auth=AuthProtocol.SHA256,
        auth_secret=AUTH.encode(),
        privacy=PrivacyProtocol.AES128,
        privacy_secret=PRIVACY.encode(),
    )
    assert not found.warnings
    assert "canary" not in repr(found)


def test_keys_come_from_systemd_and_with_a_warning_from_the_environment(tmp_path: Path) -> None:
    entry = (
        "user: netmon, auth: sha512, auth_key_env: NETMON_AUTH,"
        " privacy: aes256c, privacy_key_systemd: priv"
    )
    (tmp_path / "priv").write_text("from systemd")
    (tmp_path / "priv").chmod(0o400)
    found = configuration(
        tmp_path, network(entry), NETMON_AUTH="from env", CREDENTIALS_DIRECTORY=str(tmp_path)
    )
    credential = target(found).credential
    assert isinstance(credential, UsmUser)
    assert (credential.auth_secret, credential.privacy_secret) == (b"from env", b"from systemd")
    (warning,) = found.warnings
    assert "NETMON_AUTH is in the environment" in warning.message


def test_community_of_version_1_is_read(tmp_path: Path) -> None:
    found = configuration(tmp_path, network("community_file: backbone.secret, version: v1"))
    credential = target(found).credential
    assert isinstance(credential, Community)
    assert credential.version is Version.V1


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        ("user: netmon", "level authPriv needs auth, such as auth: sha256"),
        ("user: netmon, auth: sha256, auth_key_file: auth", "authPriv needs privacy"),
        ("user: netmon, auth: sha256, privacy: aes128", "exactly one of auth_key_file"),
        (f"{FULL}, auth_key_env: X", "exactly one of auth_key_file, auth_key_env and"),
        (f"{FULL}, level: authNoPriv", "has no privacy: remove privacy, or raise the level"),
        (f"{FULL}, level: noAuthNoPriv", "has no auth: remove auth"),
        (
            "user: n, level: authNoPriv, auth: sha, auth_key_file: auth, privacy_key_file: privacy",
            "has no privacy: remove privacy_key_file",
        ),
        (f"{FULL}, level: none", "must be one of noAuthNoPriv, authNoPriv, authPriv"),
        (FULL.replace("sha256", "sha-256"), "must be one of md5, sha, sha224, sha256"),
        (FULL.replace("aes128", "aes"), "must be one of des, aes128, aes192, aes256, aes192c"),
        (FULL.replace("user: netmon, ", ""), "is missing"),
        (FULL.replace("user: netmon", "user: " + "x" * 33), "at most 32"),
        (FULL.replace("auth_key_file: auth", "auth_key_file: short"), "shorter than 8 octets"),
        (FULL.replace("privacy_key_file: privacy", "privacy_key_file: short"), "the privacy pass"),
        (FULL.replace("auth_key_file: auth", "auth_key_file: none"), "No such file"),
        (FULL.replace("auth_key_file: auth", "auth_key: canary1"), "never written here"),
        (FULL.replace("privacy_key_file", "privacy_key_fil"), "did you mean"),
        (f"{FULL}, community_file: backbone.secret", "unknown key"),
        ("community_file: backbone.secret, version: v3", "must be one of v1, v2c"),
    ],
)
def test_what_is_wrong_with_a_credential_is_told(tmp_path: Path, entry: str, words: str) -> None:
    with_secrets(tmp_path)
    found = the_problem(tmp_path, network(entry))
    assert found.where == "credentials.backbone"
    assert words in found.message
    assert "canary" not in found.message


@pytest.mark.parametrize(
    ("entry", "words"),
    [
        (FULL.replace("sha256", "md5"), "the digest md5 is weak today"),
        (FULL.replace("sha256", "sha"), "the digest sha is weak today"),
        (FULL.replace("aes128", "des"), "des is broken today"),
        ("user: n, level: noAuthNoPriv", "noAuthNoPriv protects nothing"),
        ("user: n, level: authNoPriv, auth: sha256, auth_key_file: auth", "hides nothing"),
        (FULL.replace("privacy_key_file: privacy", "privacy_key_file: auth"), "one leak opens"),
    ],
)
def test_weak_protection_is_taken_with_a_warning(tmp_path: Path, entry: str, words: str) -> None:
    (warning,) = configuration(tmp_path, network(entry)).warnings
    assert warning.where == "credentials.backbone"
    assert words in warning.message


def test_context_of_the_credentials_holds_unless_a_device_has_its_own(tmp_path: Path) -> None:
    text = network(f"{FULL}, context: radio").replace(
        "address: 10.0.0.2,", "address: 10.0.0.2, snmp: {context: modem},"
    )
    found = configuration(tmp_path, text)
    assert target(found).context == "radio"
    assert target(found, "tartu-r1").context == "modem"


def test_two_contexts_of_one_agent_are_two_devices(tmp_path: Path) -> None:
    text = network(FULL).replace("address: 10.0.0.2,", "address: 10.0.0.1, snmp: {context: modem},")
    found = configuration(tmp_path, text)
    assert target(found, "tartu-r1").address == target(found).address


def test_context_without_snmpv3_is_refused(tmp_path: Path) -> None:
    text = NETWORK.replace("address: 10.0.0.2,", "address: 10.0.0.2, snmp: {context: modem},")
    found = the_problem(tmp_path, text)
    assert found.where == "devices[1].snmp.context"
    assert "belongs to SNMPv3" in found.message


def test_class_gives_its_devices_a_gap_between_requests(tmp_path: Path) -> None:
    text = NETWORK.replace("backbone: 10s", "backbone: {every: 10s, gap: 50ms}").replace(
        "address: 10.0.0.2,", "address: 10.0.0.2, snmp: {gap: 200ms},"
    )
    found = configuration(tmp_path, text)
    assert found.targets[DeviceId("narva-r1")].interval_seconds == 10
    assert target(found).gap_seconds == 0.05
    assert target(found, "tartu-r1").gap_seconds == 0.2


@pytest.mark.parametrize(
    ("value", "where", "words"),
    [
        ("{gap: 50ms}", "intervals.backbone.every", "is missing"),
        ("{every: 10s, gap: no}", "intervals.backbone.gap", "such as"),
        ("{every: 10s, pause: 1s}", "intervals.backbone.pause", "unknown key"),
    ],
)
def test_class_that_is_wrong_is_told(tmp_path: Path, value: str, where: str, words: str) -> None:
    found = the_problem(tmp_path, NETWORK.replace("backbone: 10s", f"backbone: {value}"))
    assert found.where == where
    assert words in found.message
