"""Secrets: communities from files, systemd credentials or the environment, never from YAML.

A secret lives in `Community.secret` alone, which no repr shows; messages name the source only.
"""

import os
import stat
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from collectors.target import Community
from netmon.config.models import CredentialEntry

SECRET_OCTETS: Final = 255  # what an agent accepts (SNMP-COMMUNITY-MIB, RFC 3584)
FACTORY: Final = frozenset({b"public", b"private", b"admin", b"snmp", b"cisco", b"default"})
DIRECTORY: Final = "CREDENTIALS_DIRECTORY"  # systemd.exec(5), LoadCredential=


class SecretError(Exception):
    """A secret cannot be had; the text says why and what would be right, never the secret."""


def community(
    name: str,
    entry: CredentialEntry,
    *,
    beside: Path,
    environ: Mapping[str, str],
    warn: Callable[[str], None],
) -> Community:
    """Fetch one credential's secret; files are relative to the directory `beside`."""
    if entry.community_env is not None:
        value = environ.get(entry.community_env)
        if value is None:
            raise SecretError(f"the environment variable {entry.community_env} is not set")
        warn(
            f"{entry.community_env} is in the environment, which child processes and /proc show;"
            " prefer systemd or community_file"
        )
        secret = os.fsencode(value) if "\0" not in value else b""
    elif entry.systemd is not None:
        directory = environ.get(DIRECTORY)
        if not directory:
            raise SecretError(
                f"${DIRECTORY} is not set; start netmon as a systemd service with"
                f" LoadCredential={entry.systemd}:/path, or use community_file"
            )
        secret = _read(Path(directory) / entry.systemd, forbidden=stat.S_IRWXO, right="0400")
    else:
        file = beside / Path(entry.community_file or "")
        forbidden = stat.S_IRWXO | stat.S_IRWXG | stat.S_IXUSR
        # In its credentials directory systemd grants by ACL, which shows as group bits.
        if environ.get(DIRECTORY) and file.parent == Path(environ[DIRECTORY]):
            forbidden = stat.S_IRWXO
        secret = _read(file, forbidden=forbidden, right="0400")
    return Community(name=name, secret=_checked(secret, warn))


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


def _checked(secret: bytes, warn: Callable[[str], None]) -> bytes:
    secret = secret.removesuffix(b"\n").removesuffix(b"\r")
    if not secret:
        raise SecretError("the secret is empty")
    if len(secret) > SECRET_OCTETS:
        raise SecretError(f"the secret is longer than {SECRET_OCTETS} octets")
    if any(octet < 0x20 or octet == 0x7F for octet in secret):
        raise SecretError("the secret holds a control character or a second line")
    if secret.lower() in FACTORY:
        warn("this community is a factory default that everyone knows; change it on the devices")
    return secret
