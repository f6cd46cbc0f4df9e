"""The secrets of a node: files in a folder of their own, never rows of the database.

`keys/region-secret` (32 bytes) is what the nodes of a region share to name residents in the logs;
`keys/<kid>.pem` is the private half of a signing key (PKCS 8). The folder is 0700, its files 0600:
a copy of the database alone signs nothing and names nobody.
"""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from functools import lru_cache
from pathlib import Path

from django.conf import settings

from conurb.records.suites import Sign, suite_of

SECRET_LENGTH = 32


class MissingKeyError(LookupError):
    """The private half of a key is not in this node's folder of keys."""


def folder() -> Path:
    """Return the folder of this node's keys, made if need be."""
    place: Path = settings.DATA_PATH / "keys"
    if not place.is_dir():
        place.mkdir(mode=0o700, parents=True, exist_ok=True)
        place.chmod(0o700)
    return place


def region_secret() -> bytes:
    """Return the secret under which residents are named in the logs: 32 bytes, made once.

    Nodes of one region share it: copy `keys/region-secret` from the first node to the others.
    """
    return _region_secret(settings.DATA_PATH)


@lru_cache(maxsize=8)
def _region_secret(_data: Path) -> bytes:
    file = folder() / "region-secret"
    if not file.exists():
        _write_once(file, secrets.token_bytes(SECRET_LENGTH))
    secret = file.read_bytes()
    if len(secret) != SECRET_LENGTH:
        raise ValueError(f"{file} must hold {SECRET_LENGTH} bytes, not {len(secret)}.")
    return secret


def make(algorithm: str) -> bytes:
    """Return a new private key as PEM; raises UnknownSuiteError."""
    return suite_of(algorithm).generate()


def keep(kid: str, pem: bytes) -> None:
    """Keep the private half of a key; a file that is there already is left as it is."""
    _write_once(_file(kid), pem)


def holds(kid: str) -> bool:
    """Tell whether this node has the private half of a key."""
    return _file(kid).exists()


def signing(kid: str, algorithm: str) -> Sign:
    """Return the function that signs with a key of this node.

    Raises MissingKeyError where the file is not there.
    """
    return _signing(_file(kid), algorithm)


@lru_cache(maxsize=256)
def _signing(file: Path, algorithm: str) -> Sign:
    try:
        pem = file.read_bytes()
    except FileNotFoundError as missing:
        raise MissingKeyError(
            f"The private half of the key {file.stem} is missing. Put {file.name} back into "
            f"{file.parent} from the backup, or withdraw the key and make another."
        ) from missing
    return suite_of(algorithm).signing(pem)


def _file(kid: str) -> Path:
    return folder() / f"{kid}.pem"


def _write_once(file: Path, content: bytes) -> None:
    # written whole under another name first, so that nobody ever reads half a key
    draft = file.with_name(f".{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    handle = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(handle, "wb") as opened:
            opened.write(content)
            opened.flush()
            os.fsync(opened.fileno())
        # another process of this node may make it in the same moment: the first one stays
        with suppress(FileExistsError):
            os.link(draft, file)
    finally:
        draft.unlink()
