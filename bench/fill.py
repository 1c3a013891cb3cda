"""Fill the measured bank and stop: ``python -m bench.fill`` (SIZE, TRANSACTIONS)."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from bench.size import Size, wanted


@contextmanager
def opened_bank(size: Size) -> Iterator[None]:
    """The bank's own cluster is running, migrated and filled; Django is set up for it."""
    os.environ["KEXIN_VAR"] = str(size.folder)
    for name in ("DATABASE_URL", "KEXIN_KEYS_DIR", "KEXIN_FILES_DIR", "KEXIN_BUSINESS_DATE"):
        os.environ.pop(name, None)
    os.environ["KEXIN_DEMO"] = "0"
    from kexin.project.installation import opened

    with opened():
        from bench.bank import fill, is_filled
        from kexin.project.commands.preparation import prepare

        prepare()
        if not is_filled(size):
            fill(size, heard)
        yield


_began = time.perf_counter()


def heard(what: str, done: int, total: int) -> None:
    """One line on stderr for every step of a long fill."""
    print(f"{time.perf_counter() - _began:7.1f} s  {what} {done:,} of {total:,}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    with opened_bank(wanted()):
        pass
