"""Where this machine has a Chromium: only the tests need one."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MACOS = (
    Path("/Applications/Chromium.app/Contents/MacOS/Chromium"),
    Path("/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"),
)


def find_chromium() -> Path | None:
    """The program: $CHROMIUM, then the system's, then the one Playwright installed; None if there is none."""
    given = os.environ.get("CHROMIUM")
    if given:
        return Path(given) if os.access(given, os.X_OK) else None
    for name in NAMES:
        found = shutil.which(name)
        if found:
            return Path(found)
    candidates = [path for path in MACOS if path.exists()] + _from_playwright()
    return candidates[-1] if candidates else None


def _from_playwright() -> list[Path]:
    """Playwright's own, oldest first."""
    cache = Path.home() / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "ms-playwright"
    place = Path(os.environ.get("PLAYWRIGHT_BROWSERS_PATH") or cache)
    patterns = (
        "chromium-*/chrome-linux*/chrome",
        "chromium-*/chrome-mac*/Chromium.app/Contents/MacOS/Chromium",
    )
    return sorted((path for pattern in patterns for path in place.glob(pattern)), key=lambda path: path.stat().st_mtime)
