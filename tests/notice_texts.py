"""Reviewed notices to holders, as the product's owner writes them and consumer protection passes them."""

from __future__ import annotations

from kexin.core.calendar import business_date
from kexin.core.policy import in_force
from kexin.products.texts.operations import draft_text, review_text, submit_text
from kexin.products.texts.policies import TextReviewPolicy
from kexin.project.demo.shelf_texts import demo_texts
from tests.personas import Bank


def reviewed(bank: Bank, *kinds: str, product_class: str = "wealth", languages: tuple[str, ...] = ("zh", "en")) -> None:
    """The notices of these kinds that the demonstration bank ships, through their review."""
    for kind, name, language, title, body in demo_texts():
        if kind not in kinds or name != product_class or language not in languages:
            continue
        row = draft_text(
            actor=bank.actor("fang"), kind=kind, language=language, title=title, body=body, product_class=name
        )
        submit_text(row.pk, actor=bank.actor("fang"))
        answers = {each.code: True for each in in_force(TextReviewPolicy).points(kind)}
        review_text(row.pk, actor=bank.actor("ning"), approve=True, answers=answers, in_use_from=business_date())
