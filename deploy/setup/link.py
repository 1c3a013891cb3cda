"""Let the virtual environment find this source tree, and give it the command ``kexin``.

What an editable install does, without fetching a build tool: a path file and a start script.
"""

from __future__ import annotations

import sys
import sysconfig
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SCRIPT = """#!/bin/sh
exec "{python}" -m kexin.project.cli "$@"
"""


def main() -> None:
    """Write both files into the environment of the running Python."""
    packages = Path(sysconfig.get_path("purelib"))
    (packages / "kexin.pth").write_text(f"{ROOT}\n", encoding="utf-8")
    script = Path(sysconfig.get_path("scripts")) / "kexin"
    script.write_text(SCRIPT.format(python=sys.executable), encoding="utf-8")
    script.chmod(0o755)


if __name__ == "__main__":
    main()
