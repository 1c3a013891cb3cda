"""Profiles: readable YAML files that say how a foreign system's files become our records.

::

    profile: berka                  # its name
    source: berka                   # the name space of the source's numbers
    business_date: 1994-02-28       # the day on which the bank stands (optional)
    format: {encoding: latin-1, delimiter: ";", quote: '"', null: ["?"]}
    files:                          # loaded in this order
      - file: client.asc            # a name or pattern within the folder
        target: party.customer      # an importable
        columns:
          source_no: client_id                          # field: column
          kind: {constant: individual}
          sex: {from: birth_number, derive: birth_number.sex}
          unit: {from: district_id, prefix: D}
          opened_on: {from: date, date: "%y%m%d"}
          direction: {from: type, translate: {PRIJEM: in, VYDAJ: out}}
          customer: {from: account_id, lookup: {file: disp.asc, key: account_id, value: client_id}}

``rows:`` instead of ``file:`` gives rows in the profile itself. A list in ``from`` joins columns by ``|``; in the
keys of ``translate`` an asterisk stands for anything. A code that no key meets refuses the row unless ``otherwise``
says what it becomes.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from django.utils.translation import gettext as _

from kexin.core.imports.derivations import DERIVATIONS
from kexin.core.imports.importable import importables, required_missing
from kexin.core.imports.reasons import ProfileError

FORMATS = {".csv": "csv", ".asc": "csv", ".txt": "csv", ".tsv": "csv", ".xlsx": "xlsx", ".parquet": "parquet"}
_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,19}")


@dataclass(frozen=True, slots=True)
class FileFormat:
    """How a file is written. ``null`` are texts that mean nothing; blanks always do."""

    kind: str = ""
    encoding: str = "utf-8"
    delimiter: str = ","
    quote: str = '"'
    header: bool = True
    null: tuple[str, ...] = ()
    sheet: str = ""


@dataclass(frozen=True, slots=True)
class Lookup:
    """A value fetched from another file of the same folder by a key."""

    file: str
    key: str
    value: str
    where: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Column:
    """How one field is made."""

    name: str
    sources: tuple[str, ...] = ()
    join: str = "|"
    constant: str | None = None
    translate: tuple[tuple[str, str], ...] = ()
    otherwise: str | None = None
    date: str = ""
    decimal: str = "."
    prefix: str = ""
    derive: str = ""
    lookup: Lookup | None = None

    @property
    def shown(self) -> str:
        """The column's name for messages."""
        return " | ".join(self.sources)


@dataclass(frozen=True, slots=True)
class FilePart:
    """One file (or rows of the profile) that feeds one importable."""

    target: str
    columns: tuple[Column, ...]
    format: FileFormat
    file: str = ""
    rows: tuple[dict[str, str], ...] = ()
    options: dict[str, Any] = field(default_factory=dict)
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """A checked profile; ``text`` is its YAML."""

    name: str
    source: str
    files: tuple[FilePart, ...]
    business_date: dt.date | None
    text: str

    @property
    def digest(self) -> str:
        return hashlib.sha256(self.text.encode()).hexdigest()


def shipped_folder() -> Path:
    """Where the product's own profiles lie."""
    import kexin

    return Path(kexin.__path__[0]) / "project" / "profiles"


def saved_folder() -> Path:
    """Where the institution's own profiles lie."""
    from django.conf import settings

    return Path(settings.KEXIN_FILES_DIR) / "profiles"


def profile_names() -> list[str]:
    """Names of the profiles that exist, the institution's own first."""
    found = [path.stem for folder in (saved_folder(), shipped_folder()) for path in sorted(folder.glob("*.yaml"))]
    return list(dict.fromkeys(found))


def load_profile(name_or_path: str) -> Profile:
    """Read a profile by name or path. ProfileError says what is wrong with it."""
    path = Path(name_or_path)
    if not (path.suffix in (".yaml", ".yml") and path.is_file()):
        candidates = [folder / f"{name_or_path}.yaml" for folder in (saved_folder(), shipped_folder())]
        found = next((each for each in candidates if _NAME.fullmatch(name_or_path) and each.is_file()), None)
        if found is None:
            raise ProfileError(
                _("There is no profile “%(name)s”. Known ones: %(known)s.")
                % {"name": name_or_path, "known": ", ".join(profile_names())}
            )
        path = found
    try:
        return parse_profile(path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise ProfileError(_("The profile is not written in UTF-8.")) from error


def parse_profile(text: str) -> Profile:
    """Check a profile's YAML. ProfileError names the place."""
    try:
        content = yaml.load(text, Loader=yaml.BaseLoader)  # noqa: S506  texts only: a code 01, NO or null stays what it is
    except yaml.YAMLError as error:
        raise ProfileError(
            _("The profile is not valid YAML: %(why)s") % {"why": " ".join(str(error).split())}
        ) from error
    if not isinstance(content, dict):
        raise ProfileError(_("A profile is a YAML mapping."))
    for name in ("profile", "source"):
        if not _NAME.fullmatch(str(content.get(name, ""))):
            raise ProfileError(
                _("“%(key)s” is missing or has other than small letters, digits and hyphens.") % {"key": name}
            )
    try:
        day = dt.date.fromisoformat(content["business_date"]) if content.get("business_date") else None
    except (ValueError, TypeError) as error:
        raise ProfileError(_("“business_date” is a date such as 2026-01-31.")) from error
    parts = content.get("files")
    if not isinstance(parts, list) or not parts:
        raise ProfileError(_("“files” lists at least one file."))
    shared = content.get("format") or {}
    files = tuple(_part(part, shared, index) for index, part in enumerate(parts, 1))
    return Profile(str(content["profile"]), str(content["source"]), files, day, text)


def _part(part: Any, shared: dict[str, Any], index: int) -> FilePart:
    where = _("file %(index)s: ") % {"index": index}
    if not isinstance(part, dict):
        raise ProfileError(where + _("it must be a mapping."))
    target = importables().get(str(part.get("target", "")))
    if target is None:
        raise ProfileError(where + _("the target “%(target)s” is unknown.") % {"target": part.get("target", "")})
    rows = part.get("rows") or []
    if bool(part.get("file")) == bool(rows):
        raise ProfileError(where + _("it has either “file” or “rows”."))
    if rows:
        names = list(dict.fromkeys(key for row in rows for key in row))
        columns = tuple(Column(name, (name,)) for name in names)
    else:
        columns = tuple(_column(name, spec, where) for name, spec in (part.get("columns") or {}).items())
    for column in columns:
        if target.field(column.name) is None:
            known = ", ".join(each.name for each in target.fields)
            raise ProfileError(
                where
                + _("“%(field)s” is no field of the target; it has %(known)s.") % {"field": column.name, "known": known}
            )
    missing = required_missing(target, (column.name for column in columns))
    if missing:
        raise ProfileError(where + _("fields without a column: %(fields)s.") % {"fields": ", ".join(missing)})
    return FilePart(
        target=target.code,
        columns=columns,
        format=_format({**shared, **(part.get("format") or {})}, str(part.get("file") or ""), where),
        file=str(part.get("file") or ""),
        rows=tuple({key: "" if value is None else str(value) for key, value in row.items()} for row in rows),
        options=dict(part.get("options") or {}),
        optional=_yes(part.get("optional")),
    )


def _format(spec: dict[str, Any], file: str, where: str) -> FileFormat:
    unknown = set(spec) - {"kind", "encoding", "delimiter", "quote", "header", "null", "sheet"}
    if unknown:
        raise ProfileError(where + _("unknown: %(keys)s.") % {"keys": ", ".join(sorted(unknown))})
    kind = str(spec.get("kind") or FORMATS.get(Path(file).suffix.lower(), "csv"))
    if kind not in ("csv", "xlsx", "parquet"):
        raise ProfileError(where + _("a file is csv, xlsx or parquet."))
    delimiter = str(spec.get("delimiter", ","))
    if len(delimiter) != 1:
        raise ProfileError(where + _("the delimiter is one character."))
    try:
        "".encode(str(spec.get("encoding", "utf-8")))
    except LookupError as error:
        raise ProfileError(where + _("the encoding is unknown.")) from error
    return FileFormat(
        kind=kind,
        encoding=str(spec.get("encoding", "utf-8")),
        delimiter=delimiter,
        quote=str(spec.get("quote", '"') or ""),
        header=_yes(spec.get("header", "true")),
        null=tuple(str(each) for each in spec.get("null", ()) if str(each).strip()),
        sheet=str(spec.get("sheet", "")),
    )


def _column(name: str, spec: Any, where: str) -> Column:
    if isinstance(spec, str | int):
        return Column(name, (str(spec),))
    if not isinstance(spec, dict):
        raise ProfileError(where + _("“%(field)s” needs a column.") % {"field": name})
    known = {"from", "join", "constant", "translate", "otherwise", "date", "decimal", "prefix", "derive", "lookup"}
    if set(spec) - known:
        raise ProfileError(where + _("unknown: %(keys)s.") % {"keys": ", ".join(sorted(set(spec) - known))})
    sources = spec.get("from", ())
    column = Column(
        name=name,
        sources=tuple(str(each) for each in sources)
        if isinstance(sources, list)
        else ((str(sources),) if sources else ()),
        join=str(spec.get("join", "|")),
        constant=None if spec.get("constant") is None else str(spec["constant"]),
        translate=tuple((str(key), str(value)) for key, value in (spec.get("translate") or {}).items()),
        otherwise=None if spec.get("otherwise") is None else str(spec["otherwise"]),
        date=str(spec.get("date", "")),
        decimal=str(spec.get("decimal", ".")),
        prefix=str(spec.get("prefix", "")),
        derive=str(spec.get("derive", "")),
        lookup=_lookup(spec["lookup"], where) if spec.get("lookup") else None,
    )
    if bool(column.sources) == (column.constant is not None):
        raise ProfileError(where + _("“%(field)s” has either “from” or “constant”.") % {"field": name})
    if column.derive and column.derive not in DERIVATIONS:
        raise ProfileError(where + _("“%(name)s” is no derivation.") % {"name": column.derive})
    return column


def _yes(value: Any) -> bool:
    return str(value).lower() in ("true", "yes", "on", "1")


def _lookup(spec: Any, where: str) -> Lookup:
    if not isinstance(spec, dict) or not {"file", "key", "value"} <= set(spec):
        raise ProfileError(where + _("a lookup names file, key and value."))
    conditions = tuple((str(key), str(value)) for key, value in (spec.get("where") or {}).items())
    return Lookup(str(spec["file"]), str(spec["key"]), str(spec["value"]), conditions)
