"""Everything that writes about products."""

from kexin.products.operations.admission import (
    approve_admission,
    assess_risk,
    return_product,
    review_compliance,
    review_protection,
    submit_product,
)
from kexin.products.operations.catalogue import change_product, draft_product, set_fees, set_risks
from kexin.products.operations.export import export_products
from kexin.products.operations.rating import propose_rerating
from kexin.products.operations.selling import (
    propose_failure,
    propose_resumption,
    redraft_product,
    suspend_product,
    withdraw_product,
)
from kexin.products.operations.terms import change_benchmark, set_terms

__all__ = [
    "approve_admission",
    "assess_risk",
    "change_benchmark",
    "change_product",
    "draft_product",
    "export_products",
    "propose_failure",
    "propose_rerating",
    "propose_resumption",
    "redraft_product",
    "return_product",
    "review_compliance",
    "review_protection",
    "set_fees",
    "set_risks",
    "set_terms",
    "submit_product",
    "suspend_product",
    "withdraw_product",
]
