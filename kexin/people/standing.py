"""What a signed-in account is today, in one statement of our own because every request asks for it.

The rules are those of :func:`kexin.people.queries.grants_of` and ``Delegation.objects.running``, which answer for
others than the one who asks; a test holds them together.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import connection

from kexin.core.actor import Grant
from kexin.core.choices import Reach
from kexin.people.choices import EmployeeStatus

_STANDING = """
SELECT e.staff_no, e.name, e.name_en, coalesce(p.unit_id, e.unit_id), u.name, u.name_en, p.id,
       (SELECT coalesce(json_agg(json_build_array(r.code, pr.reach,
                 CASE pr.reach
                   WHEN %(unit)s THEN json_build_array(g.id)
                   WHEN %(subtree)s THEN (SELECT json_agg(b.id ORDER BY b.path) FROM people_orgunit b
                                           WHERE starts_with(b.path, g.path))
                   ELSE json_build_array() END,
                 (SELECT coalesce(json_agg(o.operation), json_build_array()) FROM core_roleoperation o
                   WHERE o.role_id = r.id)) ORDER BY pr.id), json_build_array())
          FROM people_postrole pr
          JOIN core_role r ON r.id = pr.role_id
          JOIN people_orgunit g ON g.id = coalesce(pr.unit_id, p.unit_id)
         WHERE pr.post_id = p.id AND (pr.ends_on IS NULL OR pr.ends_on >= %(day)s)),
       (SELECT coalesce(json_agg(json_build_array(d.post_id, a.staff_no, a.name, a.name_en, d.kinds) ORDER BY d.id),
                        json_build_array())
          FROM people_delegation d JOIN people_employee a ON a.id = d.absent_id
         WHERE d.delegate_id = e.id AND d.delegate_post_id = p.id AND d.ended_at IS NULL
           AND d.starts_on <= %(day)s AND d.ends_on >= %(day)s
           AND EXISTS (SELECT 1 FROM people_postholder x WHERE x.post_id = d.post_id AND x.employee_id = d.absent_id
                          AND x.starts_on <= %(day)s AND (x.ends_on IS NULL OR x.ends_on >= %(day)s)))
  FROM people_employee e
  LEFT JOIN people_postholder h ON h.employee_id = e.id AND h.starts_on <= %(day)s
       AND (h.ends_on IS NULL OR h.ends_on >= %(day)s)
  LEFT JOIN people_post p ON p.id = h.post_id
  JOIN people_orgunit u ON u.id = coalesce(p.unit_id, e.unit_id)
 WHERE e.user_id = %(user)s AND e.status = %(active)s
 ORDER BY p.id
"""


@dataclass(frozen=True, slots=True)
class Absence:
    """A delegation that somebody has to do: the absent one's post and names, and the kinds of work (none: all)."""

    post_id: int
    staff_no: str
    name: str
    name_en: str
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Standing:
    """An employee with one post held today, or with none; grants and delegations of that post."""

    staff_no: str
    name: str
    name_en: str
    unit_id: int
    unit_name: str
    unit_name_en: str
    post_id: int | None
    grants: tuple[Grant, ...]
    absences: tuple[Absence, ...]


def standings(user_id: int, day: dt.date) -> list[Standing]:
    """One line per post that the account's employee holds on a day, in the order of the posts; one statement.

    A single line without a post is an employee who holds none; no line, an account without an employee in service.
    """
    asked: dict[str, Any] = {
        "user": user_id,
        "day": day,
        "active": EmployeeStatus.ACTIVE.value,
        "unit": Reach.UNIT.value,
        "subtree": Reach.SUBTREE.value,
    }
    with connection.cursor() as cursor:
        cursor.execute(_STANDING, asked)
        rows = cursor.fetchall()
    return [
        Standing(
            staff_no=staff_no,
            name=name,
            name_en=name_en,
            unit_id=unit_id,
            unit_name=unit_name,
            unit_name_en=unit_name_en,
            post_id=post_id,
            grants=_grants(post_id, grants),
            absences=tuple(
                Absence(post, no, absent, absent_en, tuple(kinds)) for post, no, absent, absent_en, kinds in away
            ),
        )
        for staff_no, name, name_en, unit_id, unit_name, unit_name_en, post_id, grants, away in rows
    ]


def _grants(post_id: int | None, rows: list[Any]) -> tuple[Grant, ...]:
    return tuple(
        Grant(role=role, operations=frozenset(names), reach=Reach(reach), post_id=post_id, unit_ids=tuple(units or ()))
        for role, reach, units, names in rows
    )
