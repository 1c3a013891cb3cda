"""A complaint or a request taken in conversation: one question at a time, sent through the customer's own doors.

What was said so far is the unbroken run of lines at the end of the talk that have a step; nothing else is kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from django.utils.translation import gettext as _t

from kexin.core.actor import Actor
from kexin.core.errors import NotFound
from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.core.templatetags.kexin import day, moment
from kexin.service.assistant.choices import LineKind, Speaker, Step, Wish
from kexin.service.complaints.own import SEND_OWN, SENTENCES, own_matters, send_own_complaint
from kexin.service.models import ArticleVersion, AssistantLine, AssistantTalk, Complaint, ServiceRequest
from kexin.service.policies import RequestPolicy, parse_kinds
from kexin.service.requests.opening import send_own_request

SEND_REQUEST = "service.send_own_request"
LONGEST_TOLD = 2000  # characters of one answer while something is taken
SHORT = 60  # characters of what becomes the subject
OTHER, SKIP, STOP, SENT, HIDDEN = "other", "skip", "stop", "send", "hidden"
NEEDS = {Wish.COMPLAIN: SEND_OWN, Wish.REQUEST: SEND_REQUEST}
_END = re.compile(r"[。！？!?\n]|\.\s")


@dataclass(slots=True)
class Reply:
    """What the assistant says."""

    kind: LineKind
    text: str
    source: ArticleVersion | None = None
    offered: list[int] = field(default_factory=list)
    likely: float | None = None
    alike: float | None = None
    step: str = ""
    chosen: str = ""
    complaint: Complaint | None = None
    request: ServiceRequest | None = None


@dataclass(frozen=True, slots=True)
class Pick:
    """A button beneath the last line: what it means, its words, whether it is the one most will press."""

    code: str
    label: str
    first: bool = False


def begin(actor: Actor, wish: Wish) -> Reply:
    """The first question of a complaint or of a request."""
    if wish == Wish.COMPLAIN:
        if own_matters(actor):
            return _ask(Step.MATTER, _t("I take your complaint here. Is it about one of your purchases?"))
        return _ask(Step.HAPPENED, _t("I take your complaint here. What happened? Your own words are right."))
    return _ask(Step.KIND, _t("I take your request here. What kind is it?"))


def picks(actor: Actor, last: AssistantLine | None) -> list[Pick]:
    """What may be pressed beneath the last line; nothing where nothing is being taken."""
    if last is None or last.kind != LineKind.TAKE:
        return []
    leave = Pick(STOP, _t("Leave it"))
    if last.step == Step.MATTER:
        own = [
            Pick(each.sale_no, f"{each.product.shown_name} · {day(each.opened_on)}") for each in own_matters(actor)[:6]
        ]
        return [*own, Pick(OTHER, _t("No, about something else")), leave]
    if last.step in (Step.KIND, Step.CATEGORY):
        kinds = parse_kinds(in_force(RequestPolicy).kinds)
        if last.step == Step.KIND:
            return [*(Pick(each.code, each.label) for each in kinds), leave]
        chosen = next((each for each in kinds if each.code == last.chosen), kinds[0])
        return [*(Pick(each.code, each.label) for each in chosen.categories), leave]
    if last.step == Step.DEMAND:
        return [Pick(SKIP, _t("Nothing in particular")), leave]
    if last.step == Step.COMPLAIN:
        send = Pick(SENT, _t("Send the complaint"), first=True)
        return [send, Pick(HIDDEN, _t("Send it, and keep it from my branch")), leave]
    if last.step == Step.SEND:
        return [Pick(SENT, _t("Send the request"), first=True), leave]
    return [leave]


def go_on(actor: Actor, talk: AssistantTalk, last: AssistantLine, said: str, chosen: str) -> tuple[Reply, Reply]:
    """The customer's line and the next question, or what was taken. ``chosen``: the button; empty: words.

    Raises NotFound for a button that is not there.
    """
    offered = {each.code: each.label for each in picks(actor, last)}
    if chosen and chosen not in offered:
        raise NotFound
    mine = Reply(LineKind.TOLD, offered.get(chosen, said), step=last.step, chosen=chosen)
    if chosen == STOP:
        mine.step = ""
        return mine, Reply(LineKind.LEFT, _t("It is left; nothing was sent. What else may I do?"))
    step = Step(last.step)
    if step == Step.MATTER and not chosen:  # the story at once, instead of a purchase
        mine.step, step = Step.HAPPENED, Step.HAPPENED
    if step in (Step.KIND, Step.CATEGORY, Step.COMPLAIN, Step.SEND) and not chosen:
        again = Reply(LineKind.TAKE, _t("Press one of these, please."), step=step, chosen=last.chosen)
        return mine, again
    return mine, _next(actor, talk, step, mine)


def _next(actor: Actor, talk: AssistantTalk, step: Step, mine: Reply) -> Reply:
    if step == Step.MATTER:
        return _ask(Step.HAPPENED, _t("What happened? Your own words are right."))
    if step == Step.HAPPENED:
        return _ask(Step.DEMAND, _t("What do you ask of us?"))
    if step == Step.KIND:
        return _ask(Step.CATEGORY, _t("What is it about?"), mine.chosen)
    if step == Step.CATEGORY:
        return _ask(Step.WISH, _t("Write what you need. Your own words are right."))
    told = _told(talk)
    told[step] = mine
    if step == Step.DEMAND:
        asked = "" if mine.chosen == SKIP else mine.text
        words = [_t("This is what I send:"), told[Step.HAPPENED].text, asked]
        return _ask(Step.COMPLAIN, "\n".join(each for each in words if each))
    if step == Step.WISH:
        return _ask(Step.SEND, "\n".join([_t("This is what I send:"), mine.text]))
    return _complain(actor, told) if step == Step.COMPLAIN else _request(actor, told)


def _ask(step: Step, text: str, chosen: str = "") -> Reply:
    return Reply(LineKind.TAKE, text, step=step, chosen=chosen)


def _told(talk: AssistantTalk) -> dict[str, Reply]:
    """What the customer said since the first question, by step; what was said last counts."""
    lines: list[AssistantLine] = []
    for each in talk.lines.order_by("-pk")[:40]:
        if not each.step:
            break
        lines.append(each)
    decrypt_rows(AssistantLine, lines, ("text",))
    found: dict[str, Reply] = {}
    for each in reversed(lines):
        if each.speaker == Speaker.CUSTOMER:
            found[each.step] = Reply(LineKind.TOLD, str(each.text), step=each.step, chosen=each.chosen)
    return found


def short(text: str) -> str:
    """The first sentence, or as much of it as a subject holds."""
    first = next((each.strip() for each in _END.split(text) if each.strip()), "")
    return first if len(first) <= SHORT else f"{first[: SHORT - 1].rstrip()}…"


def _complain(actor: Actor, told: dict[str, Reply]) -> Reply:
    matter, demand = told.get(Step.MATTER), told.get(Step.DEMAND)
    happened = told[Step.HAPPENED].text
    row = send_own_complaint(
        actor=actor,
        subject=short(happened),
        text=happened,
        demand="" if demand is None or demand.chosen == SKIP else demand.text,
        sale_no=matter.chosen if matter is not None and matter.chosen != OTHER else "",
        from_branch_hidden=told[Step.COMPLAIN].chosen == HIDDEN,
    )
    said = _t("I have taken your complaint %(number)s. You have an answer by %(when)s.")
    words = [said % {"number": row.complaint_no, "when": moment(row.due_at)}, str(SENTENCES[row.state])]
    return Reply(LineKind.MADE, "\n".join(words), complaint=row)


def _request(actor: Actor, told: dict[str, Reply]) -> Reply:
    wish = told[Step.WISH].text
    row = send_own_request(
        actor=actor,
        kind=told[Step.KIND].chosen,
        category=told[Step.CATEGORY].chosen,
        subject=short(wish),
        text=wish,
    )
    said = _t("I have taken your request %(number)s. You have a first answer by %(when)s.")
    return Reply(LineKind.MADE, said % {"number": row.request_no, "when": moment(row.due_at)}, request=row)
