"""The files of the key ring: private, replaced as a whole, wrapped where a key service is given.

Environment: ``KEXIN_KMS_URI`` names the key service's key that wraps ``master.json``;
``KEXIN_KMS_CREDENTIALS`` its credentials file (without it the service's own defaults apply).
"""

from __future__ import annotations

import fcntl
import importlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import tink
from tink import aead, json_proto_keyset_format, secret_key_access

MASTER: Final = "master"
_KMS_CLIENTS: Final = {
    "gcp-kms://": ("tink.integration.gcpkms", "GcpKmsClient", "tink[gcpkms]"),
    "aws-kms://": ("tink.integration.awskms", "AwsKmsClient", "tink[awskms]"),
}


class KeyMissing(Exception):
    """A key file is missing, unreadable, damaged or open to others; the message is one plain sentence."""


def kms_aead(uri: str) -> aead.Aead:
    """The key service's AEAD for *uri*; a client registered with Tink wins over the built-in ones."""
    with suppress(tink.TinkError):
        return tink.kms_client_from_uri(uri).get_aead(uri)
    for prefix, (module, name, extra) in _KMS_CLIENTS.items():
        if uri.startswith(prefix):
            try:
                client = getattr(importlib.import_module(module), name)
            except ImportError as error:
                raise KeyMissing(f"KEXIN_KMS_URI needs the package {extra}; install it and start again.") from error
            try:
                return client(uri, os.environ.get("KEXIN_KMS_CREDENTIALS", "")).get_aead(uri)
            except Exception as error:  # each service's client raises its own kinds
                raise KeyMissing(f"The key service at {uri} cannot be reached: {error}.") from error
    raise KeyMissing(f"No key service client knows the address {uri}; check KEXIN_KMS_URI.")


def bound_to(purpose: str) -> bytes:
    return f"kexin key ring: {purpose}".encode()


def read_private(path: Path) -> str:
    """The text of a key file that belongs to its owner alone."""
    try:
        with path.open(encoding="ascii") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read()
    except FileNotFoundError as error:
        raise KeyMissing(f"The key file {path} is missing; restore it from your key backup.") from error
    except (OSError, ValueError) as error:
        raise KeyMissing(f"The key file {path} cannot be read: {error}.") from error
    if mode & 0o077:
        raise KeyMissing(f"The key file {path} is open to other users; run chmod 600 on it.")
    return text


def read_master(directory: Path) -> tink.KeysetHandle:
    path = directory / "master.json"
    text = read_private(path)
    uri = os.environ.get("KEXIN_KMS_URI", "")
    wrapped = '"encryptedKeyset"' in text
    if wrapped and not uri:
        raise KeyMissing(f"{path} is wrapped by a key service; set KEXIN_KMS_URI.")
    if uri and not wrapped:
        raise KeyMissing(f"{path} was made without a key service; unset KEXIN_KMS_URI.")
    service = kms_aead(uri) if uri else None
    try:
        if service is not None:
            return json_proto_keyset_format.parse_encrypted(text, service, bound_to(MASTER))
        return json_proto_keyset_format.parse(text, secret_key_access.TOKEN)
    except tink.TinkError as error:
        reason = f"the key service {uri} cannot unwrap it" if uri else "it is not a Tink keyset"
        raise KeyMissing(f"{path} cannot be used: {reason}.") from error


def write_master(directory: Path, handle: tink.KeysetHandle) -> None:
    uri = os.environ.get("KEXIN_KMS_URI", "")
    if uri:
        text = json_proto_keyset_format.serialize_encrypted(handle, kms_aead(uri), bound_to(MASTER))
    else:
        text = json_proto_keyset_format.serialize(handle, secret_key_access.TOKEN)
    _write_private(directory / "master.json", text)


def write_ring(directory: Path, handles: Mapping[str, tink.KeysetHandle]) -> None:
    wrapping = handles[MASTER].primitive(aead.Aead)
    wrapped = {
        purpose: json.loads(json_proto_keyset_format.serialize_encrypted(handles[purpose], wrapping, bound_to(purpose)))
        for purpose in handles
        if purpose != MASTER
    }
    _write_private(directory / "keyring.json", json.dumps(wrapped, indent=1))


def _write_private(path: Path, text: str) -> None:
    """Replace a file as a whole: written beside it, synced, renamed, and the directory synced."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    with suppress(FileNotFoundError):
        beside.unlink()
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="ascii") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.rename(path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def locked(directory: Path) -> Iterator[None]:
    """One process at a time changes the ring."""
    descriptor = os.open(directory / ".lock", os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)
