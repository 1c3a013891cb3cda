"""One LMDB file used by many processes and threads at once: opened per process, growing when full.

LMDB forbids a forked child to use or even close what its parent opened, and py-lmdb forbids it to open the
same file beside it. So every environment is closed before a fork; parent and child open it again on need.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar
from weakref import WeakSet

import lmdb

T = TypeVar("T")
FIRST_MAP_SIZE: Final = 256 * 2**20  # address space, not disk: the file grows only by what is written


class LmdbFile:
    """A directory with an LMDB environment. A commit is on the disk when it returns."""

    def __init__(self, directory: Path, *, first_map_size: int = FIRST_MAP_SIZE) -> None:
        self.directory = directory
        self._first_map_size = first_map_size
        self._env: lmdb.Environment | None = None
        self._gate = threading.Condition()
        self._inside = 0
        _files.add(self)

    def _before_fork(self) -> None:
        """Close, and let no thread in until the fork has happened."""
        self._gate.acquire()
        self._close()

    def _after_fork(self, in_child: bool) -> None:
        if in_child:  # the lock belongs to a thread of the parent
            self._gate = threading.Condition()
        else:
            self._gate.release()

    def _open(self) -> lmdb.Environment:
        """The environment of this process; the gate is held."""
        if self._env is None:
            self.directory.mkdir(parents=True, exist_ok=True, mode=0o700)
            file = self.directory / "data.mdb"
            used = file.stat().st_size if file.exists() else 0
            self._env = lmdb.open(
                str(self.directory),
                map_size=max(self._first_map_size, 2 * used),
                mode=0o600,
                max_readers=1024,
                readahead=False,
            )
            self._env.reader_check()  # give back the reader slots of processes that were killed
        return self._env

    @contextmanager
    def _within(self) -> Iterator[lmdb.Environment]:
        """Hold the map still: it may change or be closed only while no thread of this process is inside."""
        with self._gate:
            env = self._open()
            self._inside += 1
        try:
            yield env
        finally:
            with self._gate:
                self._inside -= 1
                self._gate.notify_all()

    def _resize(self, new_size: Callable[[int], int]) -> None:
        with self._gate:
            while self._inside:
                self._gate.wait()
            if self._env is not None:
                self._env.set_mapsize(new_size(self._env.info()["map_size"]))

    def run(self, body: Callable[[lmdb.Transaction], T], *, write: bool = False) -> T:
        """Run *body* in one transaction; again with a larger map if it was full or has grown elsewhere."""
        while True:
            try:
                with self._within() as env, env.begin(write=write) as transaction:
                    return body(transaction)
            except lmdb.MapFullError:
                self._resize(lambda now: 2 * now)
            except lmdb.MapResizedError:
                self._resize(lambda _now: 0)  # 0: adopt the size another process gave it

    def copy(self, path: Path) -> None:
        """Write a consistent, compact snapshot into the new directory *path*, while others write."""
        path.mkdir(parents=True, mode=0o700)
        with self._within() as env:
            env.copy(str(path), compact=True)
        (path / "data.mdb").chmod(0o600)

    def close(self) -> None:
        """Let go of the file; the next use opens it again."""
        with self._gate:
            self._close()

    def _close(self) -> None:
        while self._inside:
            self._gate.wait()
        if self._env is not None:
            self._env.close()
            self._env = None


_files: WeakSet[LmdbFile] = WeakSet()
_forking: list[LmdbFile] = []


def _before_fork() -> None:
    _forking.extend(_files)
    for file in _forking:
        file._before_fork()


def _after_fork(in_child: bool) -> None:
    while _forking:
        _forking.pop()._after_fork(in_child)


os.register_at_fork(
    before=_before_fork,
    after_in_parent=lambda: _after_fork(in_child=False),
    after_in_child=lambda: _after_fork(in_child=True),
)
