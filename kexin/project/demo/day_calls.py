"""Lists of this week's calls: some lines worked this morning, more than half in vain, the others open."""

from __future__ import annotations

import datetime as dt

from kexin.core.actor import Actor
from kexin.core.calendar import next_working, zone
from kexin.engagement.calls.choices import EntryState, ListSource
from kexin.engagement.calls.lists import make_call_list
from kexin.engagement.calls.sources import sources_for
from kexin.engagement.calls.working import log_call
from kexin.engagement.models import CallEntry, CallList
from kexin.project.demo.casting import WEALTH_MANAGER, cast, colleagues
from kexin.project.demo.said import CALL_NOTES

OF_LIN, OF_OTHERS = 24, 12  # lines of a list
MORNING = (  # what came of the first lines: five of nine in vain
    ("no_answer", 0),
    ("interested", 0),
    ("busy", 0),
    ("not_now", 1),
    ("no_answer", 0),
    ("refused", 0),
    ("off", 0),
    ("interested", 5),
    ("no_answer", 0),
)


def tell_of_calls(today: dt.date) -> None:
    """Each wealth manager has a list of what matures; Lin one of birthdays too; Zhou asks for those at the edge."""
    for manager in colleagues(WEALTH_MANAGER):
        own = manager.name == "lin"
        most, title = OF_LIN if own else OF_OTHERS, f"{today.month} 月到期承接电访"
        made = _list(manager, "maturing", 45, most, today, title, "到期前了解去向和意向")
        if made is not None:
            _work(manager, made, MORNING if own else MORNING[:4], today)
    _list(cast("lin"), "birthdays", 14, 10, today, "近两周生日问候", "生日问候，不谈产品")
    _list(cast("zhou"), "drop", 0, 16, today, "降级关注客户电访", "月日均低于现等级，了解资金去向")


def _list(actor: Actor, rule: str, days: int, most: int, today: dt.date, title: str, why: str) -> CallList | None:
    """A list by a rule; None where the rule finds nobody (a small bank)."""
    source = next(each for each in sources_for(actor) if each.code == rule)
    wishes = source.find(actor, days, most)
    if not wishes:
        return None
    ends = today + dt.timedelta(days=9)
    made = make_call_list(
        actor=actor, title=title, why=why, wishes=wishes, ends_on=ends, source=ListSource.RULE, rule=rule
    )
    return made.call_list


def _work(actor: Actor, made: CallList, results: tuple[tuple[str, int], ...], today: dt.date) -> None:
    """The first lines get their results; who was interested first is called again on an agreed day."""
    entries = CallEntry.objects.filter(call_list=made, state=EntryState.OPEN, post=actor.post_id).order_by("rank")
    lines = list(entries)
    lines = lines[: len(lines) * 2 // 3]
    agreed = dt.datetime.combine(next_working(today + dt.timedelta(days=1)), dt.time(10), zone())
    for number, ((result, words), entry) in enumerate(zip(results, lines, strict=False)):
        said = CALL_NOTES.get(result, ("",))[words]
        log_call(entry, actor=actor, result=result, note=said, next_at=agreed if number == 1 else None)
