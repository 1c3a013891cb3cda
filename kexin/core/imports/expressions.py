"""DuckDB expressions over one column of a file: what is made of its text (``r_`` → ``m_`` → ``t_``), and what is wrong.

Names and texts are quoted here and nowhere else.
"""

from __future__ import annotations

import datetime as dt

from kexin.core.imports.derivations import derived
from kexin.core.imports.importable import EARLIEST, LATEST, Field
from kexin.core.imports.profile import Column, FileFormat

_CONTROL = r"[\x00-\x1f\x7f]"
_INVISIBLE = r"[\x{200B}\x{200E}\x{200F}\x{202A}-\x{202E}\x{2060}-\x{206F}\x{FEFF}]"
# What needs no mending: printable ASCII, ideographs and their punctuation; none of it changes under NFC.
_PLAIN = r"[ -~\x{3001}-\x{3002}\x{3008}-\x{3011}\x{3400}-\x{9FFF}\x{FF01}-\x{FF5E}]+"
_TRUE, _FALSE = "('1','y','yes','true','t','是','j')", "('0','n','no','false','f','否')"


def name(identifier: str) -> str:
    """A quoted identifier."""
    return '"' + identifier.replace('"', '""') + '"'


def text(value: str) -> str:
    """A quoted text."""
    return "'" + value.replace("'", "''") + "'"


def _names(column: Column) -> tuple[str, str, str]:
    """The column as the file has it, as the profile makes it, and as its type."""
    return name("r_" + column.name), name("m_" + column.name), name("t_" + column.name)


def _as_in_the_file(column: Column) -> bool:
    """Is the text one value of the file, trimmed and not blank, and nothing else?"""
    changed = column.constant is not None or column.translate or column.prefix or column.derive or column.lookup
    return not changed and len(column.sources) == 1


def made(column: Column) -> str:
    """What the profile makes of the text in the file."""
    value = name("r_" + column.name)
    if column.derive:
        value = derived(column.derive, value)
    if column.translate:
        cases = " ".join(f"WHEN {_meets(value, key)} THEN {text(result)}" for key, result in column.translate)
        value = f"CASE {cases} WHEN {value} IS NOT NULL THEN {_or_null(column.otherwise)} END"
    if column.prefix:
        value = f"{text(column.prefix)} || {value}"
    return value


def typed(column: Column, field: Field, form: FileFormat) -> str:
    """The value of the field's type, NULL where it is none."""
    value = name("m_" + column.name)
    if field.kind == "text":
        whole = f"nullif(trim(regexp_replace(nfc_normalize({value}), {text(_INVISIBLE)}, '', 'g')), '')"
        if not _as_in_the_file(column):
            return whole
        ready = f"strlen({value}) = length({value}) OR regexp_full_match({value}, {text(_PLAIN)})"  # ASCII, or plain
        return f"CASE WHEN {ready} THEN {value} ELSE {whole} END"
    if field.kind in ("choice", "reference"):
        return value
    if field.kind == "date":
        iso = f"TRY_CAST({value} AS DATE)"
        if not column.date:
            return iso
        stated = f"CAST(TRY_STRPTIME({value}, {text(column.date)}) AS DATE)"
        return stated if form.kind == "csv" else f"coalesce({stated}, {iso})"
    if field.kind == "boolean":
        low = f"lower({value})"
        return f"CASE WHEN {low} IN {_TRUE} THEN true WHEN {low} IN {_FALSE} THEN false END"
    number = _plain_number(value, column.decimal)
    if field.kind == "integer":
        return f"TRY_CAST({number} AS BIGINT)"
    return f"TRY_CAST({number} AS DECIMAL({18 + field.decimals}, {field.decimals}))"


def faults(column: Column, field: Field) -> list[tuple[str, str]]:
    """Conditions and reasons of a field, the first that holds counts."""
    raw, value, result = _names(column)
    found: list[tuple[str, str]] = []
    if column.constant is not None and not column.translate and field.kind in ("text", "choice", "reference"):
        return [("false", "missing")] if field.kind != "choice" else [(f"{value} NOT IN {_choices(field)}", "choice")]
    if column.translate and column.otherwise is None:
        found.append((f"{raw} IS NOT NULL AND {value} IS NULL", "code"))
    if column.derive:
        found.append((f"{raw} IS NOT NULL AND {value} IS NULL", "derived"))
    if field.required and field.default is None:
        found.append((f"{value} IS NULL", "missing"))
    if field.kind in ("text", "reference"):
        found.append((f"regexp_matches({value}, {text(_CONTROL)})", "control"))
        if field.max_length:
            found.append((f"length({result}) > {field.max_length}", "too_long"))
        if field.required and field.kind == "text":
            found.append((f"{result} IS NULL", "missing"))
    elif field.kind == "choice":
        found.append((f"{value} NOT IN {_choices(field)}", "choice"))
    elif field.kind == "boolean":
        found.append((f"{value} IS NOT NULL AND {result} IS NULL", "boolean"))
    elif field.kind == "date":
        found.append((f"{value} IS NOT NULL AND {result} IS NULL", "date"))
        found.append((f"NOT ({_within(result, field)})", "range"))
    else:
        number = _plain_number(value, column.decimal)
        places = field.decimals if field.kind == "decimal" else 0
        fine = f"[+-]?[0-9]*([.][0-9]{{0,{places}}}0*)?" if places else "[+-]?[0-9]*([.]0*)?"
        found.append((f"NOT regexp_full_match({number}, '[+-]?([0-9]+([.][0-9]*)?|[.][0-9]+)')", "number"))
        found.append((f"NOT regexp_full_match({number}, {text(fine)})", "decimals"))
        found.append((f"{value} IS NOT NULL AND {result} IS NULL", "range"))
        if field.minimum is not None:
            found.append((f"{result} < {field.minimum}", "range"))
        if field.maximum is not None:
            found.append((f"{result} > {field.maximum}", "range"))
    return found


def sound(column: Column, field: Field) -> str:
    """A condition that no row with a fault meets, and nearly every row without: one look instead of one per fault."""
    raw, value, result = _names(column)
    if column.constant is not None and not column.translate and field.kind in ("text", "choice", "reference"):
        return f"{value} IN {_choices(field)}" if field.kind == "choice" else "true"
    found = [f"{result} IS NOT NULL"]
    if field.kind in ("text", "reference"):
        if field.max_length:
            found = [f"length({result}) <= {field.max_length}"]
        found.append(f"NOT regexp_matches({value}, {text(_CONTROL)})")
    elif field.kind == "choice":
        found = [f"{value} IN {_choices(field)}"]
    elif field.kind == "date":
        found = [_within(result, field)]
    elif field.kind in ("integer", "decimal"):
        places = f"[0-9]{{0,{field.decimals}}}0*" if field.kind == "decimal" else "0*"
        plain = _plain_number(value, column.decimal)
        found.append(f"regexp_full_match({plain}, {text(f'[+-]?[0-9]+([.]{places})?')})")
        found += [f"{result} >= {field.minimum}"] if field.minimum is not None else []
        found += [f"{result} <= {field.maximum}"] if field.maximum is not None else []
    whole = " AND ".join(found)
    if field.required and field.default is None:
        return whole
    return f"({raw} IS NULL AND {value} IS NULL OR {whole})"


def _within(result: str, field: Field) -> str:
    low, high = field.minimum or EARLIEST, field.maximum or LATEST
    assert isinstance(low, dt.date)
    assert isinstance(high, dt.date)
    return f"{result} BETWEEN DATE '{low.isoformat()}' AND DATE '{high.isoformat()}'"


def without_nulls(column: str, form: FileFormat) -> str:
    """The trimmed text of a column; NULL where it is blank or one of the texts that mean nothing."""
    value = f"nullif(trim({column}), '')"
    if not form.null:
        return value
    return f"CASE WHEN {value} IN ({', '.join(text(each) for each in form.null)}) THEN NULL ELSE {value} END"


def _meets(value: str, key: str) -> str:
    if "*" not in key:
        return f"{value} = {text(key)}"
    pattern = key.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_").replace("*", "%")
    return f"{value} LIKE {text(pattern)} ESCAPE '\\'"


def _or_null(value: str | None) -> str:
    return "NULL" if value is None else text(value)


def _choices(field: Field) -> str:
    return "(" + ", ".join(text(each) for each in field.choices) + ")"


def _plain_number(value: str, decimal: str) -> str:
    """Digits with a decimal point: blanks and group separators gone."""
    group = "." if decimal == "," else ","
    cleaned = f"replace(replace(replace({value}, ' ', ''), '\u00a0', ''), {text(group)}, '')"
    return f"replace({cleaned}, ',', '.')" if decimal == "," else cleaned
