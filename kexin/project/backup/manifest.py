"""What a backup says of itself: which release made it, what is in it, the SHA-256 of every file."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import os
import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from kexin.project.commands import CommandError

NAME: Final = "manifest.json"
FORMAT: Final = 1
PREFIX: Final = "kexin-"
WHOLE: Final = re.compile(rf"{PREFIX}\d{{8}}T\d{{6}}Z(-\d+)?")
DATABASE, KEYS, FILES = "database", "keys", "files"
GUARDING: Final = (
    "This directory holds the keys of all customers, wrapped by the master key. Guard it like the key store itself."
)
_CHUNK = 1024 * 1024


@dataclass
class Manifest:
    """One backup. ``files`` names each file by its path below the backup: size and SHA-256."""

    made_at: str
    kexin: str
    postgres: int
    """The server's version as a number, as in 180004."""
    migrations: list[str]
    customers: int
    audit_entries: int
    head_no: int
    head_chain: str
    """The last link of the audit's chain, hexadecimal."""
    master_key: str
    """``included``, ``wrapped`` (included, as a key service wrapped it) or ``apart``."""
    master_sha256: str
    seconds: float = 0.0
    files: dict[str, tuple[int, str]] = field(default_factory=dict)
    signature: str = ""
    """By the institution's key, base64, over the digest of everything else."""
    format: int = FORMAT
    guarding: str = GUARDING

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(size for size, _sum in self.files.values())

    def digest(self) -> str:
        """SHA-256 over everything but the signature."""
        said = {name: value for name, value in asdict(self).items() if name != "signature"}
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    def signed_text(self) -> bytes:
        """What the institution's key signs."""
        return f"kexin backup {self.format}\n{self.digest()}\n".encode()

    def write(self, directory: Path) -> None:
        """The manifest is the last file to be written: what has none is no backup."""
        text = json.dumps(asdict(self) | {"digest": self.digest()}, indent=1, ensure_ascii=False)
        path = directory / NAME
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())


def read_manifest(directory: Path) -> Manifest:
    """The manifest of a backup. CommandError where there is none, or it was changed, or is of a later format."""
    path = directory / NAME
    try:
        said: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
        digest = said.pop("digest")
        if said["format"] > FORMAT:
            raise CommandError(f"{directory} was made by a newer Kexin ({said['kexin']}): restore it with that one.")
        said["files"] = {name: (int(size), str(total)) for name, (size, total) in said["files"].items()}
        found = Manifest(**said)
    except FileNotFoundError as error:
        raise CommandError(f"{directory} is not a whole backup: it has no {NAME}.") from error
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise CommandError(f"{path} cannot be read: the backup is damaged.") from error
    if found.digest() != digest:
        raise CommandError(f"{path} was changed: the backup is damaged.")
    return found


def damages(directory: Path, manifest: Manifest) -> list[str]:
    """One sentence for every file that is missing, of another size, changed, or strange to the manifest."""
    found = []
    for name, (size, total) in sorted(manifest.files.items()):
        path = directory / name
        try:
            if path.stat().st_size != size:
                found.append(f"{name} has {path.stat().st_size:,} bytes, not {size:,}.")
            elif sha256(path) != total:
                found.append(f"{name} was changed.")
        except FileNotFoundError:
            found.append(f"{name} is missing.")
        except OSError as error:
            found.append(f"{name} cannot be read: {error.strerror}.")
    known = {*manifest.files, NAME}
    return found + [f"{name} does not belong to it." for name in sorted(every_file(directory)) if name not in known]


def every_file(directory: Path) -> Iterator[str]:
    """The paths of all files below the directory."""
    for path in directory.rglob("*"):
        if not path.is_dir():
            yield path.relative_to(directory).as_posix()


def sha256(path: Path) -> str:
    """The digest of a file, read piece by piece."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while piece := file.read(_CHUNK):
            digest.update(piece)
    return digest.hexdigest()


def whole_backups(directory: Path) -> list[Path]:
    """The whole backups in a directory, oldest first."""
    return sorted(each for each in directory.iterdir() if WHOLE.fullmatch(each.name) and (each / NAME).is_file())


def name_of(moment: dt.datetime) -> str:
    """The directory's name of a backup begun at this moment."""
    return f"{PREFIX}{moment.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}"
