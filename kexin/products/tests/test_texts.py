"""Texts from draft to use: who may review, what stops them, what is given on a day, what never changes again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.db.utils import Error

from kexin.core.actor import Actor
from kexin.core.errors import Conflict, NotFound, NotPermitted, RuleViolation
from kexin.core.models import AuditEntry, Event, WorkItem
from kexin.core.policy import in_force
from kexin.products.models import Product, ProductText, TextVersion
from kexin.products.tests.conftest import TODAY
from kexin.products.texts.choices import Standing
from kexin.products.texts.operations import (
    change_text,
    draft_text,
    draft_version,
    review_text,
    submit_text,
    withdraw_text,
)
from kexin.products.texts.policies import TextReviewPolicy
from kexin.products.texts.queries import findings_of, text_file, text_in_use, texts, try_words

pytestmark = pytest.mark.django_db
DAY = dt.timedelta(days=1)
GOOD = "理财产品不是存款，投资有风险。\n\n净值会波动，可能亏损；业绩比较基准不代表预期收益率。"


def yes(kind: str = "sales_script") -> dict[str, bool]:
    """Every question of the checklist answered with yes."""
    return {each.code: True for each in in_force(TextReviewPolicy).points(kind)}


def script(writer: Actor, body: str = GOOD, **more: Any) -> TextVersion:
    values = {"kind": "sales_script", "language": "zh", "title": "理财话术", "product_class": "wealth"} | more
    return draft_text(actor=writer, body=body, **values)


def approved(writer: Actor, reviewer: Actor, version: TextVersion, day: dt.date = TODAY) -> TextVersion:
    submit_text(version.pk, actor=writer)
    answers = yes(version.text.kind)
    return review_text(version.pk, actor=reviewer, approve=True, answers=answers, in_use_from=day)


def test_from_draft_to_use_with_two_persons(bank: Any, writer: Actor, wealth: Product) -> None:
    wu = bank.actor("wu")
    row = script(writer)
    assert text_in_use(wu, wealth.pk, "sales_script", "zh") is None
    submit_text(row.pk, actor=writer)
    item = WorkItem.objects.get(kind="products.text_review", status="open")
    assert item.owner_post_id == bank.posts["wu"].pk
    review_text(row.pk, actor=wu, approve=True, answers=yes(), in_use_from=TODAY + DAY)
    item.refresh_from_db()
    assert (item.status, item.outcome) == ("done", "approved")
    told = Event.objects.get(name="products.TextApproved")
    assert (told.payload["number"], len(told.payload["sha256"])) == (1, 64)
    entry = AuditEntry.objects.filter(operation="products.review_text").latest("pk")
    assert (entry.subject_kind, entry.arguments["answers"]["promise"]) == ("products.ProductText", True)
    assert text_in_use(wu, wealth.pk, "sales_script", "zh") is None
    found = text_in_use(wu, wealth.pk, "sales_script", "zh", TODAY + DAY)
    assert found is not None
    assert found.body == GOOD
    assert text_file(wu, row.text_id).standing(found) == Standing.COMING
    assert not texts(bank.actor("lin")).exists()
    with pytest.raises(NotFound):
        text_file(bank.actor("lin"), row.text_id)


def test_nobody_reviews_what_they_wrote(bank: Any, writer: Actor, wealth: Product) -> None:
    row = script(writer)
    submit_text(row.pk, actor=writer)
    with pytest.raises(NotPermitted):
        review_text(row.pk, actor=writer, approve=True, answers=yes())
    TextVersion.objects.filter(pk=row.pk).update(writers=[bank.actor("wu").user_id])
    with pytest.raises(RuleViolation):
        review_text(row.pk, actor=bank.actor("wu"), approve=True, answers=yes())
    with pytest.raises(IntegrityError), transaction.atomic():
        TextVersion.objects.filter(pk=row.pk).update(
            state="approved", in_use_from=TODAY, sha256="0" * 64, reviewed_by=row.drafted_by
        )
    with pytest.raises(IntegrityError), transaction.atomic():
        TextVersion.objects.filter(pk=row.pk).update(state="approved")


def test_the_sample_script_is_refused_by_lint_and_checklist(bank: Any, writer: Actor, wealth: Product) -> None:
    """CF-29."""
    wu = bank.actor("wu")
    row = script(writer, "这款产品能为您的家庭带来稳健的收益保障，让您安心享受生活。")
    submit_text(row.pk, actor=writer)
    assert {each.code for each in findings_of(wu, row)} == {"return", "says_risk"}
    with pytest.raises(RuleViolation) as stopped:
        review_text(row.pk, actor=wu, approve=True, answers=yes())
    assert "收益保障" in str(stopped.value.message)
    with pytest.raises(RuleViolation) as unanswered:
        review_text(row.pk, actor=wu, approve=True, answers=yes() | {"promise": False, "risk_said": False})
    assert set(unanswered.value.fields) == {"check_promise", "check_risk_said"}
    row.refresh_from_db()
    assert row.state == "in_review"
    with pytest.raises(RuleViolation) as silent:
        review_text(row.pk, actor=wu, approve=False, answers={})
    assert "note" in silent.value.fields
    review_text(row.pk, actor=wu, approve=False, answers=yes() | {"promise": False}, note="承诺收益，且未提示风险")
    row.refresh_from_db()
    assert (row.state, row.checklist["promise"], row.checklist["plain"]) == ("returned", False, True)
    change_text(row.pk, actor=writer, body=GOOD, version=row.version)
    approved(writer, wu, row)
    assert text_file(wu, row.text_id).used is not None


def test_a_new_version_replaces_the_one_before_and_withdrawing_leaves_none(
    bank: Any, writer: Actor, wealth: Product, settings: Any
) -> None:
    wu = bank.actor("wu")
    first = approved(writer, wu, script(writer))
    second = draft_version(first.text_id, actor=writer, change="补充费用")
    assert second.body == first.body
    with pytest.raises(Conflict):
        draft_version(first.text_id, actor=writer)
    submit_text(second.pk, actor=writer)
    with pytest.raises(RuleViolation) as early:
        review_text(second.pk, actor=wu, approve=True, answers=yes(), in_use_from=TODAY)
    assert "in_use_from" in early.value.fields
    review_text(second.pk, actor=wu, approve=True, answers=yes(), in_use_from=TODAY + 3 * DAY)
    settings.KEXIN_BUSINESS_DATE = (TODAY + 3 * DAY).isoformat()
    file = text_file(wu, first.text_id)
    assert [file.standing(each) for each in file.versions] == [Standing.IN_USE, Standing.REPLACED]
    with pytest.raises(RuleViolation):
        withdraw_text(second.pk, actor=wu, reason="")
    withdraw_text(second.pk, actor=wu, reason="监管检查发现表述不当")
    assert text_in_use(wu, wealth.pk, "sales_script", "zh") is None
    assert not texts(bank.actor("lin")).exists()


def test_what_was_approved_is_never_changed_or_deleted(bank: Any, writer: Actor, wealth: Product) -> None:
    row = approved(writer, bank.actor("wu"), script(writer))
    with pytest.raises(RuleViolation):
        change_text(row.pk, actor=writer, body=GOOD + "改")
    for change in ({"body": "别的话"}, {"in_use_from": TODAY - DAY}, {"state": "draft"}):
        with pytest.raises(Error), transaction.atomic():
            TextVersion.objects.filter(pk=row.pk).update(**change)
    with pytest.raises(Error), transaction.atomic():
        row.delete()


def test_a_products_own_text_comes_before_its_classes(bank: Any, writer: Actor, wealth: Product) -> None:
    wu = bank.actor("wu")
    approved(writer, wu, script(writer))
    own = approved(writer, wu, script(writer, GOOD + "\n\n本产品每季开放。", product_id=wealth.pk, title="添利话术"))
    found = text_in_use(wu, wealth.pk, "sales_script", "zh")
    assert found is not None
    assert found.pk == own.pk
    other = Product.objects.create(code="W2", name="另一只", product_class="wealth")
    of_class = text_in_use(wu, other.pk, "sales_script", "zh")
    assert of_class is not None
    assert of_class.text.product_id is None
    assert text_in_use(wu, other.pk, "sales_script", "en") is None


def test_wrong_input_is_told_at_its_field(bank: Any, writer: Actor, wealth: Product) -> None:
    with pytest.raises(RuleViolation) as wrong:
        draft_text(actor=writer, kind="poem", language="fr", title=" ", body=GOOD)
    assert set(wrong.value.fields) == {"kind", "language", "title", "product_class"}
    with pytest.raises(RuleViolation) as empty:
        script(writer, "  \n ")
    assert "body" in empty.value.fields
    script(writer)
    with pytest.raises(Conflict):
        script(writer)
    assert ProductText.objects.count() == 1
    row = TextVersion.objects.get()
    with pytest.raises(Conflict):
        change_text(row.pk, actor=writer, body=GOOD, version=row.version + 1)
    assert {each.code for each in try_words(bank.actor("wu"), kind="promotion", product_class="fund", language="zh",
                                            body="零风险")} == {"principal"}  # fmt: skip
