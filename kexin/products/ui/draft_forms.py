"""The form of a draft. Its last fields depend on the class of the product and on the schemes in force."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from kexin.core.ui.fields import MoneyInput
from kexin.products.choices import (
    Offering,
    ProductClass,
    ProductLabel,
    Regime,
    ReturnForm,
    RiskGrade,
    Structure,
)
from kexin.products.class_fields import fields_of
from kexin.products.data import ProductData
from kexin.products.models import Product
from kexin.products.queries import schemes

REGIMES = {
    ProductClass.WEALTH: Regime.INVESTMENT,
    ProductClass.STRUCTURED: Regime.INVESTMENT,
    ProductClass.TRUST: Regime.INVESTMENT,
    ProductClass.FUND: Regime.SECURITIES,
    ProductClass.INSURANCE: Regime.INSURANCE,
}
BASICS = ("code", "name", "name_en", "currency", "term_days", "minimum_amount", "rate")
AXES = ("regime", "offering", "return_form", "structure", "labels", "languages")
PARTIES = ("issuer", "manager", "distributor", "registration_code", "registration_place", "issuer_grade")
TEXTS = ("return_method", "liquidity", "suitable_customers", "risk_features")


class ProductForm(forms.Form):
    """Data of a product of one class."""

    version = forms.IntegerField(widget=forms.HiddenInput, required=False)
    code = forms.CharField(label=_("Code"), max_length=30)
    name = forms.CharField(label=_("Product name"), max_length=120)
    name_en = forms.CharField(label=_("English name"), max_length=120, required=False)
    currency = forms.CharField(label=_("Currency"), max_length=3, initial="CNY")
    term_days = forms.IntegerField(
        label=_("Term in days"), required=False, min_value=1, max_value=36_500, help_text=_("Empty: no fixed term")
    )
    minimum_amount = forms.DecimalField(
        label=_("Minimum amount"), required=False, min_value=0, max_digits=18, decimal_places=2, widget=MoneyInput
    )
    rate = forms.DecimalField(
        label=_("Rate in % a year"),
        required=False,
        max_digits=8,
        decimal_places=4,
        help_text=_("Only where it is fixed: deposits, bonds, loans"),
    )
    regime = forms.ChoiceField(label=_("Rules of sale"), choices=Regime.choices)
    offering = forms.ChoiceField(label=_("Offering"), choices=Offering.choices)
    return_form = forms.ChoiceField(label=_("Return form"), choices=[("", "—"), *ReturnForm.choices], required=False)
    structure = forms.ChoiceField(label=_("Structure"), choices=[("", "—"), *Structure.choices], required=False)
    labels = forms.MultipleChoiceField(
        label=_("Labels"), choices=ProductLabel.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    languages = forms.MultipleChoiceField(
        label=_("Languages of its texts"),
        choices=[("zh-hans", _("Chinese")), ("en", _("English"))],
        widget=forms.CheckboxSelectMultiple,
        initial=["zh-hans"],
    )
    issuer = forms.CharField(label=_("Issuer"), max_length=80)
    manager = forms.CharField(label=_("Managed by"), max_length=80, required=False)
    distributor = forms.CharField(label=_("Distributor"), max_length=80, required=False)
    registration_code = forms.CharField(label=_("Registration code"), max_length=40, required=False)
    registration_place = forms.CharField(label=_("Where to verify it"), max_length=120, required=False)
    issuer_grade = forms.TypedChoiceField(
        label=_("Issuer's grade"),
        choices=[("", "—"), *RiskGrade.choices],
        required=False,
        coerce=int,
        empty_value=None,
        help_text=_("Our own grade follows from the risk assessment; the higher one rules."),
    )
    return_method = forms.CharField(
        label=_("How the return is made"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    liquidity = forms.CharField(label=_("Liquidity"), max_length=200, required=False)
    suitable_customers = forms.CharField(
        label=_("Suitable customers"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )
    risk_features = forms.CharField(
        label=_("Risk features"), max_length=300, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )

    def __init__(self, *args: Any, product_class: str, product: Product | None = None, **kwargs: Any) -> None:
        self.product_class = product_class
        kwargs["initial"] = _initial(product) if product else {"regime": REGIMES.get(product_class, Regime.NONE)}  # type: ignore[call-overload]
        super().__init__(*args, **kwargs)
        self.schemes = schemes()
        for scheme in self.schemes:
            code = scheme.default_for(product_class, Offering.PUBLIC)
            category = scheme.category(code)
            empty = _("by its class: %(category)s") % {"category": category.shown} if category else "—"
            self.fields[f"in_{scheme.code}"] = forms.ChoiceField(
                label=scheme.shown,
                required=False,
                choices=[("", empty), *((each.code, each.shown) for each in scheme.categories)],
            )
        for each in fields_of(product_class):
            if each.kind == "choice":
                field: Any = forms.ChoiceField(choices=[("", "—"), *each.options])
            elif each.kind == "number":
                field = forms.DecimalField(
                    min_value=each.least, max_value=each.most, help_text=str(each.unit), max_digits=16, decimal_places=4
                )
            else:
                field = forms.CharField(max_length=300)
            field.label, field.required = each.label, each.required
            self.fields[each.name if each.name not in self.fields else f"its_{each.name}"] = field

    def sections(self) -> list[tuple[Any, list[Any]]]:
        """The fields in groups."""
        own = [self[self._field_of(each.name)] for each in fields_of(self.product_class)]
        groups: list[tuple[Any, list[Any]]] = [
            (_("Basics"), [self[name] for name in BASICS]),
            (_("Who stands behind it"), [self[name] for name in PARTIES]),
            (_("Classification"), [self[name] for name in (*AXES, *(f"in_{each.code}" for each in self.schemes))]),
        ]
        if own:
            groups.append((_("Fields of this class"), own))
        return [*groups, (_("For the product sheet"), [self[name] for name in TEXTS])]

    def said(self) -> ProductData:
        """The cleaned values as the operation takes them."""
        data = self.cleaned_data
        details = {
            each.name: _text(data[self._field_of(each.name)])
            for each in fields_of(self.product_class)
            if data[self._field_of(each.name)] not in (None, "")
        }
        placed = {each.code: data[f"in_{each.code}"] for each in self.schemes if data[f"in_{each.code}"]}
        plain = {
            name: data[name] for name in (*BASICS, *PARTIES, *TEXTS, "regime", "offering", "return_form", "structure")
        }
        plain["currency"] = plain["currency"].strip().upper()
        return ProductData(
            product_class=self.product_class,
            labels=tuple(data["labels"]),
            languages=tuple(data["languages"]),
            details=details,
            categories=placed,
            **plain,
        )

    @staticmethod
    def _field_of(name: str) -> str:
        return f"its_{name}" if name in ProductForm.base_fields else name


def _text(value: Any) -> str:
    return f"{value.normalize():f}" if hasattr(value, "normalize") else str(value)


def _initial(product: Product) -> dict[str, Any]:
    names = (*BASICS, *PARTIES, *TEXTS, *AXES, "version")
    found = {name: getattr(product, name) for name in names}
    if product.rate is not None:
        found["rate"] = product.rate.normalize()
    found |= {ProductForm._field_of(name): value for name, value in product.details.items()}
    automatic = {each.code: each.default_for(product.product_class, product.offering) for each in schemes()}
    found |= {f"in_{scheme}": code for scheme, code in product.categories.items() if code != automatic.get(scheme)}
    return found
