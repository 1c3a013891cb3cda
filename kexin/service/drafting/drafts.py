"""A draft from being asked to a person's word on it. What leaves is masked and recorded before it leaves; the waiting
for the endpoint holds no transaction; nothing reaches a customer but by the person who confirms."""

from __future__ import annotations

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.fields import decrypt_rows
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.service.conversations.answering import answer_conversation
from kexin.service.conversations.choices import Side
from kexin.service.conversations.policies import ConversationPolicy
from kexin.service.conversations.queries import VIEW
from kexin.service.drafting.choices import DraftKind, DraftState
from kexin.service.drafting.endpoint import Endpoint, NoDraft
from kexin.service.drafting.events import DraftConfirmed, WordsLeft
from kexin.service.drafting.masking import hide, restore
from kexin.service.drafting.names import names_known
from kexin.service.drafting.policies import DraftPolicy
from kexin.service.drafting.rules import cited_in, fault_of, prompt, without_citations
from kexin.service.knowledge.choices import Audience
from kexin.service.knowledge.queries import search_articles
from kexin.service.models import Conversation, ConversationMessage, WordsDraft
from kexin.service.rules import clean

ASKS, CONFIRMS = "service.ask_draft", "service.confirm_draft"
KEEPS = "service.keep_draft"
Messages = list[dict[str, str]]


def endpoint() -> Endpoint | None:
    """Where drafts come from; None where none are to."""
    rules = in_force(DraftPolicy)
    if not rules.enabled or not settings.KEXIN_DRAFT_URL:
        return None
    return Endpoint(
        settings.KEXIN_DRAFT_URL, settings.KEXIN_DRAFT_MODEL, settings.KEXIN_DRAFT_KEY, float(rules.seconds)
    )


def draft_for(conversation_id: int, *, actor: Actor, kind: str) -> WordsDraft:
    """Ask, wait, keep. Each of the two acts is an operation of its own."""
    row, messages, kept = ask_draft(conversation_id, actor=actor, kind=kind)
    there = endpoint()
    text, fault = "", ""
    try:
        text = there.complete(messages) if there is not None else ""
    except NoDraft as problem:
        fault = str(problem)
    return keep_draft(row.pk, actor=actor, text=text, fault=fault, kept=kept)


@operation(ASKS, label=_("Ask a model for a draft"), plain=("kind",))
def ask_draft(
    conversation: Conversation | int, *, actor: Actor, kind: str
) -> tuple[WordsDraft, Messages, dict[str, str]]:
    """What is to leave, masked and recorded; and what stood at the places."""
    row, rules, there = Conversation.objects.lock(conversation, actor), in_force(DraftPolicy), endpoint()
    if there is None:
        raise RuleViolation(_("Drafts by a model are switched off."))
    if kind not in DraftKind.values:
        raise RuleViolation(fields={"kind": _("Choose one of the list.")})
    lines = list(row.messages.filter(automatic=False).order_by("-pk")[: rules.messages])[::-1]
    decrypt_rows(ConversationMessage, lines, ("text",))
    decrypt_rows(Conversation, [row], ("sender_name",))
    heard = [str(each.text) for each in lines if each.text and each.side == Side.IN]
    if not heard:
        raise RuleViolation(_("The customer has not said anything yet."))
    who = [("Employee" if each.side == Side.OUT else "Customer", str(each.text)) for each in lines if each.text]
    names = [*names_known(row.customer), *([str(row.sender_name)] if row.sender_name else [])]
    # one text, so that the same number has the same place in every message
    masked, kept = hide("\x00".join(text for _who, text in who), names)
    said = [(person, text) for (person, _text), text in zip(who, masked.split("\x00"), strict=True)]
    found = search_articles(actor, heard[-1], audience=Audience.CUSTOMER, limit=rules.articles).hits
    known = [(each.article.article_no, each.title, each.body) for _found, each in found]
    if kind == DraftKind.REPLY and not known:
        raise RuleViolation(_("No approved article answers this: there is nothing to draft from."))
    messages = prompt(kind, said, known)
    left = "\n\n".join(each["content"] for each in messages)
    draft = WordsDraft(
        conversation=row,
        customer_id=row.customer_id,
        key_id=row.key_id,
        kind=kind,
        sent_text=left,
        cited=[number for number, _title, _body in known] if kind == DraftKind.REPLY else [],
        model=there.model,
        host=str(there.parts.hostname),
        asked_by=actor.name,
        asked_at=timezone.now(),
    )
    draft.save()
    emit(WordsLeft(draft.pk, draft.host, len(left), len(kept)))
    return draft, messages, kept


@operation(KEEPS, label=_("Keep what a model drafted"), plain=("fault",))
def keep_draft(
    draft: WordsDraft | int, *, actor: Actor, text: str, fault: str = "", kept: dict[str, str] | None = None
) -> WordsDraft:
    """The answer with the places filled again; what breaks a rule is no draft."""
    row = WordsDraft.objects.lock(draft, actor)
    if row.state != DraftState.ASKED or row.asked_by != actor.name:
        raise RuleViolation(_("This is not possible in the present state."))
    rules, said = in_force(DraftPolicy), clean(text)
    forbidden = in_force(ConversationPolicy).forbidden
    row.fault = (fault or fault_of(row.kind, said, row.cited, rules.longest, forbidden))[:20]
    row.state = DraftState.FAILED if row.fault else DraftState.READY
    if not row.fault:
        row.cited = cited_in(said)
        row.draft_text = restore(said, kept or {})[:4000]
    row.save()
    return row


@operation(CONFIRMS, label=_("Confirm a draft"))
def confirm_draft(draft: WordsDraft | int, *, actor: Actor, text: str) -> WordsDraft:
    """A reply as the person leaves it goes to the customer as their own answer; a summary is only kept."""
    row, said = WordsDraft.objects.lock(draft, actor), clean(text)
    if row.state != DraftState.READY:
        raise RuleViolation(_("This is not possible in the present state."))
    if not said:
        raise RuleViolation(fields={"text": _("Write something.")})
    if "〔" in without_citations(said):
        raise RuleViolation(fields={"text": _("A place such as 〔号码1〕 is not filled.")})
    decrypt_rows(WordsDraft, [row], ("draft_text",))
    proposed = without_citations(str(row.draft_text))
    if row.kind == DraftKind.REPLY:
        said = without_citations(said)
        answer_conversation(row.conversation_id, actor=actor, text=said)
    changed = said != proposed
    row.state, row.draft_text = DraftState.CONFIRMED, said[:4000]
    row.settled_by, row.settled_at = actor.name, timezone.now()
    row.save()
    emit(DraftConfirmed(row.pk, changed))
    return row


@operation("service.drop_draft", label=_("Put a draft away"))
def drop_draft(draft: WordsDraft | int, *, actor: Actor) -> WordsDraft:
    """Nothing of it is used."""
    row = WordsDraft.objects.lock(draft, actor)
    if row.state != DraftState.READY:
        raise RuleViolation(_("This is not possible in the present state."))
    row.state, row.settled_by, row.settled_at = DraftState.DROPPED, actor.name, timezone.now()
    row.save()
    return row


@query(VIEW, label=_("See conversations"), record="open")
def drafts_of(actor: Actor, conversation_id: int) -> list[WordsDraft]:
    """The newest drafts of a conversation within reach, with what left for them."""
    rows = WordsDraft.objects.visible_to(actor, VIEW).filter(conversation=conversation_id)
    return list(decrypt_rows(WordsDraft, list(rows.order_by("-asked_at", "-pk")[:10]), ("sent_text", "draft_text")))
