"""What a foreign file probably is: encoding, delimiter, which column feeds which field, how its dates are written.

Guesses only fill a form that a person looks at; nothing is loaded by a guess alone.
"""

from __future__ import annotations

import codecs
import csv
import datetime as dt
import re
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override

from kexin.core.imports.importable import Field, Importable
from kexin.core.imports.profile import FORMATS
from kexin.core.imports.reasons import BadFile

ENCODINGS = ("utf-8", "gb18030", "utf-16", "latin-1")
DELIMITERS = (",", ";", "\t", "|")
DATES = (
    "%Y-%m-%d",
    "%Y/%m/%d",
    "%Y%m%d",
    "%Y年%m月%d日",
    "%Y.%m.%d",
    "%d.%m.%Y",
    "%d/%m/%Y",
    "%m/%d/%Y",
    "%y%m%d",
    "%Y-%m-%d %H:%M:%S",
    "%Y/%m/%d %H:%M:%S",
)
_START = 1 << 20  # bytes looked at
_WORDS = {"男": "M", "女": "F", "男性": "M", "女性": "F", "m": "M", "f": "F", "male": "M", "female": "F", "借": "out"}
_WORDS |= {"贷": "in", "d": "out", "c": "in", "个人": "individual", "对公": "enterprise", "企业": "enterprise"}
_WORDS |= {"身份证": "CN-RIC", "居住证": "CN-RP", "营业执照": "CN-USCC", "护照": "PASSPORT", "香港": "HK", "澳门": "MO"}
_WORDS |= {"台湾": "TW", "中国大陆": "CN", "中华人民共和国": "CN"}


def file_format(path: Path, encoding: str = "", delimiter: str = "") -> dict[str, Any]:
    """The ``format`` a profile would state for a file; what is given is not guessed."""
    kind = FORMATS.get(path.suffix.lower())
    if kind is None:
        raise BadFile(_("%(file)s: a file is CSV, XLSX or Parquet.") % {"file": path.name})
    if kind != "csv":
        return {"kind": kind}
    with path.open("rb") as file:
        start = file.read(_START)
    encoding = encoding or _encoding(start)
    text = codecs.getincrementaldecoder(encoding)("replace").decode(start).removeprefix("\ufeff")
    return {"kind": "csv", "encoding": encoding, "delimiter": delimiter or _delimiter(text)}


def _encoding(start: bytes) -> str:
    if start.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    for name in ("utf-8", "gb18030"):
        try:
            codecs.getincrementaldecoder(name)("strict").decode(start)
        except UnicodeDecodeError:
            continue
        return name
    return "latin-1"


def _delimiter(text: str) -> str:
    """The one that cuts the first lines into most columns, equally many in each."""
    lines = text.splitlines()[:20]
    if len(text) >= _START // 2:
        lines = lines[:-1] or lines
    best, most = ",", 1
    for each in DELIMITERS:
        try:
            widths = [len(row) for row in csv.reader(lines, delimiter=each) if row]
        except csv.Error:
            continue
        if widths and min(widths) == max(widths) and widths[0] > most:
            best, most = each, widths[0]
    return best


def _plain(name: str) -> str:
    return re.sub(r"[\s_\-./()（）#]+", "", name).lower()


def columns_for(importable: Importable, columns: Sequence[str]) -> dict[str, str]:
    """Field → column, by the field's name, its aliases and its label in both languages; each column once."""
    free = {_plain(each): each for each in reversed(columns)}
    found: dict[str, str] = {}
    for field in sorted(importable.fields, key=lambda each: not each.required):
        for name in _names(field):
            column = free.pop(_plain(name), None)
            if column is not None:
                found[field.name] = column
                break
    return found


def _names(field: Field) -> Iterable[str]:
    yield field.name
    yield from field.aliases
    for language in ("en", "zh-hans"):
        with override(language):
            yield str(field.label)


def date_format(values: Iterable[str]) -> str:
    """The form in which most of the values are possible dates, the first of equals; ISO where hardly any is one."""
    known = [each.strip() for each in values if each and each.strip()]
    fits = {form: sum(_is_date(each, form) for each in known) for form in DATES}
    best = max(DATES, key=lambda form: fits[form])
    return best if known and fits[best] * 2 >= len(known) else DATES[0]


def _is_date(value: str, form: str) -> bool:
    if form == "%Y%m%d" and len(value) != 8:
        return False
    try:
        day = dt.datetime.strptime(value, form)
    except ValueError:
        return False
    return 1880 <= day.year <= 2150


def decimal_sign(values: Iterable[str]) -> str:
    """A comma where it stands before the last one or two digits and no value has a point there."""
    known = [each.strip() for each in values if each and each.strip()]
    comma = any(re.search(r",\d{1,2}$", each) for each in known)
    return "," if comma and not any(re.search(r"\.\d{1,2}$", each) for each in known) else "."


def code_for(value: str, choices: Sequence[str], labels: dict[str, str]) -> str:
    """The code a word of the file probably means; empty when nothing is near."""
    low = value.strip().lower()
    for code in choices:
        if low in (code.lower(), labels.get(code, "").lower()):
            return code
    meant = _WORDS.get(low, "")
    return meant if meant in choices else ""
