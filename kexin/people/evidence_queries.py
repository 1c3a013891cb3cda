"""Reads of files of evidence: the versions of each paper, and what somebody's file lacks."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from kexin.core.fields import decrypt_rows
from kexin.core.policy import in_force
from kexin.people.evidence import Gap, gaps_of
from kexin.people.evidence_policies import EvidencePolicy
from kexin.people.models import Employee, PostRole, Qualification, QualificationFile, TrainingRecord, by_language
from kexin.people.qualification_policies import QualificationPolicy
from kexin.people.queries import held_on
from kexin.people.sellers import Seller
from kexin.people.vocabulary import class_choices

HAS_FILE = Exists(QualificationFile.objects.filter(qualification=OuterRef("pk")))


@dataclass(frozen=True, slots=True)
class Files:
    """Versions by certificate and by training, the newest first."""

    certificates: dict[int, list[QualificationFile]] = field(default_factory=dict)
    trainings: dict[int, list[QualificationFile]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TrainingLine:
    """A training and its files, the newest first."""

    row: TrainingRecord
    files: Sequence[QualificationFile] = ()


def without_file() -> QuerySet[Qualification]:
    """Certificates to which no file was ever attached."""
    return Qualification.objects.filter(~HAS_FILE)


def in_force_on(day: dt.date) -> Q:
    """Certificates that are in force on a day."""
    return (
        Q(issued_on__lte=day)
        & (Q(valid_until=None) | Q(valid_until__gte=day))
        & (Q(ended_on=None) | Q(ended_on__gt=day))
    )


def files_of(employee: Employee) -> Files:
    """Every file of an employee's papers; one read."""
    rows = list(QualificationFile.objects.filter(employee=employee).order_by("-number", "pk"))
    decrypt_rows(QualificationFile, rows, ("file_name", "sha256"))
    certificates, trainings = defaultdict(list), defaultdict(list)
    for row in rows:
        if row.qualification_id is not None:
            certificates[row.qualification_id].append(row)
        elif row.training_id is not None:
            trainings[row.training_id].append(row)
    return Files(dict(certificates), dict(trainings))


def roles_of(employee: Employee, on: dt.date) -> dict[str, str]:
    """The roles of the posts somebody holds on a day: code and name."""
    posts = held_on(on).filter(employee=employee).values("post_id")
    granted = PostRole.objects.filter(Q(ends_on=None) | Q(ends_on__gte=on), post__in=posts).select_related("role")
    return {row.role.code: by_language(row.role.name, row.role.name_en) for row in granted.order_by("role_id")}


def gaps_in(
    employee: Employee,
    seller: Seller,
    held: Iterable[Qualification],
    trainings: Iterable[TrainingRecord],
    files: Files,
    on: dt.date,
) -> list[Gap]:
    """What the post asks for and is not there, then papers without a file."""
    rules, evidence = in_force(QualificationPolicy), in_force(EvidencePolicy)
    found = gaps_of(
        seller,
        roles_of(employee, on),
        evidence.by_role,
        rules,
        {code: str(label) for code, label in class_choices()},
        on,
    )
    for row, facts in zip(held, seller.certificates, strict=True):
        if facts.runs(on) and row.pk not in files.certificates:
            values = {"kind": rules.kind_label(row.kind), "number": row.number}
            found.append(Gap("file_missing", _("%(kind)s %(number)s has no file.") % values, "warn"))
    for training in trainings:
        if training.held_on.year >= on.year - 1 and training.pk not in files.trainings:
            told = {"subject": training.subject, "day": training.held_on}
            words = _("The training %(subject)s of %(day)s has no file.") % told
            found.append(Gap("training_file_missing", words, "warn"))
    return found
