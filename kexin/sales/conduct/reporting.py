"""A colleague reports conduct at a sale: consumer protection looks into it; the seller does not learn who told."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.masking import plain
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.people.models import Employee
from kexin.sales.conduct.policies import ConductRulesPolicy
from kexin.sales.conduct.rules import may_report
from kexin.sales.models import ConductReport, InspectionItem, Sale
from kexin.sales.oversight.choices import ItemSource
from kexin.sales.oversight.raising import item_key, raise_item

REPORT = "sales.report_conduct"


@operation(REPORT, label=_("Report conduct at a sale"), plain=("rule",))
def report_conduct(sale: Sale | int, *, actor: Actor, rule: str, words: str) -> ConductReport:
    """Say which rule of conduct was broken at a sale within reach, and what was seen or heard.

    Each rule of a sale once by the same person. RuleViolation for the seller, without words, or said before.
    """
    row = Sale.objects.lock(sale, actor)
    reporter = Employee.objects.filter(user=actor.user_id).first() if actor.user_id is not None else None
    rules = in_force(ConductRulesPolicy)
    codes = [each.code for each in rules.parsed]
    by_seller = reporter is not None and reporter.pk == row.seller_id
    may_report(rule, codes, words, by_seller=by_seller, employee=reporter is not None).enforce()
    assert reporter is not None
    matter = f"{row.pk}:{rule}:{reporter.pk}"
    if not raise_item(ItemSource.CONDUCT, matter, sale=row, facts={"rule": rule}):
        raise RuleViolation(fields={"rule": _("You have reported this about this sale already.")})
    return ConductReport.objects.create(
        item=InspectionItem.objects.get(key=item_key(ItemSource.CONDUCT, matter)),
        customer_id=row.customer_id,
        rule=rule,
        policy_id=rules.policy_version,
        reporter=reporter,
        reported_at=timezone.now(),
        key_id=row.customer.party.key_id,
        words=plain(words.strip()),
    )
