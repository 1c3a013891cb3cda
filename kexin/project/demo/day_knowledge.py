"""What staff know and ask on the day of loading, through the doors: articles and phrases written and reviewed, known
problems with the requests that met them, questions to support desks, one coaching review."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

from kexin.core.actor import Actor, system
from kexin.core.errors import KexinError
from kexin.project.demo.casting import cast
from kexin.service.assistant.learning import learn_assistant
from kexin.service.choices import EntryKind, RequestState
from kexin.service.coaching.phrases import set_phrase_situations
from kexin.service.coaching.reviewing import review_contact
from kexin.service.knowledge.arranging import add_article_category
from kexin.service.knowledge.writing import draft_article, review_article, submit_article
from kexin.service.models import RequestEntry, ServiceRequest
from kexin.service.problems.linking import link_problem
from kexin.service.problems.recording import fix_problem, record_problem
from kexin.service.support.asking import answer_support, ask_support

SAID = Path(__file__).with_name("said_knowledge.yaml")
Rows = list[dict[str, Any]]


def tell_of_knowledge() -> None:
    """Zhou writes, Wu reviews; Lin meets problems, asks, and is looked at kindly."""
    lin, zhou, wu = cast("lin"), cast("zhou"), cast("wu")
    said: dict[str, Rows] = yaml.safe_load(SAID.read_text(encoding="utf-8"))
    _articles(said["categories"], said["articles"], zhou, wu)
    learn_assistant(actor=system("clock.service"))
    _problems(said["problems"], lin, zhou)
    for each in said["questions"]:
        answer = each.pop("answer")
        try:
            made = ask_support(actor=lin, **each)
        except KexinError:  # a small bank has nobody at this desk
            continue
        if answer and made.owner_post_id in wu.post_ids:
            answer_support(made, actor=wu, answer=answer)
    spoke = RequestEntry.objects.filter(kind=EntryKind.TOLD, by=lin.name, request__owner_post=lin.post_id)
    told = spoke.order_by("-pk").first()
    if told is not None:
        review_contact(
            actor=zhou,
            request_id=told.request_id,
            person=lin.name,
            marks={"listening": 5, "clarity": 4, "empathy": 4},
            good="先让客户把话说完，再给办法。",
            better="结尾可以复述一遍约定的时间。",
        )


def _articles(categories: Rows, rows: Rows, zhou: Actor, wu: Actor) -> None:
    house = system("set-up")
    places = {
        each["code"]: add_article_category(actor=house, name=each["name"], name_en=each["name_en"]).pk
        for each in categories
    }
    for each in rows:
        place, situations = places[each.pop("category")], each.pop("situations")
        row = draft_article(actor=zhou, category_id=place, language="zh", **each)
        submit_article(row.pk, actor=zhou)
        review_article(row.pk, actor=wu, approve=True)
        if situations:
            set_phrase_situations(row.article_id, actor=zhou, situations=situations)


def _problems(rows: Rows, lin: Actor, zhou: Actor) -> None:
    mine = ServiceRequest.objects.filter(owner_post=lin.post_id, state=RequestState.OPEN).order_by("pk")
    numbers = list(mine.values_list("request_no", flat=True)[:6])
    assert zhou.post_id is not None
    for each in rows:
        fix, met = each.pop("fix"), each.pop("met")
        row = record_problem(actor=lin, owner_post_id=zhou.post_id, **each)
        for _turn in range(min(met, len(numbers))):
            link_problem(row, actor=lin, number=numbers.pop(0))
        if fix:
            fix_problem(row, actor=zhou, fix=fix, prevention="上线前由网点试用一周")
