"""The configuration files of the embedded PostgreSQL, written anew at each start.

An operator's own changes belong into ``ALTER SYSTEM`` (postgresql.auto.conf), which is read later and wins.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path
from typing import Literal

Profile = Literal["product", "test"]

MEGABYTE = 1024 * 1024


def configuration(profile: Profile, socket_directory: Path, data: Path) -> str:
    """The text of postgresql.conf for a profile, whose cluster lies in ``data``."""
    memory = memory_bytes() // MEGABYTE
    settings = {
        "listen_addresses": "",
        "port": "5432",  # names the socket file only: there is no TCP
        "unix_socket_directories": f'"{socket_directory}"',
        "unix_socket_permissions": "0700",
        "max_connections": "100",
        "max_locks_per_transaction": "256",  # a query over monthly partitions locks each of them
        "shared_buffers": f"{max(64, min(memory // 4, 2048))}MB",
        "effective_cache_size": f"{max(128, memory // 2)}MB",
        "work_mem": "16MB",
        "maintenance_work_mem": "256MB",
        "max_wal_size": f"{_log_room(data)}MB",
        "checkpoint_timeout": "15min",
        "random_page_cost": "1.1",
        "jit": "off",
        "dynamic_shared_memory_type": "posix" if _shared_memory_is_roomy() else "mmap",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_line_prefix": "%m [%p] %q%a ",
        "log_statement": "none",  # statements carry personal data
        "log_min_error_statement": "panic",
        "log_error_verbosity": "terse",  # DETAIL lines quote key values
        "log_parameter_max_length": "0",
        "log_parameter_max_length_on_error": "0",
    }
    if profile == "test":
        settings |= {
            "shared_buffers": "256MB",
            "lock_timeout": "60s",  # a session left behind by a failing test fails the next one, and no run hangs
            "fsync": "off",
            "full_page_writes": "off",
            "synchronous_commit": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
        }
    lines = [f"{name} = {_quoted(value)}" for name, value in settings.items()]
    return "\n".join(["# Written by Kexin at each start; your own changes: ALTER SYSTEM SET …", *lines, ""])


def host_based_authentication() -> str:
    """pg_hba.conf: only the Unix socket, only the people named in the map."""
    return "local all all peer map=kexin\n"


def identity_map(system_users: set[str]) -> str:
    """pg_ident.conf: these system users may be the owner role and the superuser."""
    return "".join(
        f"kexin {_quoted_name(user)} {role}\n" for user in sorted(system_users) for role in ("kexin", "postgres")
    )


def memory_bytes() -> int:
    """Memory this process may use: the machine's, or less where a container (cgroup) sets a limit."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes")):
        try:
            memory = min(memory, int(limit.read_text()))
        except (OSError, ValueError):  # no such cgroup, or the word "max"
            continue
    return memory


def _log_room(folder: Path) -> int:
    """MB of write-ahead log between two checkpoints: a twentieth of the disk, 1 to 12 GB.

    After each checkpoint every page goes into the log whole once more; with room, large loads log a third less.
    """
    return min(max(shutil.disk_usage(folder).total // MEGABYTE // 20, 1024), 12 * 1024)


def _shared_memory_is_roomy() -> bool:
    """Containers often give /dev/shm 64 MB: too little for parallel hash joins."""
    try:
        room = os.statvfs("/dev/shm")  # noqa: S108  only looked at
    except OSError:
        return True  # macOS: POSIX shared memory is no file system
    return room.f_frsize * room.f_blocks >= 256 * MEGABYTE


def _quoted(value: str) -> str:
    return "'" + value.replace("\\", "\\\\").replace("'", "''") + "'"


def _quoted_name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
