"""Every icon that a template or a registration names exists in the set we ship."""

from __future__ import annotations

import re
from pathlib import Path

from kexin.core.ui.icons import draw, icon_folder

KEXIN = Path(__file__).resolve().parents[2] / "kexin"
IN_TEMPLATES = re.compile(r"{%\s*icon\s+\"([^\"]+)\"")
IN_PYTHON = re.compile(
    r"\bicon=\"([a-z0-9-]+)\"|register_menu\(\s*\"[^\"]*\",\s*_\([^)]*\),\s*\"[^\"]*\",\s*\"([^\"]+)\""
)


def test_every_named_icon_is_there() -> None:
    named: dict[str, Path] = {}
    for path in KEXIN.rglob("*.html"):
        named |= dict.fromkeys(IN_TEMPLATES.findall(path.read_text(encoding="utf-8")), path)
    for path in KEXIN.rglob("*.py"):
        for pair in IN_PYTHON.findall(path.read_text(encoding="utf-8")):
            named[pair[0] or pair[1]] = path
    assert len(named) > 30
    missing = {name: path.name for name, path in named.items() if not (icon_folder() / f"{name}.svg").exists()}
    assert not missing
    assert draw("users").count("<path") >= 2
