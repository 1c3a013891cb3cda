"""Print the path of a Chromium that starts; get one if there is none; else fail and say so.

Under root with apt-get: the distribution's package with a Chinese font. Otherwise: Playwright's own.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from kexin.project.chromium import find_chromium


def main() -> int:
    """Path on standard output, everything else on standard error."""
    if os.environ.get("CHROMIUM") and find_chromium() is None:
        print(f"CHROMIUM is {os.environ['CHROMIUM']}, which is not a program.", file=sys.stderr)
        return 1
    for get in (_nothing, _from_the_distribution, _from_playwright):
        get()
        found = find_chromium()
        if found is not None and (version := _version(found)):
            print(f"Browser tests run in {version}", file=sys.stderr)
            print(found)
            return 0
    print(
        "The browser tests need a Chromium and none could be got: install the package chromium, "
        "or set CHROMIUM to a program, or run make check to leave these tests out.",
        file=sys.stderr,
    )
    return 1


def _nothing() -> None:
    """There may be one already."""


def _from_the_distribution() -> None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return
    print("Installing Chromium and a Chinese font …", file=sys.stderr)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update"], ["install", "-y", "chromium", "fonts-noto-cjk"]):
        subprocess.run(["apt-get", "-qq", *step], stdout=sys.stderr, env=environment, check=False)


def _from_playwright() -> None:
    print("Fetching Playwright's Chromium …", file=sys.stderr)
    extra = ["--with-deps"] if os.geteuid() == 0 else []
    command = [sys.executable, "-m", "playwright", "install", *extra, "chromium"]
    subprocess.run(command, stdout=sys.stderr, check=False)


def _version(program: Path) -> str:
    """What it calls itself; empty if it does not start (a missing library, another machine's program)."""
    try:
        said = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return said.stdout.strip() if said.returncode == 0 else ""


if __name__ == "__main__":
    sys.exit(main())
