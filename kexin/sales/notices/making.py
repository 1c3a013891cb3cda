"""Making a notice: once for each matter, in reviewed words or waiting for them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import add, business_date
from kexin.core.errors import NotFound, NotPermitted, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.values import Duration, Unit
from kexin.core.workflow import close_work, duty_holder, open_work
from kexin.people.models import OrgUnit
from kexin.products.alerts.choices import FALLS
from kexin.products.models import NetValueAlert, Product, TextVersion
from kexin.products.texts.choices import TextLanguage
from kexin.products.texts.queries import versions_in_use
from kexin.sales.models import Notice
from kexin.sales.notices.choices import KINDS, NoticeMatter, NoticeState
from kexin.sales.notices.events import NoticeMade
from kexin.sales.notices.policies import NoticePolicy
from kexin.sales.notices.rules import filled

TELL = "sales.tell_holders"
WORK = "sales.notice_text"
LABEL = "sales.Notice"
WRITER = "products.draft_text"
TEXT_DAYS = 1


@operation("sales.make_notice", label=_("Make a notice to holders"), plain=("matter", "ref"))
def make_notice(product_id: int, matter: str, ref: str, facts: Mapping[str, Any], *, actor: Actor) -> Notice:
    """The notice of a matter, new or as it stands: ``ref`` names the matter apart from others of its kind."""
    if not actor.everything:
        raise NotPermitted
    return _made(Product.objects.get(pk=product_id), NoticeMatter(matter), ref, facts, actor)


@operation(TELL, label=_("Tell the holders of a product"))
def tell_holders(alert: NetValueAlert | int, *, actor: Actor) -> Notice:
    """Tell all holders of a fall in value that gave an alert.

    RuleViolation: a jump that may be a mistake or silence is not told, told already, or its words are not reviewed.
    """
    pk = alert.pk if isinstance(alert, NetValueAlert) else alert
    row = NetValueAlert.objects.select_for_update(of=("self",)).select_related("product").filter(pk=pk).first()
    if row is None or not Product.objects.visible_to(actor, TELL).filter(pk=row.product.pk).exists():
        raise NotFound
    if row.kind not in FALLS:
        raise RuleViolation(_("Only a fall is told to holders; put the net value right first."))
    if Notice.objects.filter(key=_key(NoticeMatter.ALERT, row.product, str(row.pk))).exists():
        raise RuleViolation(_("The holders were told of this alert already."))
    if words_in_use(row.product, NoticeMatter.ALERT) is None:
        raise RuleViolation(_("There is no reviewed notice of a fall in both languages for this product or its class."))
    facts = {"percent": row.facts.get("percent", ""), "day": row.day.isoformat(), "since": row.facts.get("since", "")}
    return _made(row.product, NoticeMatter.ALERT, str(row.pk), facts, actor)


def _key(matter: NoticeMatter, product: Product, ref: str) -> str:
    return f"{matter.value}:{product.pk}:{ref}"[:120]


def _made(product: Product, matter: NoticeMatter, ref: str, facts: Mapping[str, Any], actor: Actor) -> Notice:
    rules = in_force(NoticePolicy)
    row, new = Notice.objects.get_or_create(
        key=_key(matter, product, ref),
        defaults={
            "product": product,
            "matter": matter,
            "facts": dict(facts),
            "state": NoticeState.WAITING,
            "made_at": timezone.now(),
            "made_on": business_date(),
            "made_by": actor.name,
            "policy_id": rules.policy_version,
        },
    )
    if new:
        emit(NoticeMade(product.code, product.pk, row.pk, matter.value))
        if not put_into_words(row):
            _ask_for_words(row)
    return row


@operation("sales.word_notices", label=_("Put waiting notices into reviewed words"))
def word_notices(*, actor: Actor) -> int:
    """Notices whose texts were reviewed meanwhile go out; how many."""
    if not actor.everything:
        raise NotPermitted
    rows = Notice.objects.select_for_update(of=("self",), skip_locked=True).filter(state=NoticeState.WAITING)
    return sum(put_into_words(row) for row in rows.select_related("product"))


def words_in_use(product: Product, matter: NoticeMatter) -> tuple[TextVersion, TextVersion] | None:
    """The reviewed texts for a matter, Chinese and English; None where one is missing."""
    found = {each.text.language: each for each in versions_in_use(product, [KINDS[matter]], TextLanguage.values)}
    if set(found) < set(TextLanguage.values):
        return None
    return found[TextLanguage.ZH.value], found[TextLanguage.EN.value]


def put_into_words(row: Notice) -> bool:
    """Fill the reviewed texts in use; False where one is missing."""
    words = words_in_use(row.product, NoticeMatter(row.matter))
    if words is None:
        return False
    chinese, english = words
    facts = {"code": row.product.code, **row.facts}
    with translation.override("zh-hans"):
        in_chinese = {**facts, "product": row.product.name, "what": str(row.get_matter_display())}
    with translation.override("en"):
        in_english = {
            **facts,
            "product": row.product.name_en or row.product.name,
            "what": str(row.get_matter_display()),
        }
    row.text_zh, row.text_en, row.state = chinese, english, NoticeState.SENDING
    row.title, row.body = filled(chinese.text.title, in_chinese), filled(chinese.body, in_chinese)
    row.title_en, row.body_en = filled(english.text.title, in_english), filled(english.body, in_english)
    row.save()
    close_work(WORK, LABEL, row.pk, outcome="written", by="clock.notices")
    return True


def _ask_for_words(row: Notice) -> None:
    """Whoever drafts texts writes them; somebody else reviews; then the notice goes by itself."""
    unit = OrgUnit.objects.filter(parent=None).order_by("pk").values_list("pk", flat=True).first()
    owner = duty_holder(WRITER, unit) if unit is not None else None
    if unit is None or owner is None:
        return
    open_work(
        WORK,
        unit_id=unit,
        owner_post_id=owner,
        due_at=add(timezone.now(), Duration(TEXT_DAYS, Unit.WORKING_DAYS)),
        subject_kind=LABEL,
        subject_id=row.pk,
        details={"product": row.product.name, "product_en": row.product.name_en, "matter": row.matter},
        policy_id=row.policy_id,
    )
