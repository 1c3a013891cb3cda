"""Where files of scheduled reports lie: encrypted, each under a key of its own that only its row has."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from kexin.core.crypto import Undecipherable, key_ring
from kexin.core.errors import RuleViolation
from kexin.core.rekeying import SecretColumn, register_places
from kexin.core.sealedfile import SealedWriter, new_key, plain_pieces

KEY_CONTEXT: Final = b"desk_reportfile.sealed_key"
_CONTENT: Final = b"desk_reportfile.content:"
ORPHAN_SECONDS: Final = 24 * 3600


def folder() -> Path:
    """Nobody but this account looks in."""
    found = Path(settings.KEXIN_FILES_DIR) / "reports"
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found


def store(pieces: Iterable[bytes]) -> tuple[str, bytes]:
    """Encrypt a file; its name and its key, the key encrypted for the row. The file is whole before its row is."""
    name, key = uuid.uuid4().hex, new_key()
    sealed = SealedWriter(folder() / name, key, _CONTENT + name.encode())
    try:
        for piece in pieces:
            sealed.write(piece)
        sealed.finish()
    except BaseException:
        sealed.discard()
        raise
    return name, key_ring().encrypt("secrets", key, KEY_CONTEXT)


def read(name: str, sealed_key: bytes) -> Iterator[bytes]:
    """The plaintext in pieces. Raises RuleViolation where the file is gone or was changed."""
    try:
        key = key_ring().decrypt("secrets", sealed_key, KEY_CONTEXT)
        file = (folder() / name).open("rb")
    except (FileNotFoundError, Undecipherable) as error:
        raise RuleViolation(_("This file cannot be opened any more.")) from error
    return plain_pieces(file, key, _CONTENT + name.encode())


def remove(names: Iterable[str]) -> None:
    """Take files away."""
    for name in names:
        (folder() / name).unlink(missing_ok=True)


def orphans(known: Callable[[list[str]], set[str]]) -> list[str]:
    """Files of yesterday or before that no row names: what a broken transaction left."""
    before = time.time() - ORPHAN_SECONDS
    old = [path.name for path in folder().iterdir() if path.stat().st_mtime < before]
    kept = known(old)
    return [name for name in old if name not in kept]


def register() -> None:
    """Called once, when the floor is ready: the files' keys are written anew while the ``secrets`` key changes."""
    from kexin.desk.models import ReportFile

    register_places("secrets", lambda: (SecretColumn(ReportFile, "sealed_key", KEY_CONTEXT),))
