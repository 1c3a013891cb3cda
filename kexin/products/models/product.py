"""A product: what it is, which rules its sale follows, how risky it is, and whether it may be sold."""

from __future__ import annotations

from decimal import Decimal
from typing import Any, Self

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.people.models import by_language
from kexin.products.choices import (
    FeeKind,
    LifeStage,
    Offering,
    ProductClass,
    ProductState,
    Regime,
    ReturnForm,
    RiskGrade,
    RiskKind,
    Structure,
)

SEE_DRAFTS = "products.view_admissions"  # who works on admissions sees products that are not admitted yet
UNFINISHED = (ProductState.DRAFT, ProductState.IN_REVIEW)


def chinese_only() -> list[str]:
    """The languages that texts of a product exist in, to begin with."""
    return ["zh-hans"]


class ProductQuerySet(models.QuerySet["Product"]):
    """Products belong to the whole institution: no unit or portfolio narrows them, only how far they have come."""

    def visible_to(self, actor: Actor, operation: str) -> Self:
        """All products for those who work on admissions, else those that were admitted at some time."""
        if not actor.may(operation):
            return self.none()
        return self if actor.may(SEE_DRAFTS) else self.exclude(state__in=UNFINISHED)


class Product(models.Model):
    """产品."""

    code = models.CharField(_("code"), max_length=30, unique=True, db_collation="C")
    name = models.CharField(_("name"), max_length=120)
    name_en = models.CharField(_("English name"), max_length=120, blank=True)
    product_class = models.CharField(_("class"), max_length=14, choices=ProductClass.choices)
    currency = models.CharField(_("currency"), max_length=3, default="CNY")
    term_days = models.PositiveIntegerField(_("term in days"), null=True, blank=True)
    issuer = models.CharField(_("issuer"), max_length=80, blank=True)
    rate = models.DecimalField(_("rate in % a year"), max_digits=8, decimal_places=4, null=True, blank=True)
    regime = models.CharField(_("rules of sale"), max_length=12, choices=Regime.choices, default=Regime.NONE)
    offering = models.CharField(_("offering"), max_length=8, choices=Offering.choices, default=Offering.PUBLIC)
    own_grade = models.PositiveSmallIntegerField(
        _("the institution's own grade"), choices=RiskGrade.choices, null=True, blank=True
    )
    issuer_grade = models.PositiveSmallIntegerField(
        _("the issuer's grade"), choices=RiskGrade.choices, null=True, blank=True
    )
    minimum_amount = models.DecimalField(_("minimum amount"), max_digits=18, decimal_places=2, null=True, blank=True)
    state = models.CharField(_("state"), max_length=10, choices=ProductState.choices, default=ProductState.DRAFT)
    manager = models.CharField(_("product manager (institution)"), max_length=80, blank=True)
    distributor = models.CharField(_("distributor"), max_length=80, blank=True)
    registration_code = models.CharField(_("registration code"), max_length=40, blank=True, db_collation="C")
    registration_place = models.CharField(_("where the registration can be verified"), max_length=120, blank=True)
    return_form = models.CharField(_("return form"), max_length=12, choices=ReturnForm.choices, blank=True)
    structure = models.CharField(_("structure"), max_length=10, choices=Structure.choices, blank=True)
    labels = models.JSONField(_("labels"), default=list, blank=True)
    categories = models.JSONField(_("place in each classification scheme"), default=dict, blank=True)
    languages = models.JSONField(_("languages of its texts"), default=chinese_only, blank=True)
    details = models.JSONField(_("fields of its class"), default=dict, blank=True)
    liquidity = models.CharField(_("liquidity"), max_length=200, blank=True)
    return_method = models.CharField(_("how the return is made"), max_length=300, blank=True)
    suitable_customers = models.CharField(_("suitable customers"), max_length=300, blank=True)
    risk_features = models.CharField(_("risk features"), max_length=300, blank=True)
    drafter_user_id = models.BigIntegerField(null=True, blank=True)
    drafted_by = models.CharField(_("drafted by"), max_length=40, blank=True, db_collation="C")
    created_at = models.DateTimeField(default=timezone.now)
    version = models.PositiveIntegerField(default=1)

    objects = ProductQuerySet.as_manager()

    class Meta:
        verbose_name = _("product")
        indexes = [models.Index(fields=["state", "code"], name="products_product_state")]

    @property
    def risk_grade(self) -> int | None:
        """The grade that rules: the higher of the institution's own and the issuer's (NFRA Order 2025-7 Art. 22)."""
        return max((grade for grade in (self.own_grade, self.issuer_grade) if grade), default=None)

    @property
    def shown_name(self) -> str:
        """The name in the language of the screen."""
        return by_language(self.name, self.name_en)

    @property
    def labelled_grade(self) -> str:
        """The ruling grade in words, "" where the product has none."""
        grade = self.risk_grade
        return str(RiskGrade(grade).label) if grade else ""

    def __str__(self) -> str:
        return self.name


class ProductFee(models.Model):
    """One fee: per cent of the amount, once or a year; the text says for whom and under which conditions."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="fees")
    kind = models.CharField(_("fee"), max_length=14, choices=FeeKind.choices)
    rate = models.DecimalField(_("rate in %"), max_digits=7, decimal_places=4, validators=[MinValueValidator(0)])
    note = models.CharField(_("conditions"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("fee")
        constraints = [
            models.UniqueConstraint(fields=["product", "kind"], name="products_fee_once"),
            models.CheckConstraint(condition=Q(rate__gte=0, rate__lte=100), name="products_fee_percent"),
        ]

    @property
    def shown_rate(self) -> str:
        """The rate without needless noughts."""
        return f"{Decimal(self.rate).normalize():f}%"

    def __str__(self) -> str:
        return f"{self.kind} {self.rate}%"


class ProductRisk(models.Model):
    """A risk of a product and what is done against it (D-08, D-09). Weight 1 is the least, 5 the most."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="risks")
    kind = models.CharField(_("risk"), max_length=12, choices=RiskKind.choices)
    weight = models.PositiveSmallIntegerField(_("weight (1 to 5)"))
    text = models.CharField(_("what may happen"), max_length=400)
    control = models.CharField(_("control"), max_length=400)

    class Meta:
        verbose_name = _("product risk")
        constraints = [
            models.UniqueConstraint(fields=["product", "kind"], name="products_risk_once"),
            models.CheckConstraint(condition=Q(weight__gte=1, weight__lte=5), name="products_risk_weight"),
            models.CheckConstraint(condition=~Q(control=""), name="products_risk_control"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.weight}"


class StageRisk(models.Model):
    """How risk changes at a stage of the product's life (D-06)."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="stage_risks")
    stage = models.CharField(_("stage"), max_length=10, choices=LifeStage.choices)
    text = models.CharField(_("how risk changes at this stage"), max_length=400)

    class Meta:
        verbose_name = _("risk at a stage")
        constraints = [models.UniqueConstraint(fields=["product", "stage"], name="products_stage_once")]

    def __str__(self) -> str:
        return self.stage


class Benchmark(models.Model):
    """业绩比较基准 from a day on. Not an expected return; rows are never changed, a new one follows."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="benchmarks")
    from_on = models.DateField(_("from"))
    low = models.DecimalField(_("benchmark, or its lower end, in % a year"), max_digits=7, decimal_places=4, null=True)
    high = models.DecimalField(_("upper end in % a year"), max_digits=7, decimal_places=4, null=True, blank=True)
    formula = models.CharField(_("benchmark in words"), max_length=200, blank=True)
    basis = models.CharField(_("how it was reckoned"), max_length=400)
    reason = models.CharField(_("reason of the change"), max_length=400, blank=True)
    set_by = models.CharField(max_length=40, blank=True, db_collation="C")
    set_at = models.DateTimeField(default=timezone.now)

    class Meta:
        verbose_name = _("benchmark of performance")
        ordering = ["-from_on", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["product", "from_on"], name="products_benchmark_day"),
            models.CheckConstraint(
                condition=Q(high__isnull=True) | Q(high__gte=F("low")), name="products_benchmark_range"
            ),
            models.CheckConstraint(condition=Q(low__isnull=False) | ~Q(formula=""), name="products_benchmark_said"),
        ]

    @property
    def words(self) -> str:
        """The benchmark as it is shown: per cent, a range of them, or a formula."""
        if self.low is None:
            return self.formula
        first = f"{self.low.normalize():f}%"
        shown = f"{first} – {self.high.normalize():f}%" if self.high is not None and self.high != self.low else first
        return f"{shown} {self.formula}".strip()

    def __str__(self) -> str:
        return self.words


def shown_list(values: Any, choices: Any) -> list[str]:
    """The labels of stored codes; a code that the vocabulary has forgotten shows itself."""
    known = dict(choices.choices)
    return [str(known.get(value, value)) for value in values]
