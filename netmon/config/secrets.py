"""Secrets: communities and pass phrases from files, systemd or the environment, never from YAML.

A secret lives in a `Community` or a `UsmUser` alone, whose repr does not show it; messages name the
source only.
"""

import os
import stat
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from collectors.target import (
    AuthProtocol,
    Community,
    Credential,
    PrivacyProtocol,
    SecurityLevel,
    UsmUser,
)
from netmon.config.models import CommunityEntry, UsmEntry

SECRET_OCTETS: Final = 255  # what an agent accepts (SNMP-COMMUNITY-MIB, RFC 3584)
PASSPHRASE_OCTETS: Final = 8  # RFC 3414 §11.2
WEAK_DIGESTS: Final = frozenset({AuthProtocol.MD5, AuthProtocol.SHA})
FACTORY: Final = frozenset({b"public", b"private", b"admin", b"snmp", b"cisco", b"default"})
DIRECTORY: Final = "CREDENTIALS_DIRECTORY"  # systemd.exec(5), LoadCredential=


class SecretError(Exception):
    """A secret cannot be had; the text says why and what would be right, never the secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Vault:
    """Where secrets may come from; files are relative to the directory `beside`."""

    beside: Path
    environ: Mapping[str, str]
    warn: Callable[[str], None]

    def fetch(self, file: str | None, variable: str | None, credential: str | None) -> bytes:
        """Return the secret from the one of the three sources that is given."""
        if variable is not None:
            return self._from_environment(variable)
        if credential is not None:
            directory = self.environ.get(DIRECTORY)
            if not directory:
                raise SecretError(
                    f"${DIRECTORY} is not set; start netmon as a systemd service with"
                    f" LoadCredential={credential}:/path, or keep the secret in a file"
                )
            path = Path(directory) / credential
            return _checked(_read(path, forbidden=stat.S_IRWXO, right="0400"))
        path = self.beside / Path(file or "")
        forbidden = stat.S_IRWXO | stat.S_IRWXG | stat.S_IXUSR
        # In its credentials directory systemd grants by ACL, which shows as group bits.
        if self.environ.get(DIRECTORY) and path.parent == Path(self.environ[DIRECTORY]):
            forbidden = stat.S_IRWXO
        return _checked(_read(path, forbidden=forbidden, right="0400"))

    def _from_environment(self, variable: str) -> bytes:
        value = self.environ.get(variable)
        if value is None:
            raise SecretError(f"the environment variable {variable} is not set")
        self.warn(
            f"{variable} is in the environment, which child processes and /proc show;"
            " prefer a systemd credential or a file"
        )
        return _checked(os.fsencode(value) if "\0" not in value else b"")


def credential(name: str, entry: CommunityEntry | UsmEntry, vault: Vault) -> Credential:
    """Fetch one credential's secrets."""
    if isinstance(entry, UsmEntry):
        return _user(name, entry, vault)
    secret = vault.fetch(entry.community_file, entry.community_env, entry.systemd)
    if secret.lower() in FACTORY:
        vault.warn(
            "this community is a factory default that everyone knows; change it on the devices"
        )
    return Community(name=name, secret=secret, version=entry.version)


def _user(name: str, entry: UsmEntry, vault: Vault) -> UsmUser:
    auth = privacy = b""
    if entry.level.has_auth:
        sources = (entry.auth_key_file, entry.auth_key_env, entry.auth_key_systemd)
        auth = _passphrase(vault.fetch(*sources), "authentication")
    if entry.level.has_privacy:
        sources = (entry.privacy_key_file, entry.privacy_key_env, entry.privacy_key_systemd)
        privacy = _passphrase(vault.fetch(*sources), "privacy")
    for warning in _weaknesses(entry, is_one_phrase=bool(privacy) and auth == privacy):
        vault.warn(warning)
    return UsmUser(
        name=name,
        user=entry.user.encode(),
        level=entry.level,
        auth=entry.auth,
        auth_secret=auth,
        privacy=entry.privacy,
        privacy_secret=privacy,
        context=entry.context,
    )


def _weaknesses(entry: UsmEntry, *, is_one_phrase: bool) -> Iterator[str]:
    """Say what is accepted, but should not stay so."""
    if entry.level is SecurityLevel.NO_AUTH_NO_PRIV:
        yield "noAuthNoPriv protects nothing: anyone may read the answers, and forge them"
    elif entry.level is SecurityLevel.AUTH_NO_PRIV:
        yield "authNoPriv hides nothing: anyone on the path may read the answers"
    if entry.auth in WEAK_DIGESTS:
        yield f"the digest {entry.auth} is weak today; use sha256 where the devices know it"
    if entry.privacy is PrivacyProtocol.DES:
        yield "des is broken today; use aes128 where the devices know it"
    if is_one_phrase:
        yield "both keys are made of one pass phrase; one leak opens both"


def _passphrase(secret: bytes, what: str) -> bytes:
    if len(secret) < PASSPHRASE_OCTETS:
        raise SecretError(
            f"the {what} pass phrase is shorter than {PASSPHRASE_OCTETS} octets, which RFC 3414"
            " §11.2 forbids and devices refuse"
        )
    return secret


def _read(file: Path, *, forbidden: int, right: str) -> bytes:
    try:
        # Opened first, looked at after: nobody changes it in between, and a FIFO never blocks.
        descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC | os.O_NOCTTY)
    except (OSError, ValueError) as error:
        words = error.strerror if isinstance(error, OSError) else "not a file name"
        raise SecretError(f"the secret's file cannot be read: {words}") from None
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise SecretError("the secret's file is not a regular file")
        mode = stat.S_IMODE(status.st_mode)
        if mode & forbidden:
            raise SecretError(
                f"the secret's file has mode {mode:04o}, so others may read it; chmod {right} it"
            )
        if status.st_uid not in (0, os.geteuid()):
            raise SecretError("the secret's file belongs to another user; chown it to netmon's")
        return os.read(descriptor, SECRET_OCTETS * 4)
    except OSError as error:
        raise SecretError(f"the secret's file cannot be read: {error.strerror}") from None
    finally:
        os.close(descriptor)


def _checked(secret: bytes) -> bytes:
    secret = secret.removesuffix(b"\n").removesuffix(b"\r")
    if not secret:
        raise SecretError("the secret is empty")
    if len(secret) > SECRET_OCTETS:
        raise SecretError(f"the secret is longer than {SECRET_OCTETS} octets")
    if any(octet < 0x20 or octet == 0x7F for octet in secret):
        raise SecretError("the secret holds a control character or a second line")
    return secret
