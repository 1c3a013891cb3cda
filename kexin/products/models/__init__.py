"""What the institution offers, and what was decided about it."""

from kexin.products.models.admission import Admission, ProductStep, RiskRating
from kexin.products.models.alert import NetValueAlert
from kexin.products.models.net_value import NetValue
from kexin.products.models.product import Benchmark, Product, ProductFee, ProductRisk, StageRisk
from kexin.products.models.terms import TradingTerms
from kexin.products.models.text import ProductText, TextVersion

__all__ = [
    "Admission",
    "Benchmark",
    "NetValue",
    "NetValueAlert",
    "Product",
    "ProductFee",
    "ProductRisk",
    "ProductStep",
    "ProductText",
    "RiskRating",
    "StageRisk",
    "TextVersion",
    "TradingTerms",
]
