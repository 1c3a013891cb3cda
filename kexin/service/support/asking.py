"""A question to a support desk: asked from a record, answered within its time, asked again until it helps."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import add, business_date
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import close_work, open_work
from kexin.party.models import Customer
from kexin.people.models import Post
from kexin.sales.models import Sale
from kexin.service.drafting.masking import hide
from kexin.service.drafting.names import names_known
from kexin.service.knowledge.choices import ArticleKind, ArticleLanguage, Audience
from kexin.service.knowledge.writing import draft_article
from kexin.service.models import ArticleVersion, ServiceRequest, SupportQuestion
from kexin.service.queries import VIEW as VIEW_REQUESTS
from kexin.service.rules import clean, text_fits
from kexin.service.support.choices import SupportState
from kexin.service.support.events import SupportAnswered, SupportAsked
from kexin.service.support.policies import Desk, SupportPolicy

ASKS, ANSWERS, SETTLES, TAKES = (
    "service.ask_support",
    "service.answer_support",
    "service.settle_support",
    "service.take_support",
)
WORK, SUBJECT = "service.support", "service.SupportQuestion"
LONGEST_SUBJECT, LONGEST_QUESTION, LONGEST_ANSWER = 120, 2000, 4000


@operation(ASKS, label=_("Ask a support desk"), plain=("desk", "sale_no"))
def ask_support(
    *,
    actor: Actor,
    desk: str,
    subject: str,
    question: str,
    request_id: int | None = None,
    customer_id: int | None = None,
    sale_no: str = "",
) -> SupportQuestion:
    """From a request, a customer or a sale within reach, or from nowhere. What names the customer is taken out."""
    place, post = in_force(SupportPolicy).desk(desk), Post.objects.filter(pk=actor.post_id or 0).first()
    if post is None:
        raise RuleViolation(_("Only somebody who holds a post can ask a support desk."))
    request, customer = _about(actor, request_id, customer_id, sale_no)
    names = names_known(customer)
    about, said = (hide(clean(text), names)[0] for text in (subject, question))
    if place is None:
        raise RuleViolation(fields={"desk": _("Choose one of the list.")})
    if not about:
        raise RuleViolation(fields={"subject": _("Say in a few words what it is about.")})
    if not said:
        raise RuleViolation(fields={"question": _("Write what you would like to know.")})
    (text_fits(about, LONGEST_SUBJECT, "subject") & text_fits(said, LONGEST_QUESTION, "question")).enforce()
    owner = _who_answers(place, post)
    key, now = _next_key(), timezone.now()
    row = SupportQuestion(
        pk=key,
        question_no=f"H{business_date().year}{key:06d}",
        desk=desk,
        request=request,
        customer=customer,
        sale_no=sale_no,
        subject=about,
        question=said,
        unit_id=owner.unit_id,
        owner_post=owner,
        asked_post=post,
        asked_at=now,
        asked_by=actor.name,
        due_at=now,
    )
    _owe(row, place)
    row.save(force_insert=True)
    emit(SupportAsked(row.pk, row.question_no, desk))
    return row


def _about(
    actor: Actor, request_id: int | None, customer_id: int | None, sale_no: str
) -> tuple[ServiceRequest | None, Customer | None]:
    """What it came up with, if within the asker's reach."""
    request, customer = None, None
    if request_id is not None:
        request = ServiceRequest.objects.visible_to(actor, VIEW_REQUESTS).filter(pk=request_id).first()
        if request is None:
            raise NotFound
        customer = request.customer
    elif sale_no:
        sale = Sale.objects.visible_to(actor, "sales.view_sales").filter(sale_no=sale_no).first()
        if sale is None:
            raise NotFound
        customer = sale.customer
    elif customer_id is not None:
        customer = Customer.objects.visible_to(actor, "party.view_customer").filter(pk=customer_id).first()
        if customer is None:
            raise NotFound
    return request, customer


def _who_answers(desk: Desk, asker: Post) -> Post:
    """Of the posts of the desk's role the one with the fewest open questions; never the asker's own."""
    rows = Post.objects.filter(
        closed_on=None,
        holders__ends_on=None,
        roles__role__code=desk.role,
        roles__role__grants__operation=ANSWERS,
    ).exclude(pk=asker.pk)
    open_now = dict(
        SupportQuestion.objects.filter(state=SupportState.OPEN)
        .values_list("owner_post")
        .annotate(n=Count("pk"))
        .order_by()
    )
    found = min(rows.distinct(), key=lambda post: (open_now.get(post.pk, 0), post.pk), default=None)
    if found is None:
        raise RuleViolation(fields={"desk": _("Nobody answers for this desk at the moment.")})
    return found


def _owe(row: SupportQuestion, desk: Desk, due: dt.datetime | None = None) -> None:
    """The owner owes an answer within the desk's time; ``due``: by when it was promised already."""
    rules = in_force(SupportPolicy)
    if due is None:
        row.due_at, row.policy_id = add(timezone.now(), desk.within).at, rules.policy_version
    open_work(
        WORK,
        unit_id=row.unit_id,
        owner_post_id=row.owner_post_id,
        due_at=row.due_at,
        subject_kind=SUBJECT,
        subject_id=row.pk,
        details={"question_no": row.question_no, "desk": desk.name, "desk_en": desk.name_en},
        priority=3,
        policy_id=rules.policy_version,
    )


@operation(TAKES, label=_("Take over a question to a support desk"))
def take_support(question: SupportQuestion | int, *, actor: Actor) -> SupportQuestion:
    """Another post of the desk answers; the time stays."""
    row = SupportQuestion.objects.lock(question, actor)
    post = Post.objects.filter(pk=actor.post_id or 0).first()
    if row.state != SupportState.OPEN or post is None or post.pk in (row.owner_post_id, row.asked_post_id):
        raise RuleViolation(_("This is not possible in the present state."))
    desk = in_force(SupportPolicy).desk(row.desk)
    if desk is None or not post.roles.filter(role__code=desk.role).exists():
        raise RuleViolation(_("Another role answers for this desk."))
    close_work(WORK, SUBJECT, row.pk, outcome="taken", by=actor.name, cancelled=True)
    row.owner_post, row.unit_id = post, post.unit_id
    _owe(row, desk, row.due_at)
    return _saved(row)


@operation(ANSWERS, label=_("Answer a question to a support desk"))
def answer_support(
    question: SupportQuestion | int, *, actor: Actor, answer: str, version: int | None = None
) -> SupportQuestion:
    """By the post that has it; kept beside the record it came up with."""
    row = SupportQuestion.objects.lock(question, actor, version=version)
    said = clean(answer)
    if row.state != SupportState.OPEN:
        raise RuleViolation(_("It was answered already."))
    if row.owner_post_id not in actor.post_ids:
        raise RuleViolation(_("A colleague has this question; take it over first."))
    if not said:
        raise RuleViolation(fields={"answer": _("Write something.")})
    text_fits(said, LONGEST_ANSWER, "answer").enforce()
    row.answer_text, row.answered_at, row.answered_by = said, timezone.now(), actor.name
    row.state = SupportState.ANSWERED
    close_work(WORK, SUBJECT, row.pk, outcome="answered", by=actor.name)
    emit(SupportAnswered(row.pk, row.question_no, row.desk, row.answered_at > row.due_at))
    return _saved(row)


@operation(SETTLES, label=_("Say whether a support desk helped"), plain=("helped",))
def settle_support(question: SupportQuestion | int, *, actor: Actor, helped: bool, more: str = "") -> SupportQuestion:
    """By who asked. It helped: settled. Else the question goes back with what is missing, with a new clock."""
    row = SupportQuestion.objects.lock(question, actor)
    if row.state != SupportState.ANSWERED or row.asked_post_id not in actor.post_ids:
        raise RuleViolation(_("This is not possible in the present state."))
    if helped:
        row.state = SupportState.SETTLED
        return _saved(row)
    said = hide(clean(more), names_known(row.customer))[0]
    if not said:
        raise RuleViolation(fields={"more": _("Say what is missing.")})
    asked = f"{row.question}\n\n{said}"
    text_fits(asked, LONGEST_QUESTION, "more").enforce()
    desk = in_force(SupportPolicy).desk(row.desk)
    if desk is None:
        raise RuleViolation(_("This is not possible in the present state."))
    row.question, row.state, row.rounds = asked, SupportState.OPEN, row.rounds + 1
    row.answered_at, row.answered_by = None, ""
    _owe(row, desk)
    return _saved(row)


@operation("service.article_from_support", label=_("Make an article of an answer"))
def article_from_support(question: SupportQuestion | int, *, actor: Actor, category_id: int) -> ArticleVersion:
    """A draft for staff with the question as the way of asking; somebody else reviews it as any other."""
    row = SupportQuestion.objects.lock(question, actor)
    if row.state == SupportState.OPEN or row.article_id is not None:
        raise RuleViolation(_("This is not possible in the present state."))
    made = draft_article(
        actor=actor,
        kind=ArticleKind.ANSWER,
        audience=Audience.STAFF,
        category_id=category_id,
        language=ArticleLanguage.ZH,
        title=row.subject,
        body=f"{row.question}\n\n{row.answer_text}",
        asked=[row.subject],
    )
    row.article = made.article
    _saved(row)
    return made


def _saved(row: SupportQuestion) -> SupportQuestion:
    row.version += 1
    row.save()
    return row


def _next_key() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('service_supportquestion', 'id'))")
        return int(cursor.fetchone()[0])
