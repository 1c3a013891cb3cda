"""Drop-downs are drawn by hand: exactly what Django would draw, only faster."""

from __future__ import annotations

from typing import Any

import pytest
from django import forms
from django.utils.safestring import mark_safe

from kexin.core.ui.fields import control


class Form(forms.Form):
    unit = forms.ChoiceField(
        choices=[("", "—"), ("1", "城东 & 城西"), ("2", '<b>"二"</b>'), ("3", mark_safe("<i>三</i>"))], required=True
    )
    grouped = forms.ChoiceField(choices=[("北", [("a", "A")]), ("b", "B")], required=False)


@pytest.mark.parametrize(
    "data", [None, {}, {"unit": "2"}, {"unit": "nobody"}, {"unit": '"><script>'}, {"grouped": "a"}]
)
@pytest.mark.parametrize("name", ["unit", "grouped"])
def test_a_drop_down_is_what_django_draws(data: Any, name: str):
    form = Form(data)
    drawn = str(control(form[name]).html)
    attrs: dict[str, Any] = {"class": "form-select"}
    if form[name].errors:
        attrs |= {"aria-invalid": "true", "aria-describedby": f"id_{name}_error"}
    assert parts(drawn) == parts(str(form[name].as_widget(attrs=attrs)))


def parts(html: str) -> Any:
    from django.test.html import parse_html

    return parse_html(html)
