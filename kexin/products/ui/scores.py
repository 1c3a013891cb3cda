"""The fields by which a product is scored: eight factors and the issuer's grade."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kexin.products.choices import RatingFactor, RiskGrade

SCORES = [(n, str(n)) for n in range(1, 6)]


class ScoreForm(forms.Form):
    """Scores from 1 (least risk) to 5 (most)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for factor in RatingFactor:
            self.fields[factor.value] = forms.TypedChoiceField(
                label=factor.label, choices=SCORES, coerce=int, widget=forms.RadioSelect
            )
        self.fields["issuer_grade"] = forms.TypedChoiceField(
            label=_("Issuer's grade"),
            choices=[("", "—"), *RiskGrade.choices],
            required=False,
            coerce=int,
            empty_value=None,
            help_text=_("The higher of the two grades rules."),
        )

    def scores(self) -> dict[str, int]:
        return {factor.value: self.cleaned_data[factor.value] for factor in RatingFactor}
