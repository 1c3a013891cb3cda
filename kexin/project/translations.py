"""Chinese for every English source string, without GNU gettext: `python -m kexin.project.translations …`

    extract   bring every app's django.po up to date with its sources (new strings stay empty)
    compile   write the .mo files that Django reads; does nothing where they are newer than their .po
    check     fail on strings that are missing, untranslated, fuzzy, no longer used, or translated two ways

Each app keeps `locale/zh_Hans/LC_MESSAGES/django.po`; the project package's own strings live with the core.
Templates are read by Django's own `templatize`, Python by Babel's tokenizer, so what Django would look up is found;
of the rooms of the interface also docstrings and descriptions, which its document shows in the reader's language.
"""

from __future__ import annotations

import argparse
import ast
import io
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

KEXIN = Path(__file__).resolve().parents[1]
LANGUAGE = "zh_Hans"
KEYWORDS = {
    "_": None,
    "_t": None,
    "gettext": None,
    "gettext_lazy": None,
    "gettext_noop": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
SKIPPED = {"migrations", "tests", "node_modules", "locale", "static"}
_SHAPES = {"Shown", "Taken", "Paging", "Page", "BaseModel"}
_SPACE = re.compile(r"^[ \t]+", re.MULTILINE)
_HOLES = re.compile(r"%\((\w+)\)[sd]|\{(\w*)\}|(%s)")


def apps() -> list[Path]:
    """The packages that carry translations: every app of ours (the project itself borrows the core's catalogue)."""
    return sorted(path.parent for path in KEXIN.glob("*/apps.py"))


def catalogue_path(app: Path) -> Path:
    return app / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def sources(app: Path) -> Iterator[Path]:
    """The files an app's catalogue answers for."""
    folders = [app, KEXIN / "project"] if app.name == "core" else [app]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix in {".py", ".html", ".txt"} and not SKIPPED & set(path.relative_to(folder).parts):
                yield path


def interface_words(text: str) -> Iterator[tuple[int, str]]:
    """What the interface's document says beside calls of gettext: docstrings of endpoints and shapes, descriptions.

    Blanks are joined as the document joins them.
    """
    tree = ast.parse(text)
    shapes = set(_SHAPES)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and ".api." in f"{node.module}.":
            shapes |= {each.name for each in node.names}
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef):
            bases = {getattr(getattr(base, "value", base), "id", "") for base in node.bases}
            told = ast.get_docstring(node) or ""
            if bases & shapes:
                shapes.add(node.name)
                yield node.lineno, " ".join(told.split())
        elif isinstance(node, ast.FunctionDef) and any(map(_is_endpoint, node.decorator_list)):
            yield node.lineno, " ".join((ast.get_docstring(node) or "").split())
        elif isinstance(node, ast.keyword) and node.arg == "description" and isinstance(node.value, ast.Constant):
            yield node.value.lineno, str(node.value.value)
        elif isinstance(node, ast.Dict):
            for key, value in zip(node.keys, node.values, strict=True):
                if getattr(key, "value", "") == "description" and isinstance(value, ast.Constant):
                    yield value.lineno, str(value.value)


def _is_endpoint(decorator: ast.expr) -> bool:
    call = decorator.func if isinstance(decorator, ast.Call) else None
    return isinstance(call, ast.Attribute) and getattr(call.value, "id", "") == "router"


def _speaks_for_interface(path: Path) -> bool:
    return "api" in path.relative_to(KEXIN).parts or path.name == "api.py"


def found_in(path: Path) -> Iterator[tuple[int, Any, str | None]]:
    """Every message of one file: line, msgid (a pair where there is a plural), context."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".py" and _speaks_for_interface(path):
        yield from ((line, words, None) for line, words in interface_words(text) if words)
    if path.suffix != ".py":
        if "{%" not in text:
            return
        from django.utils.translation.template import templatize

        # What is not a message comes back as rows of X; without indentation Python's tokenizer reads them as names.
        text = _SPACE.sub("", templatize(text, origin=str(path)))
    for line, message, _comments, context in extract(
        "python", io.BytesIO(text.encode()), keywords=KEYWORDS, options={"encoding": "utf-8"}
    ):
        yield line, message, context


def template_of(app: Path) -> Catalog:
    """What the sources say now, with no translations."""
    catalog = Catalog(locale=LANGUAGE, project="Kexin", charset="utf-8", domain="django")
    for path in sources(app):
        for _line, message, context in found_in(path):
            catalog.add(message, locations=[(path.relative_to(KEXIN.parent).as_posix(), 0)], context=context)
    return catalog


def load(app: Path) -> Catalog:
    path = catalogue_path(app)
    if not path.exists():
        return Catalog(locale=LANGUAGE, project="Kexin", charset="utf-8", domain="django")
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE, domain="django", abort_invalid=True)


def save(catalog: Catalog, path: Path) -> None:
    """Write a catalogue so that two runs give the same bytes: sorted by source text, no dates, no line numbers."""
    path.parent.mkdir(parents=True, exist_ok=True)
    buffer = io.BytesIO()
    write_po(buffer, catalog, width=110, no_location=True, omit_header=True, sort_output=True, ignore_obsolete=True)
    head = (
        'msgid ""\nmsgstr ""\n"Project-Id-Version: Kexin\\n"\n"Language: zh_Hans\\n"\n"MIME-Version: 1.0\\n"\n'
        '"Content-Type: text/plain; charset=utf-8\\n"\n"Content-Transfer-Encoding: 8bit\\n"\n'
        '"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
    )
    path.write_bytes(head.encode() + buffer.getvalue())


def run_extract(only: str = "") -> int:
    for app in apps():
        if only and app.name != only:
            continue
        template = template_of(app)
        if not len(template):
            continue
        catalog = load(app)
        catalog.update(template, no_fuzzy_matching=True)
        for message in catalog:
            message.flags.discard("python-format")
        save(catalog, catalogue_path(app))
        empty = sum(1 for message in catalog if message.id and not _translated(message.string))
        print(f"{app.name}: {len(template)} messages, {empty} to translate")
    return 0


def run_compile() -> int:
    for app in apps():
        source = catalogue_path(app)
        target = source.with_suffix(".mo")
        if not source.exists() or (target.exists() and target.stat().st_mtime_ns >= source.stat().st_mtime_ns):
            continue
        with source.open("rb") as file:
            catalog = read_po(file, locale=LANGUAGE, domain="django", abort_invalid=True)
        partial = target.with_suffix(".mo.new")
        with partial.open("wb") as file:
            write_mo(file, catalog)
        partial.replace(target)
        print(f"compiled {app.name}")
    return 0


def run_check(only: str = "") -> int:
    """Print every fault on a line of its own; the exit code says whether there was one."""
    faults: list[str] = []
    said: dict[tuple[str | None, str], dict[str, str]] = defaultdict(dict)
    for app in apps():
        catalog = load(app)
        for message in catalog:
            if message.id and _translated(message.string):
                key = _first(message.id)
                text = _first(message.string)
                said[message.context, key][text] = app.name
        if only and app.name != only:
            continue
        faults += [f"{app.name}: {fault}" for fault in _faults(template_of(app), catalog)]
    for (_context, key), texts in said.items():
        if len(texts) > 1 and (not only or only in texts.values()):
            ways = ", ".join(f"{text!r} ({app})" for text, app in texts.items())
            faults.append(f"translated two ways: {key!r} as {ways}; use pgettext where two words are meant")
    for fault in faults:
        print(fault)
    return 1 if faults else 0


def _faults(template: Catalog, catalog: Catalog) -> Iterator[str]:
    for message in template:
        if not message.id:
            continue
        known = catalog.get(message.id, message.context)
        if known is None:
            yield f"missing: {message.id!r}"
        elif known.fuzzy:
            yield f"fuzzy: {message.id!r}"
        elif not _translated(known.string):
            yield f"untranslated: {message.id!r}"
        else:
            wanted = set(_holes(message.id if isinstance(message.id, str) else message.id[1]))
            given = set(_holes(_first(known.string)))
            if wanted != given:
                yield f"placeholders differ: {message.id!r}"
    for message in catalog:
        if message.id and template.get(message.id, message.context) is None:
            yield f"no longer used: {message.id!r}"


def _holes(text: str) -> list[str]:
    return ["".join(hole) for hole in _HOLES.findall(text.replace("%%", ""))]


def _translated(text: Any) -> bool:
    return bool(text) and (isinstance(text, str) or all(text))


def _first(text: Any) -> str:
    """The one Chinese form: there is no plural."""
    return str(text) if isinstance(text, str) else str(text[0])


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("task", choices=["extract", "compile", "check"])
    parser.add_argument("app", nargs="?", default="", help="only this app")
    given = parser.parse_args(arguments)
    if given.task != "compile":
        from django.conf import settings

        if not settings.configured:  # templatize needs the file charset and nothing else
            settings.configure(USE_I18N=True)
    if given.task == "extract":
        return run_extract(given.app)
    return run_compile() if given.task == "compile" else run_check(given.app)


if __name__ == "__main__":
    sys.exit(main())
