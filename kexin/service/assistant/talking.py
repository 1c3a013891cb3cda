"""Talking with a customer on the portal: answers with their source, a choice, "I do not know", a person; complaints
and requests taken in conversation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.errors import NotFound, RuleViolation
from kexin.core.events import emit
from kexin.core.fields import decrypt_rows
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.query import query
from kexin.core.templatetags.kexin import moment
from kexin.party.models import Customer
from kexin.service.assistant.choices import LineKind, Speaker, Wish
from kexin.service.assistant.events import TalkTransferred
from kexin.service.assistant.learning import matcher_now
from kexin.service.assistant.policies import AssistantPolicy, parse_wishes
from kexin.service.assistant.taking import LONGEST_TOLD, NEEDS, STOP, Pick, Reply, begin, go_on, picks
from kexin.service.complaints.own import VIEW_OWN as VIEW_COMPLAINTS
from kexin.service.complaints.own import own_complaints
from kexin.service.conversations.asking import write_own_words
from kexin.service.knowledge.choices import ArticleLanguage
from kexin.service.knowledge.queries import help_article, search_help
from kexin.service.knowledge.safe_text import plain
from kexin.service.knowledge.searches import note_search
from kexin.service.models import ArticleVersion, AssistantLine, AssistantTalk, Conversation
from kexin.service.queries import VIEW_OWN as VIEW_REQUESTS
from kexin.service.queries import own_requests
from kexin.service.rules import clean

VIEW = "service.view_own_talk"
LONGEST, SHOWN, SPOKEN = 500, 100, 700  # characters of a question; lines of a talk shown; characters of an answer
FITS = 0.3  # share of the best possible rank from which a found article is worth offering


@operation("service.ask_assistant", label=_("Ask the assistant"), plain=("language",))
def ask_assistant(*, actor: Actor, text: str, language: str = "zh") -> AssistantLine:
    """A customer asks; the assistant's line. Both are kept with the talk, readable by the customer alone.

    While a complaint or a request is taken, the words are part of it. Refused at the field for no words or too many,
    and past the questions of a day.
    """
    rules, said = in_force(AssistantPolicy), clean(text)
    talk = _talk(actor, rules)
    last = _last(talk)
    taking = last is not None and last.kind == LineKind.TAKE
    _may_ask(actor, said, rules, LONGEST_TOLD if taking else LONGEST)
    if last is not None and taking:
        bare = said.casefold().strip("。.!！ ")
        wish = next((each for each, words in parse_wishes(rules.wishes) if bare in words), None)
        if wish != Wish.PERSON:
            return _taken(actor, talk, last, said, STOP if wish == Wish.STOP else "")
    _keep(talk, Speaker.CUSTOMER, Reply(LineKind.ASKED, said))
    return _keep(talk, Speaker.ASSISTANT, _reply(actor, said, language, rules))


@operation("service.pick_in_talk", label=_("Press a button of the assistant"), plain=("code",))
def pick_in_talk(*, actor: Actor, code: str) -> AssistantLine:
    """What a button means: a complaint or request is begun, goes on, is sent or left; or how things stand.

    Raises NotFound for a button that is not there.
    """
    rules = in_force(AssistantPolicy)
    talk = _talk(actor, rules)
    last = _last(talk)
    if last is not None and last.kind == LineKind.TAKE:
        return _taken(actor, talk, last, "", code)
    label = dict(starts(actor)).get(code)
    if label is None:
        raise NotFound
    _may_ask(actor, label, rules)
    _keep(talk, Speaker.CUSTOMER, Reply(LineKind.ASKED, label))
    said = Reply(LineKind.STATUS, _status(actor)) if code == Wish.STATUS else begin(actor, Wish(code))
    return _keep(talk, Speaker.ASSISTANT, said)


def starts(actor: Actor) -> list[tuple[str, str]]:
    """What a customer may begin by a button, with its words."""
    found = [(Wish.COMPLAIN, _t("I want to complain")), (Wish.REQUEST, _t("I have a request"))]
    may = [(str(wish), label) for wish, label in found if actor.may(NEEDS[wish])]
    return [*may, (str(Wish.STATUS), _t("How do my requests stand?"))] if actor.may(VIEW_REQUESTS) else may


def _taken(actor: Actor, talk: AssistantTalk, last: AssistantLine, said: str, chosen: str) -> AssistantLine:
    mine, answer = go_on(actor, talk, last, said, chosen)
    _keep(talk, Speaker.CUSTOMER, mine)
    return _keep(talk, Speaker.ASSISTANT, answer)


def _last(talk: AssistantTalk) -> AssistantLine | None:
    return talk.lines.filter(speaker=Speaker.ASSISTANT).order_by("-pk").first()


@operation("service.choose_answer", label=_("Choose an article that the assistant offered"), plain=("language",))
def choose_answer(*, actor: Actor, article_id: int, language: str = "zh") -> AssistantLine:
    """One of the articles of the last offer. Raises NotFound for any other."""
    rules = in_force(AssistantPolicy)
    talk = _talk(actor, rules)
    last = _last(talk)
    if last is None or article_id not in last.offered:
        raise NotFound
    version = help_article(actor, article_id, language)
    _keep(talk, Speaker.CUSTOMER, Reply(LineKind.ASKED, version.title))
    return _keep(talk, Speaker.ASSISTANT, _from(version))


@operation("service.hand_over_talk", label=_("Have the assistant hand over to a person"))
def hand_over_talk(*, actor: Actor) -> Conversation:
    """A conversation with every word of the talk, so that nobody has to say it twice. Day and night; its clock runs."""
    talk = _talk(actor, in_force(AssistantPolicy))
    lines = _for_staff(list(talk.lines.order_by("pk")))
    decrypt_rows(AssistantLine, lines, ("text",))
    asked = [str(each.text) for each in lines if each.speaker == Speaker.CUSTOMER]
    if not asked:
        raise RuleViolation(fields={"text": _("Say first what it is about.")})
    told = "\n".join(f"{each.get_speaker_display()}：{each.text}" for each in lines)
    row = write_own_words(actor=actor, text=_matter(asked), earlier=told).conversation
    talk.conversation = row
    talk.save(update_fields=["conversation"])
    said = _t("A colleague takes over and has read what we said. Go on here: %(number)s.")
    _keep(talk, Speaker.ASSISTANT, Reply(LineKind.HANDED, said % {"number": row.conversation_no}))
    emit(TalkTransferred(talk.customer_id, row.conversation_no, talk.pk, row.pk, len(lines)))
    return row


def _for_staff(lines: list[AssistantLine]) -> list[AssistantLine]:
    """Without what belongs to a complaint or request: whoever answers here may be whom the complaint is about."""
    taken = (LineKind.TAKE, LineKind.TOLD, LineKind.LEFT, LineKind.MADE, LineKind.STATUS)
    after = [*(each.kind for each in lines[1:]), ""][: len(lines)]
    return [
        each
        for each, following in zip(lines, after, strict=True)
        if each.kind not in taken and not (each.kind == LineKind.ASKED and following in taken)
    ]


def _matter(asked: list[str]) -> str:
    """The last question that was not only the wish for a person."""
    rules = in_force(AssistantPolicy)
    told = [each for each in asked if wish_of(each, rules) != Wish.PERSON]
    return told[-1] if told else asked[-1]


def _may_ask(actor: Actor, said: str, rules: AssistantPolicy, longest: int = LONGEST) -> None:
    if not rules.enabled:
        raise RuleViolation(_("The assistant is not there at the moment. Send us a request instead."))
    if not said:
        raise RuleViolation(fields={"text": _("Write what you would like to know.")})
    if len(said) > longest:
        raise RuleViolation(fields={"text": _("At most %(most)s characters.") % {"most": longest}})
    since = timezone.now() - dt.timedelta(days=1)
    rows = AssistantLine.objects.filter(talk__customer=actor.customer_id, speaker=Speaker.CUSTOMER, at__gte=since)
    if rows.count() >= rules.a_day:
        raise RuleViolation(_("That were many questions today. Ask for a person, please."))


def _talk(actor: Actor, rules: AssistantPolicy) -> AssistantTalk:
    """The customer's running talk, or a new one after a pause or a hand-over. Holds the customer's row meanwhile."""
    assert actor.customer_id is not None
    customer = Customer.objects.select_related("party").select_for_update(of=("self",)).get(pk=actor.customer_id)
    now = timezone.now()
    row = current_talk(actor, rules)
    if row is None:
        key_id = customer.party.key_id
        row = AssistantTalk.objects.create(customer=customer, key_id=key_id, began_at=now, last_at=now)
    return row


def current_talk(actor: Actor, rules: AssistantPolicy) -> AssistantTalk | None:
    """The talk that goes on: not handed over, its last words not too long ago."""
    since = timezone.now() - dt.timedelta(minutes=rules.idle_minutes)
    rows = AssistantTalk.objects.filter(customer=actor.customer_id, last_at__gte=since, conversation=None)
    return rows.order_by("-last_at").first()


def _keep(talk: AssistantTalk, speaker: Speaker, said: Reply) -> AssistantLine:
    now = timezone.now()
    line = AssistantLine(
        talk=talk,
        customer_id=talk.customer_id,
        key_id=talk.key_id,
        speaker=speaker,
        kind=said.kind,
        text=said.text,
        source=said.source,
        offered=said.offered,
        likely=said.likely,
        alike=said.alike,
        step=said.step,
        chosen=said.chosen,
        complaint=said.complaint,
        request=said.request,
        at=now,
    )
    line.save()
    talk.last_at = now
    talk.save(update_fields=["last_at"])
    return line


def _reply(actor: Actor, said: str, language: str, rules: AssistantPolicy) -> Reply:
    wish = wish_of(said, rules)
    if wish == Wish.PERSON:
        return Reply(LineKind.UNKNOWN, _t("Gladly. I hand over what we said, and a colleague answers you."))
    if wish == Wish.STATUS and actor.may(VIEW_REQUESTS):
        return Reply(LineKind.STATUS, _status(actor))
    if wish in NEEDS and actor.may(NEEDS[wish]):
        return begin(actor, wish)
    return answer_to(actor, said, language, rules)


def wish_of(said: str, rules: AssistantPolicy) -> Wish | None:
    """The wish that a text names by the words of the policy; the longest words win. Nothing is left that was not
    begun."""
    folded, wishes = said.casefold(), parse_wishes(rules.wishes)
    found = [(len(w), wish) for wish, phrases in wishes for w in phrases if w in folded and wish != Wish.STOP]
    return max(found)[1] if found else None


def answer_to(actor: Actor, said: str, language: str, rules: AssistantPolicy) -> Reply:
    """From an approved article where it is sure; else a choice; else that it does not know, which writers see."""
    matcher = matcher_now()
    reading = matcher.read(said) if matcher is not None else None
    likely = reading.guesses[0].likely if reading and reading.guesses else 0.0
    alike = reading.alike if reading else 0.0
    sure, near_by = round(likely, 4), round(alike, 4)
    if reading and likely >= rules.sure and alike >= rules.alike:
        version = _readable(actor, reading.guesses[0].article_id, language)
        if version is not None:
            note_search(actor=actor, text=said, found=1)
            return _from(version, sure, near_by)
    near = reading.guesses if reading and alike >= rules.alike else ()
    offered = [each.article_id for each in near if each.likely >= rules.offer]
    found = search_help(actor, said, limit=rules.choices)
    whole = found.asked.whole or 1.0
    offered += [version.article_id for each, version in found.hits if each.score >= FITS * whole]
    shown = [pk for pk in dict.fromkeys(offered) if _readable(actor, pk, language) is not None][: rules.choices]
    if shown:
        return Reply(
            LineKind.OFFER,
            _t("I am not sure what you mean. Is it one of these?"),
            offered=shown,
            likely=sure,
            alike=near_by,
        )
    note_search(actor=actor, text=said, found=0)
    words = _t("I do not know. I would rather not guess: shall a colleague answer you?")
    return Reply(LineKind.UNKNOWN, words, likely=sure, alike=near_by)


def _readable(actor: Actor, article_id: int, language: str) -> ArticleVersion | None:
    """What was learned may have been withdrawn since."""
    try:
        return help_article(actor, article_id, language)
    except NotFound:
        return None


def _from(version: ArticleVersion, likely: float | None = None, alike: float | None = None) -> Reply:
    text = plain(version.body)
    short = text if len(text) <= SPOKEN else f"{text[:SPOKEN].rstrip()}…"
    return Reply(LineKind.ANSWER, short, source=version, likely=likely, alike=alike)


def _status(actor: Actor) -> str:
    rows = own_requests(actor)[:5]
    cases = own_complaints(actor)[:5] if actor.may(VIEW_COMPLAINTS) else []
    if not rows and not cases:
        return _t("You have no requests or complaints with us.")
    asked = [f"{row.request_no} · {row.subject} · {row.get_state_display()} · {moment(row.opened_at)}" for row in rows]
    told = [f"{row.complaint_no} · {row.subject} · {sentence}" for row, sentence in cases]
    lines = [_t("These are your requests:"), *asked] if asked else []
    return "\n".join([*lines, _t("These are your complaints:"), *told] if told else lines)


@dataclass(frozen=True, slots=True)
class Talk:
    """A talk with its lines in order, the titles of the articles offered last, the buttons beneath."""

    row: AssistantTalk | None
    lines: list[AssistantLine]
    offered: list[tuple[int, str]]
    picks: list[Pick]


@query(VIEW, label=_("See one's own talk with the assistant"), record="open")
def own_talk(actor: Actor, language: str = ArticleLanguage.ZH) -> Talk:
    """The running talk of the customer who acts, or the one that was just handed over."""
    rules = in_force(AssistantPolicy)
    since = timezone.now() - dt.timedelta(minutes=rules.idle_minutes)
    rows = AssistantTalk.objects.visible_to(actor, VIEW).filter(last_at__gte=since).select_related("conversation")
    row = rows.order_by("-last_at").first()
    if row is None:
        return Talk(None, [], [], [])
    lines = list(row.lines.select_related("source", "complaint", "request").order_by("-pk")[:SHOWN])[::-1]
    decrypt_rows(AssistantLine, lines, ("text",))
    last = lines[-1] if lines else None
    offered = []
    for pk in last.offered if last else []:
        version = _readable(actor, pk, language)
        if version is not None:
            offered.append((pk, version.title))
    return Talk(row, lines, offered, picks(actor, last))
