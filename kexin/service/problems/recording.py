"""Known problems from their being found to their not coming back: identify, handle, prevent, go on improving."""

from __future__ import annotations

import datetime as dt

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.calendar import business_date, zone
from kexin.core.errors import RuleViolation
from kexin.core.events import emit
from kexin.core.operation import operation
from kexin.core.policy import in_force
from kexin.core.workflow import close_work, open_work
from kexin.people.models import Post
from kexin.service.models import KnownProblem
from kexin.service.problems.choices import ProblemState
from kexin.service.problems.events import ProblemFixed, ProblemRecorded, ProblemSettled
from kexin.service.problems.policies import ProblemPolicy
from kexin.service.problems.rules import TABLE, fits
from kexin.service.rules import clean

FIX, WATCH, SUBJECT = "service.problem_fix", "service.problem_watch", "service.KnownProblem"
_END = dt.time(18)
RECORDS, CHANGES, FIXES, SETTLES, REOPENS = (
    "service.record_problem",
    "service.change_problem",
    "service.fix_problem",
    "service.settle_problem",
    "service.reopen_problem",
)


@operation(RECORDS, label=_("Record a known problem"))
def record_problem(
    *,
    actor: Actor,
    title: str,
    symptoms: str,
    owner_post_id: int,
    workaround: str = "",
    due_on: dt.date | None = None,
) -> KnownProblem:
    """Something that meets many customers, with who removes its cause and until when. Names no customer."""
    rules = in_force(ProblemPolicy)
    said = {"title": clean(title), "symptoms": clean(symptoms), "workaround": clean(workaround)}
    due = due_on or business_date() + dt.timedelta(days=rules.fix_days)
    _fits(said, ("title", "symptoms"), due)
    post, key = _post(owner_post_id), _next_key()
    row = KnownProblem(
        pk=key,
        problem_no=f"W{business_date().year}{key:06d}",
        unit_id=post.unit_id,
        owner_post=post,
        due_on=due,
        found_at=timezone.now(),
        found_by=actor.name,
        policy_id=rules.policy_version,
        **said,
    )
    row.save(force_insert=True)
    owe_fix(row)
    emit(ProblemRecorded(row.pk, row.problem_no))
    return row


@operation(CHANGES, label=_("Change a known problem"))
def change_problem(
    problem: KnownProblem | int,
    *,
    actor: Actor,
    title: str,
    symptoms: str,
    owner_post_id: int,
    workaround: str = "",
    due_on: dt.date | None = None,
    version: int | None = None,
) -> KnownProblem:
    """By its owner or by whoever distributes work: its words, its owner, its day."""
    row = KnownProblem.objects.lock(problem, actor, version=version)
    _mine(row, actor)
    said = {"title": clean(title), "symptoms": clean(symptoms), "workaround": clean(workaround)}
    due = due_on or row.due_on
    _fits(said, ("title", "symptoms"), due if due != row.due_on else None)
    post = _post(owner_post_id)
    moved = (post.pk, due) != (row.owner_post_id, row.due_on)
    for name, text in said.items():
        setattr(row, name, text)
    row.owner_post, row.unit_id, row.due_on = post, post.unit_id, due
    _saved(row)
    if moved and row.state == ProblemState.OPEN:
        close_work(FIX, SUBJECT, row.pk, outcome="moved", by=actor.name, cancelled=True)
        owe_fix(row)
    return row


@operation(FIXES, label=_("Say that a known problem is fixed"))
def fix_problem(
    problem: KnownProblem | int, *, actor: Actor, fix: str, prevention: str = "", version: int | None = None
) -> KnownProblem:
    """What was done about its cause; from now on every request that meets it again counts as a return."""
    row = KnownProblem.objects.lock(problem, actor, version=version)
    _mine(row, actor)
    said = {"fix": clean(fix), "prevention": clean(prevention)}
    fits(said, ("fix",)).enforce()
    row.state = TABLE.after(row.state, "fix")
    row.fix, row.prevention = said["fix"], said["prevention"]
    row.fixed_at, row.settled_at = timezone.now(), None
    row.watch_until = business_date() + dt.timedelta(days=in_force(ProblemPolicy).watch_days)
    _saved(row)
    close_work(FIX, SUBJECT, row.pk, outcome="fixed", by=actor.name)
    open_work(
        WATCH,
        unit_id=row.unit_id,
        owner_post_id=row.owner_post_id,
        due_at=evening(row.watch_until),
        subject_kind=SUBJECT,
        subject_id=row.pk,
        details={"problem_no": row.problem_no, "title": row.title},
        policy_id=row.policy_id,
    )
    emit(ProblemFixed(row.pk, row.problem_no))
    return row


@operation(SETTLES, label=_("Close a known problem"), plain=("accept",))
def settle_problem(
    problem: KnownProblem | int, *, actor: Actor, note: str = "", accept: bool = False, version: int | None = None
) -> KnownProblem:
    """It did not come back while it was watched; or (``accept``) it is lived with, which needs a reason."""
    row = KnownProblem.objects.lock(problem, actor, version=version)
    _mine(row, actor)
    said = {"note": clean(note)}
    fits(said, ("note",) if accept else ()).enforce()
    state = TABLE.after(row.state, "accept" if accept else "close")
    if not accept and row.watch_until is not None and business_date() < row.watch_until:
        raise RuleViolation(_("It is watched until %(day)s.") % {"day": row.watch_until.isoformat()})
    row.state, row.note, row.settled_at = state, said["note"], timezone.now()
    _saved(row)
    for kind in (FIX, WATCH):
        close_work(kind, SUBJECT, row.pk, outcome=str(state), by=actor.name)
    emit(ProblemSettled(row.pk, row.problem_no, str(state)))
    return row


@operation(REOPENS, label=_("Work on a known problem again"))
def reopen_problem(problem: KnownProblem | int, *, actor: Actor, note: str, version: int | None = None) -> KnownProblem:
    """The fix did not help, or what was lived with is not any more."""
    row = KnownProblem.objects.lock(problem, actor, version=version)
    said = {"note": clean(note)}
    fits(said, ("note",)).enforce()
    row.note = said["note"]
    work_again(row, actor.name)
    return row


def work_again(row: KnownProblem, by: str) -> None:
    """Inside an operation: it is open with a new day, and its owner owes a fix."""
    row.state = TABLE.after(row.state, "reopen")
    row.due_on = business_date() + dt.timedelta(days=in_force(ProblemPolicy).fix_days)
    row.settled_at, row.watch_until = None, None
    _saved(row)
    close_work(WATCH, SUBJECT, row.pk, outcome="returned", by=by)
    owe_fix(row)


def evening(day: dt.date) -> dt.datetime:
    """The end of a working day, when what is owed on it is late."""
    return dt.datetime.combine(day, _END, zone())


def owe_fix(row: KnownProblem) -> None:
    open_work(
        FIX,
        unit_id=row.unit_id,
        owner_post_id=row.owner_post_id,
        due_at=evening(row.due_on),
        subject_kind=SUBJECT,
        subject_id=row.pk,
        details={"problem_no": row.problem_no, "title": row.title},
        policy_id=row.policy_id,
    )


def _saved(row: KnownProblem) -> None:
    row.version += 1
    row.save()


def _mine(row: KnownProblem, actor: Actor) -> None:
    if row.owner_post_id not in actor.post_ids and not actor.may("core.reassign_work"):
        raise RuleViolation(_("Somebody else is responsible for this problem."))


def _fits(said: dict[str, str], needed: tuple[str, ...], due: dt.date | None) -> None:
    fits(said, needed).enforce()
    if due is not None and due < business_date():
        raise RuleViolation(fields={"due_on": _("This day has passed.")})


def _post(pk: int) -> Post:
    found = Post.objects.filter(pk=pk, closed_on=None).first()
    if found is None:
        raise RuleViolation(fields={"owner_post_id": _("Choose one of the list.")})
    return found


def _next_key() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('service_knownproblem', 'id'))")
        return int(cursor.fetchone()[0])
