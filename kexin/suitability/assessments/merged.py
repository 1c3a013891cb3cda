"""Two files become one, or part again: which assessment counts from then on, decided once and kept with both results.

What was confirmed later counts. Where two results lie so close together that nobody can say which of them the person
meant, and they differ, the more cautious one does. A result that was told lower than the one that would count, and was
never confirmed, leaves the file without an assessment until the customer answers anew.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor, system
from kexin.core.events import emit, subscribe
from kexin.core.operation import operation
from kexin.core.policy import Policy, in_force, policy, setting
from kexin.party.events import CustomersMerged, MergeUndone
from kexin.party.models import Customer, MergeRecord
from kexin.suitability.assessments.events import StandingSettled
from kexin.suitability.assessments.standing import absorbed, lock_standing, own_results, put_in_force
from kexin.suitability.models import MergedStanding, RiskAssessment

CLOCK = "clock.work"


@policy("suitability.merged_files", _("Files that become one"))
class MergedFilesPolicy(Policy):
    """How far two results of one person must lie apart, so that the later one counts without doubt."""

    doubtful_days: int = setting(
        _("Of two different results the more cautious counts where they lie apart no more than"),
        unit=_("days"),
        minimum=0,
        maximum=366,
    )


@dataclass(frozen=True, slots=True)
class Result:
    """What is needed of a result to say which counts: its number, grade, whether R1 only, and its day."""

    number: int
    grade: int
    lowest: bool
    on: dt.date

    @property
    def caution(self) -> tuple[bool, int]:
        """Smaller is more cautious."""
        return not self.lowest, self.grade


def which_counts(one: Result | None, other: Result | None, doubtful_days: int) -> tuple[Result | None, bool]:
    """The result that counts of two files of one person, and whether that was in doubt."""
    if one is None or other is None:
        return one or other, False
    earlier, later = sorted((one, other), key=lambda each: (each.on, each.number))
    if (later.on - earlier.on).days > doubtful_days or earlier.caution == later.caution:
        return later, False
    return min((later, earlier), key=lambda each: each.caution), True


@operation("suitability.settle_standing", label=_("Decide which assessment counts after a merge"))
def settle_standing(record: MergeRecord, *, actor: Actor, customer_id: int) -> MergedStanding | None:
    """Decide for one file after a merge or its undoing, from the results of all files that are one with it.

    None where it was decided already. The row that is kept names what counts, what was set aside, and the doubt.
    """
    customer = Customer.objects.get(pk=customer_id)
    standing = lock_standing(customer)
    undone = record.undone_at is not None
    known = MergedStanding.objects.filter(merge=record, customer=customer, undone=undone)
    if known.exists():
        return None
    rules = in_force(MergedFilesPolicy)
    counting: Result | None = None
    doubtful, waiting = False, []
    rows: dict[int, RiskAssessment] = {}
    for pk in absorbed(customer.pk):
        now, pending = own_results(pk)
        mine = None
        if now is not None:
            rows[now.pk] = now
            mine = Result(now.pk, now.grade, now.lowest, now.submitted_on)
        if pending is not None:
            waiting.append(pending)
        counting, doubt = which_counts(counting, mine, rules.doubtful_days)
        doubtful |= doubt
    chosen = rows[counting.number] if counting is not None else None
    waiting = [each for each in waiting if chosen is None or each.submitted_at > chosen.submitted_at]
    own = next((each for each in waiting if each.customer_id == customer.pk), None)
    others = [each for each in waiting if each.customer_id != customer.pk]
    if chosen is not None and any(each.told_grade < chosen.grade for each in others):
        chosen, doubtful = None, True  # the customer told the other file less, and cannot confirm it here
    if chosen is not None:
        put_in_force(standing, chosen)
    else:
        standing.assessment = standing.grade = standing.assessed_on = standing.valid_until = None
        standing.lowest = standing.lifted = False
    standing.pending = own
    standing.save()
    made = MergedStanding.objects.create(
        merge=record,
        customer=customer,
        undone=undone,
        assessment=chosen,
        set_aside=sorted(pk for pk in rows if chosen is None or pk != chosen.pk),
        doubtful=doubtful,
        policy_id=rules.policy_version,
    )
    number, grade = (chosen.pk, chosen.grade) if chosen is not None else (None, None)
    emit(StandingSettled(customer.pk, customer.customer_no, number, grade, doubtful, undone))
    return made


@subscribe(CustomersMerged)
def follow_merge(fact: CustomersMerged) -> None:
    """Repeated delivery finds it decided."""
    rows = MergeRecord.objects.filter(kept=fact.customer_id, absorbed__customer_no=fact.absorbed, undone_at=None)
    record = rows.order_by("-pk").first()
    if record is not None:
        settle_standing(record, actor=system(CLOCK), customer_id=record.kept_id)


@subscribe(MergeUndone)
def follow_parting(fact: MergeUndone) -> None:
    """Told for both files: each decides for itself."""
    rows = MergeRecord.objects.filter(absorbed__customer_no=fact.restored).exclude(undone_at=None)
    record = rows.order_by("-undone_at").first()
    if record is not None and fact.customer_id in (record.kept_id, record.absorbed_id):
        settle_standing(record, actor=system(CLOCK), customer_id=fact.customer_id)
