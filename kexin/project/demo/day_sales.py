"""Two sales in progress on the day of loading, through the doors: Mrs Chen's waits for her to read the risks, another
customer's is signed and waits for the head or for its order.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal

from kexin.core.actor import Actor, customer
from kexin.core.policy import in_force
from kexin.party.models import Customer
from kexin.portal.purposes import BUY, purposes
from kexin.products.models import Product
from kexin.products.queries import saleable
from kexin.project.demo.casting import cast
from kexin.project.demo.sale_story import drawn_name, own_device
from kexin.sales.choices import SaleChannel
from kexin.sales.matching import ASKED
from kexin.sales.material import questions_for, texts_for
from kexin.sales.models import Sale
from kexin.sales.operations.confirming import acknowledge_disclosure, confirm_sale, tell_opinion, to_confirm
from kexin.sales.operations.opening import open_sale
from kexin.sales.operations.signing import sign_sale
from kexin.sales.signatures.choices import ProofMethod
from kexin.sales.signatures.signing import Proof
from kexin.suitability.matching.choices import Purpose
from kexin.suitability.matching.facts import AskFacts
from kexin.suitability.matching.operations import facts_for, match
from kexin.suitability.matching.policies import MatchingPolicy
from kexin.suitability.matching.rules import Verdict, decide

AMOUNT = Decimal(100_000)
CARE = "elder_care"
CHANNEL = SaleChannel.REMOTE  # on the premises with staff it would have to be recorded


def tell_of_sales(today: dt.date) -> None:
    """Lin's two sales of this morning. Where nothing on the shelf fits, nothing is told."""
    lin = cast("lin")
    mine = Customer.objects.filter(lead_post=lin.post_id, kind="individual", status="active").select_related("party")
    chen, *others = mine.order_by("pk")[:60]
    for product, _verdict in fitting(lin, chen, today, grade=2):
        sale = _open(lin, chen, product)
        tell_opinion(sale, actor=lin, mode="spoken")
        break
    others.sort(key=lambda each: (each.born_year or 9999, each.pk))
    for asked in (True, False):  # best one whose head has to agree
        for row in others:
            for product, verdict in fitting(lin, row, today, grade=3 if asked else 2):
                if any(each.code == CARE for each in verdict.conditions) == asked:
                    signed_sale(lin, row, product)
                    return


def fitting(
    lin: Actor, row: Customer, today: dt.date, *, grade: int, channel: SaleChannel = CHANNEL
) -> Iterator[tuple[Product, Verdict]]:
    """Wealth products of a grade that may be sold to this customer today."""
    rules = in_force(MatchingPolicy)
    ask = AskFacts(Purpose.SALE, ASKED[channel], today, AMOUNT)
    wanted = saleable(lin).filter(product_class="wealth", offering="public", minimum_amount__lte=AMOUNT)
    for product in wanted.select_related("terms").order_by("code"):
        if product.risk_grade == grade and texts_for(product, "zh"):
            facts, _employee = facts_for(row, product, ask, lin)
            verdict = decide(facts, rules)
            if not verdict.refusals:
                yield product, verdict


def _open(lin: Actor, row: Customer, product: Product, channel: SaleChannel = CHANNEL) -> Sale:
    opinion = match(row, product, actor=lin, channel=ASKED[channel], amount=AMOUNT)
    return open_sale(
        row, product, actor=lin, amount=AMOUNT, channel=channel, staff_took_part=True, decision_no=opinion.pk
    )


def signed_sale(lin: Actor, row: Customer, product: Product, channel: SaleChannel = CHANNEL) -> Sale:
    """As far as the customer goes alone."""
    sale = tell_opinion(_open(lin, row, product, channel), actor=lin, mode="screen")
    session = f"portal.{row.pk}"
    herself = customer(row.pk, row.customer_no, purposes[BUY].operations, session=session, address="10.9.3.14")
    device = own_device(row.pk)
    acknowledge_disclosure(
        sale,
        actor=herself,
        texts=[each.pk for each in texts_for(product, "zh")],
        language="zh",
        seconds=74,
        answers={each.code: each.right for each in questions_for(product)},
        device=f"{device['platform']} {device['browser']}",
    )
    browser = f"{device['platform']} {device['browser']}"
    confirm_sale(sale, actor=herself, confirmed=to_confirm(sale), turn=1, device=browser)
    proof = Proof(ProofMethod.APP, f"app-{row.pk}", session=session, device=device)
    return sign_sale(sale, actor=herself, drawing=json.dumps(drawn_name(row.pk)), proof=proof)
