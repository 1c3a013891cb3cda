"""The forms of the import wizard: files, columns, codes and dates."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kexin.core.imports import guess
from kexin.core.imports.importable import Field, Importable, importables
from kexin.core.imports.preview import Look, labels_of
from kexin.core.imports.profile import profile_names

FIXED = "="  # the choice "always the same value" in a list of columns
NAME = r"[a-z0-9][a-z0-9_-]{0,19}"
_ENCODINGS = [("utf-8", "UTF-8"), ("gb18030", "GB18030 / GBK"), ("utf-16", "UTF-16"), ("latin-1", "Latin-1")]
_DELIMITERS = [(",", ","), (";", ";"), ("\t", _("Tabulator")), ("|", "|")]


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class StartForm(forms.Form):
    """What is loaded, by which profile, and the files themselves (which the upload handler takes)."""

    profile = forms.ChoiceField(label=_("Profile"), required=False)
    target = forms.ChoiceField(
        label=_("The file contains"), required=False, help_text=_("Only for a mapping of your own.")
    )
    upload = forms.FileField(
        label=_("Files"),
        required=False,
        help_text=_("CSV, XLSX or Parquet, with a heading in the first row. A profile may want several files."),
        widget=FilesInput(attrs={"multiple": True, "accept": ".csv,.txt,.asc,.tsv,.xlsx,.parquet"}),
    )
    encoding = forms.ChoiceField(
        label=_("Encoding"), required=False, choices=[("", _("Find out")), *_ENCODINGS], help_text=_("Only for CSV.")
    )
    delimiter = forms.ChoiceField(
        label=_("Delimiter"), required=False, choices=[("", _("Find out")), *_DELIMITERS], help_text=_("Only for CSV.")
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        profile, target = self.fields["profile"], self.fields["target"]
        assert isinstance(profile, forms.ChoiceField)
        assert isinstance(target, forms.ChoiceField)
        profile.choices = [("", _("A mapping of my own")), *((name, name) for name in profile_names())]
        target.choices = [("", "—"), *((each.code, each.label) for each in importables().values())]


class ColumnsForm(forms.Form):
    """For every field the column that feeds it, or one value for all rows."""

    source = forms.RegexField(
        rf"^{NAME}$",
        label=_("Source system"),
        max_length=20,
        help_text=_(
            "Small letters, digits, hyphens. Numbers of one source stand by themselves: choose the same word again"
            " for the same system, and rows are found again instead of doubled."
        ),
    )

    def __init__(self, data: Any, *, importable: Importable, columns: list[str], mapping: dict[str, Any]):
        self.importable, self.columns = importable, columns
        initial: dict[str, Any] = {"source": mapping.get("source", "")}
        for name, spec in mapping.get("columns", {}).items():
            if "constant" in spec:
                initial[f"c-{name}"], initial[f"v-{name}"] = FIXED, spec["constant"]
            elif spec.get("from") in columns:
                initial[f"c-{name}"] = str(columns.index(spec["from"]))
        super().__init__(data, initial=initial)
        choices = [("", "—"), *((str(n), name) for n, name in enumerate(columns)), (FIXED, _("the same for all rows"))]
        for field in importable.fields:
            self.fields[f"c-{field.name}"] = forms.ChoiceField(label=str(field.label), required=False, choices=choices)
            self.fields[f"v-{field.name}"] = _fixed(field)

    def lines(self) -> list[tuple[Field, bool, Any, Any]]:
        """Per field: the field, whether it must be fed, its list of columns, its fixed value."""
        return [
            (each, each.required and each.default is None, self[f"c-{each.name}"], self[f"v-{each.name}"])
            for each in sorted(self.importable.fields, key=lambda each: not (each.required and each.default is None))
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for field, must, column, fixed in self.lines():
            chosen, value = data.get(column.name, ""), (data.get(fixed.name) or "").strip()
            if must and not chosen:
                self.add_error(column.name, _("A column is needed here."))
            elif chosen == FIXED and not value:
                self.add_error(column.name, _("Say which value."))
            elif chosen == FIXED and field.max_length and len(value) > field.max_length:
                self.add_error(column.name, _("The value is longer than the field."))
        return data

    def mapped(self, before: dict[str, Any]) -> dict[str, dict[str, Any]]:
        """The columns as a profile writes them; what was said about codes and dates of a column stays."""
        found: dict[str, dict[str, Any]] = {}
        for field, _must, column, fixed in self.lines():
            chosen = self.cleaned_data.get(column.name, "")
            if chosen == FIXED:
                found[field.name] = {"constant": self.cleaned_data[fixed.name].strip()}
            elif chosen:
                name, old = self.columns[int(chosen)], before.get(field.name, {})
                found[field.name] = dict(old) if old.get("from") == name else {"from": name}
        return found


def _fixed(field: Field) -> forms.CharField | forms.ChoiceField:
    if field.kind == "choice":
        return forms.ChoiceField(label=str(field.label), required=False, choices=[("", "—"), *labels_of(field).items()])
    return forms.CharField(label=str(field.label), required=False, max_length=field.max_length or 200)


class CodesForm(forms.Form):
    """How codes, dates and amounts of the mapped columns read."""

    def __init__(self, *args: Any, importable: Importable, columns: dict[str, Any], look: Look, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.columns = columns
        self.codes: list[tuple[Field, str, list[tuple[str, str]]]] = []
        """Field, its column, and per code of the file the code and the name of the form field."""
        self.forms: list[str] = []
        for name, spec in columns.items():
            field, column = importable.field(name), spec.get("from", "")
            if field is None or not column:
                continue
            if field.kind == "choice":
                self._add_codes(field, column, spec, look.codes(column))
            elif field.kind == "date":
                choices = [(each, _example(each)) for each in guess.DATES]
                guessed = guess.date_format(look.values(column))
                self._add_form(f"d-{name}", field, column, choices, spec.get("date") or guessed)
            elif field.kind in ("decimal", "integer"):
                choices = [(".", str(_("1,234.56 (point)"))), (",", str(_("1.234,56 (comma)")))]
                guessed = guess.decimal_sign(look.values(column))
                self._add_form(f"n-{name}", field, column, choices, spec.get("decimal") or guessed)

    def _add_form(self, key: str, field: Field, column: str, choices: list[tuple[str, Any]], initial: str) -> None:
        self.fields[key] = forms.ChoiceField(label=f"{field.label} ← {column}", choices=choices, initial=initial)
        self.forms.append(key)

    def _add_codes(self, field: Field, column: str, spec: dict[str, Any], found: list[str]) -> None:
        labels, known = labels_of(field), spec.get("translate", {})
        if all(each in field.choices for each in found) and not known:
            return
        choices = [("", _("refuse the row")), *labels.items()]
        lines = []
        for n, code in enumerate(dict.fromkeys([*known, *found])):
            key = f"t-{field.name}-{n}"
            first = known.get(code) or guess.code_for(code, field.choices, labels)
            self.fields[key] = forms.ChoiceField(label=code, required=False, choices=choices, initial=first)
            lines.append((code, key))
        key = f"o-{field.name}"
        self.fields[key] = forms.ChoiceField(
            label=_("every other code"), required=False, choices=choices, initial=spec.get("otherwise", "")
        )
        self.codes.append((field, column, lines))

    @property
    def is_needed(self) -> bool:
        """Whether there is anything to say at all."""
        return bool(self.fields)

    def form_fields(self) -> list[Any]:
        """Dates and amounts."""
        return [self[key] for key in self.forms]

    def code_groups(self) -> list[tuple[Field, str, list[Any]]]:
        """Field, column, and a list per code, the last for every other code."""
        return [
            (field, column, [*(self[key] for _code, key in lines), self[f"o-{field.name}"]])
            for field, column, lines in self.codes
        ]

    def mapped(self) -> dict[str, dict[str, Any]]:
        """The columns with what was said about them."""
        found = {name: dict(spec) for name, spec in self.columns.items()}
        for name, spec in found.items():
            for prefix, key in (("d", "date"), ("n", "decimal")):
                if f"{prefix}-{name}" in self.cleaned_data:
                    spec[key] = self.cleaned_data[f"{prefix}-{name}"]
        for field, _column, lines in self.codes:
            spec = found[field.name]
            spec["translate"] = {code: self.cleaned_data[key] for code, key in lines if self.cleaned_data[key]}
            other = self.cleaned_data[f"o-{field.name}"]
            spec.pop("otherwise", None)
            if other:
                spec["otherwise"] = other
            if not spec["translate"]:
                del spec["translate"]
        return found


def _example(form: str) -> str:
    import datetime as dt

    return dt.datetime(2026, 3, 31, 14, 5).strftime(form)


class NameForm(forms.Form):
    """The name under which a mapping is kept."""

    name = forms.RegexField(
        rf"^{NAME}$", label=_("Name of the profile"), max_length=20, help_text=_("Small letters, digits, hyphens.")
    )
