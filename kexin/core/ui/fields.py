"""How a form field is drawn: label above, help and errors at the field, the required mark, the right control."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.forms.boundfield import BoundField
from django.forms.utils import flatatt
from django.utils.functional import Promise
from django.utils.html import conditional_escape, escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext_lazy as _

Text = str | Promise
YUAN = _("CNY")


class MoneyInput(forms.TextInput):
    """An amount in yuan; the page says it in 万 or 亿 while one types, so that a zero too many is seen."""

    input_type = "text"

    def __init__(self, attrs: dict[str, Any] | None = None, unit: Text = YUAN) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "data-money": "", **(attrs or {})})
        self.unit = unit

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Accept what people paste: thousands separators and spaces go."""
        value = super().value_from_datadict(data, files, name)
        return value.replace(",", "").replace("，", "").replace(" ", "").strip() if isinstance(value, str) else value


class DayInput(forms.DateInput):
    """The browser's own date picker; values travel as ISO dates in every language."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%d")


class MomentInput(forms.DateTimeInput):
    """The browser's own date and time picker, minutes precise."""

    input_type = "datetime-local"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs, format="%Y-%m-%dT%H:%M")


class SearchSelect(forms.Select):
    """A list long enough to be searched. `url` (optional) answers `?q=` with JSON `[{"value": …, "text": …}]`."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = (), url: str = "") -> None:
        super().__init__({"data-search-select": url or "local", **(attrs or {})}, choices)


class SearchSelectMultiple(forms.SelectMultiple):
    """The same for several values."""

    def __init__(self, attrs: dict[str, Any] | None = None, choices: Any = (), url: str = "") -> None:
        super().__init__({"data-search-select": url or "local", **(attrs or {})}, choices)


@dataclass(frozen=True)
class Control:
    """A field ready for the template."""

    bound: BoundField
    kind: str  # plain, check, choices, money, hidden
    html: SafeString
    unit: Text = ""

    @property
    def full(self) -> bool:
        return isinstance(self.bound.field.widget, forms.Textarea)


def control(bound: BoundField) -> Control:
    """Choose the control's classes and the attributes that tie it to its help and errors."""
    widget = bound.field.widget
    kind, css = "plain", "form-control"
    if isinstance(widget, (forms.RadioSelect, forms.CheckboxSelectMultiple)):
        kind, css = "choices", ""
    elif isinstance(widget, forms.CheckboxInput):
        kind, css = "check", "form-check-input"
    elif isinstance(widget, (forms.Select, forms.SelectMultiple)):
        css = "form-select"
    elif isinstance(widget, MoneyInput):
        kind = "money"
    elif widget.is_hidden:
        kind, css = "hidden", ""
    elif isinstance(bound.field, forms.DateField) and type(widget) is forms.DateInput:
        bound.field.widget = widget = DayInput(widget.attrs)
    attrs: dict[str, Any] = {"class": f"{widget.attrs.get('class', '')} {css}".strip()}
    described = []
    if bound.help_text:
        described.append(f"{bound.auto_id}_help")
    if kind == "money":
        described.append(f"{bound.auto_id}_hint")
    if bound.errors:
        described.append(f"{bound.auto_id}_error")
        attrs["aria-invalid"] = "true"
    if described and kind != "choices":
        attrs["aria-describedby"] = " ".join(described)
    html = _select(bound, widget, attrs) if _is_drop_down(widget) else bound.as_widget(attrs=attrs)
    return Control(bound, kind, html, getattr(widget, "unit", ""))


def _is_drop_down(widget: forms.Widget) -> bool:
    """A plain list of options to choose one from, drawn as Django draws it."""
    return (
        isinstance(widget, forms.Select)
        and not isinstance(widget, (forms.SelectMultiple, forms.RadioSelect))
        and type(widget).create_option is forms.Select.create_option
    )


def _select(bound: BoundField, widget: forms.Select, attrs: dict[str, Any]) -> SafeString:
    """A drop-down drawn by hand: Django renders two templates per option, 12 ms for the units of a bank."""
    final = bound.build_widget_attrs(attrs, widget)
    if bound.auto_id and "id" not in widget.attrs:
        final.setdefault("id", bound.auto_id)
    chosen = widget.format_value(bound.value())
    options = []
    for value, label in widget.choices:
        if isinstance(label, (list, tuple)):  # groups are rare: Django may have them
            return bound.as_widget(attrs=attrs)
        text = "" if value is None else str(value)
        marked = " selected" if text in chosen else ""
        options.append(f'<option value="{escape(text)}"{marked}>{conditional_escape(cast(Any, label))}</option>')
    opening = format_html('<select name="{}"{}>', bound.html_name, flatatt(widget.build_attrs(widget.attrs, final)))
    return mark_safe(f"{opening}{''.join(options)}</select>")  # noqa: S308  every part is escaped above
