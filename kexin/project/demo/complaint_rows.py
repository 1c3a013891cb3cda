"""Complaints of the past as rows: the case, its clocks by both rulers, its record, its reply, and what stood beside it.

Every row is what the door of its step would have kept, dated when it happened; nothing is told that the rules refuse.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import models

from kexin.core.calendar import add
from kexin.core.policy import in_force
from kexin.core.values import Duration
from kexin.project.demo.complaint_asides import Asides
from kexin.project.demo.past_complaints import DAY, FORWARDED, Case, Crew, Person, draw_complaints, read_crew
from kexin.project.demo.past_rows import Facts, reserve
from kexin.project.demo.said_complaints import AGREED, BASIS, NOBODY, NOT_AGREED, ON_IT, TAKEN_BACK
from kexin.project.demo.simulate import Bank
from kexin.service.complaints.choices import Remedy
from kexin.service.complaints.matching import print_of
from kexin.service.complaints.policies import FINDINGS, RECEIPT, REPLY, ComplaintPolicy
from kexin.service.models import (
    Clock,
    Complaint,
    ComplaintEntry,
    ComplaintLetter,
    ComplaintLink,
    ComplaintNote,
)
from kexin.service.policies import ANSWERED, RESULT

AGENT = ("张代理", "13600000099")


def bring_past_complaints(bank: Bank, mis_sold: Sequence[dict[str, Any]], facts: Facts) -> dict[str, int]:
    """Cases with all that belongs to them; how many of what."""
    crew = read_crew()
    cases = draw_complaints(bank, crew, mis_sold) if crew is not None else []
    if crew is None or not cases:
        return {}
    made = Rows(crew, in_force(ComplaintPolicy), facts)
    first = reserve("service_complaint", len(cases))
    for place, case in enumerate(cases):
        made.known[id(case)] = made.case(case, first + place)
    for case in cases:
        made.tell(case, made.known[id(case)])
    made.link()
    return made.write()


class Rows:
    """Rows gathered by table, written in one go; a case before what points to it."""

    def __init__(self, crew: Crew, rules: ComplaintPolicy, facts: Facts) -> None:
        self.crew, self.rules, self.facts = crew, rules, facts
        self.known: dict[int, Complaint] = {}
        self.rows: dict[type[models.Model], list[Any]] = {
            model: [] for model in (Complaint, Clock, ComplaintEntry, ComplaintNote, ComplaintLetter, ComplaintLink)
        }
        self.asides = Asides(self)

    def contact(self, case: Case) -> Person:
        """Who was asked first: the lobby at the branch, else the remote centre."""
        here = self.crew.lobbies.get(case.customer.unit_id or 0) if case.channel == "branch" else None
        return here or self.crew.desk

    def finder(self, case: Case) -> Person:
        """Who looked into it; of who did not agree another sub-branch's head: somebody is left for a review."""
        if case.word == "disputed":
            return next(each for unit, each in sorted(self.crew.heads.items()) if unit != case.customer.unit_id)
        return self.crew.looks

    def case(self, case: Case, pk: int) -> Complaint:
        """The row as it stands on the day of loading."""
        crew, said, more, contact = self.crew, case.said, case.more, self.contact(case)
        key, gone = case.customer.party.key_id, case.word == "withdrawn"
        told = case.into is None and not gone
        accused = {"head": crew.heads[case.customer.unit_id or 0].staff_no}.get(more.get("accuse", ""))
        sale = more.get("sale")
        print_ = print_of(case.customer, "", AGENT[1] if more.get("agent") else "", case.text)
        state = "merged" if case.into else "withdrawn" if gone else "archived" if case.archived else "closed"
        forwarded = case.source in FORWARDED
        row = Complaint(
            pk=pk,
            complaint_no=f"C{(case.received + dt.timedelta(hours=8)).year}{pk:08d}",
            nature="complaint",
            customer=case.customer,
            key_id=key,
            representative_name=AGENT[0] if more.get("agent") else None,
            representative_phone=AGENT[1] if more.get("agent") else None,
            mandate="open" if more.get("agent") else "",
            source=case.source,
            channel=case.channel,
            regulator_no=f"{case.source}-{pk:06d}" if forwarded else "",
            forwarded_on=(case.received - DAY).date() if forwarded else None,
            receipt_at=case.at(0.05, 0.2) if forwarded else None,
            regulator_replied_at=case.told + DAY if forwarded and told else None,
            regulator_reply="已书面答复消费者，处理情况见附件。" if forwarded and told else None,
            suggested_grade=case.grade,
            grade_reasons=list(case.signs),
            grade=case.grade,
            graded_by=crew.officer.staff_no if case.into is None else "",
            graded_at=case.at(0.12, 0.3) if case.into is None else None,
            regulatory_major="group" if more.get("face") else "",
            persons=more.get("persons", 1),
            face_to_face=bool(more.get("face")),
            place=said.place if told else "",
            business=said.business,
            causes=list(said.causes) if told else [],
            subject_kind="sale" if sale else "staff" if accused else "other",
            subject_no=sale.sale_no if sale else "",
            concerned_unit_id=case.customer.unit_id,
            accused=[each for each in (accused, sale.seller.staff_no if sale else None) if each],
            hidden_from_unit=bool(more.get("hide")),
            subject=said.subject,
            text=case.text,
            demand=said.demand,
            amount=said.amount,
            representative_token=print_.representative,
            text_token=print_.text,
            state=state,
            unit_id=contact.unit,
            contact_post_id=contact.post,
            officer_post_id=crew.officer.post,
            investigator_post_id=self.finder(case).post if told else None,
            joined_into=self.known[id(case.into)] if case.into else None,
            findings=said.facts if told else None,
            found_at=case.at(0.4, 1.6) if told else None,
            found_by=self.finder(case).staff_no if told else "",
            outcome=said.outcome if told else "",
            decided_at=case.at(0.8) if told else None,
            told_at=case.told if told else None,
            word=case.word if told else "",
            attempts=3 if told and case.word == "silent" else 0,
            received_at=case.received,
            opened_at=case.received,
            opened_by=self.spoke(case),
            closed_at=case.closed,
            archived_at=case.closed + 32 * DAY if case.archived else None,
            due_at=case.received,
            legal_due_at=case.received,
            policy_id=self.rules.policy_version,
            version=9,
        )
        self.rows[Complaint].append(row)
        return row

    def spoke(self, case: Case) -> str:
        """Who wrote the words down: the customer on the portal, else the contact."""
        return f"customer.{case.customer.customer_no}" if case.channel == "portal" else self.contact(case).staff_no

    def tell(self, case: Case, row: Complaint) -> None:
        """Everything that happened to it."""
        self.said(row, "asked", case.text, case.received, self.spoke(case), channel=case.channel)
        self.fact(row, case.received, "ComplaintReceived", nature="complaint", source=case.source, grade=case.grade)
        self.clocks(case, row)
        if case.into is not None:
            into = self.known[id(case.into)]
            for each, other in ((row, into), (into, row)):
                self.step(each, "join", case.closed, row.opened_by, other.complaint_no)
            self.fact(row, case.closed, "ComplaintsJoined", into_id=into.pk, into_no=into.complaint_no)
            return
        desk, officer = self.contact(case).staff_no, self.crew.officer.staff_no
        answered = case.at(0.1, 0.8)
        self.step(row, "grade", case.at(0.12, 0.3), officer)
        self.fact(row, case.at(0.12, 0.3), "ComplaintGraded", officer, before=case.grade, grade=case.grade)
        self.said(row, "told", ON_IT[row.pk % len(ON_IT)], answered, desk, channel="phone", reaction="neutral")
        self.fact(row, answered, "ComplaintAnswered", desk, channel="phone", outward=True)
        if case.word == "withdrawn":
            self.said(row, "asked", TAKEN_BACK, case.told, desk, channel="phone", step="withdraw")
            self.fact(row, case.told, "ComplaintWithdrawn", desk)
            return
        finder = self.finder(case).staff_no
        self.step(row, "assign", case.at(0.15, 0.4), officer)
        self.fact(row, case.at(0.15, 0.4), "ComplaintAssigned", officer, post=row.investigator_post_id)
        self.step(row, "find", case.at(0.4, 1.6), finder)
        self.fact(row, case.at(0.4, 1.6), "ComplaintInvestigated", finder)
        self.letter(case, row)
        self.word(case, row)
        if row.regulator_replied_at is not None:
            self.step(row, "receipt", row.receipt_at or case.received, officer)
            self.step(row, "reply", row.regulator_replied_at, officer)
            self.fact(row, row.regulator_replied_at, "RegulatorAnswered", officer, source=case.source, reply=True)
        self.asides.tell(case, row)
        if row.state == "archived":
            assert row.archived_at is not None
            self.step(row, "archive", row.archived_at, officer)
            self.fact(row, row.archived_at, "ComplaintArchived", officer)

    def clocks(self, case: Case, row: Complaint) -> None:
        """As promised on the day, met, ended with the case, or late; an extension moved the legal one."""
        steps, ours = case.more.get("extend", ()), []
        times: dict[str, dt.datetime | None] = {
            ANSWERED: case.at(0.1, 0.8),
            FINDINGS: case.at(0.4, 1.6),
            RESULT: case.told,
        }
        times |= {RECEIPT: row.receipt_at, REPLY: row.regulator_replied_at}
        for stone in self.rules.clocks(row.nature, row.grade, row.source):
            within = Duration(steps[-1], "calendar_days") if stone.legal and steps else stone.within
            due, met = add(case.received, within).at, times.get(stone.met_by)
            if (case.word == "withdrawn" and stone.met_by not in (ANSWERED, RECEIPT)) or case.into is not None:
                met = None if stone.met_by != RECEIPT else met
            if stone.legal:
                row.legal_due_at = due
            else:
                ours.append(due)
            self.rows[Clock].append(
                Clock(
                    complaint=row, round=1, code=stone.code, name=stone.name, name_en=stone.name_en,
                    amount=within.amount, unit=within.unit.value, met_by=stone.met_by, pausable=stone.pausable,
                    legal=stone.legal, started_at=case.received, due_at=due,
                    state="met" if met else "ended", met_at=met,
                )
            )  # fmt: skip
        row.due_at = max(ours, default=row.legal_due_at)

    def letter(self, case: Case, row: Complaint) -> None:
        """Drafted, handed over, reviewed by another, delivered with a proof."""
        said, officer, reviews = case.said, self.crew.officer.staff_no, self.crew.reviews.staff_no
        way, proof = ("post", f"EMS {10_000_000 + row.pk}") if row.pk % 2 else ("phone", f"录音 {row.pk:08d}")
        self.rows[ComplaintLetter].append(
            ComplaintLetter(
                complaint=row, key_id=row.key_id, round=1, state="delivered", outcome=said.outcome, facts=said.facts,
                basis=BASIS, reasons=said.reasons, decision=said.decision, remedies=list(Remedy.values),
                drafted_by=officer, drafted_at=case.at(0.6), reviewed_by=reviews, reviewed_at=case.at(0.8), way=way,
                proof=proof, delivered_at=case.told,
            )
        )  # fmt: skip
        self.step(row, "submit", case.at(0.65), officer)
        self.step(row, "approve", case.at(0.8), reviews)
        self.step(row, "deliver", case.told, self.contact(case).staff_no)
        self.fact(row, case.told, "ComplaintDecided", self.contact(case).staff_no, outcome=said.outcome, way=way)

    def word(self, case: Case, row: Complaint) -> None:
        """What the complainant said to it, or the attempts to hear it."""
        desk, by = self.contact(case).staff_no, "clock.complaints"
        if case.word == "silent":
            for number, words in enumerate(NOBODY):
                self.step(row, "attempt", case.told + (number + 1) * 2 * DAY, desk, words)
        else:
            words = (AGREED if case.word == "confirmed" else NOT_AGREED)[row.pk % 2]
            self.said(row, "asked", words, case.closed, desk, channel="phone", step="word")
            by = desk
        self.fact(row, case.closed, "ComplaintClosed", by, word=case.word, outcome=row.outcome)

    def link(self) -> None:
        """Cases of one person, of one representative, in the same words, within the days of the policy."""
        cases = self.rows[Complaint]
        span = self.rules.repeat_days * DAY
        for place, row in enumerate(cases):
            for other in cases[:place]:
                if row.received_at - other.received_at > span:
                    continue
                kinds = [
                    kind
                    for kind, same in (
                        ("repeated", row.customer_id == other.customer_id),
                        ("organised", bool(row.representative_token)
                         and row.representative_token == other.representative_token),
                        ("text", bool(row.text_token) and row.text_token == other.text_token),
                    )
                    if same
                ]  # fmt: skip
                self.rows[ComplaintLink] += [
                    ComplaintLink(complaint=row, earlier=other, kind=kind, at=row.opened_at, by=row.opened_by)
                    for kind in kinds
                ]

    def said(self, row: Complaint, kind: str, text: str, at: dt.datetime, by: str, **more: str) -> None:
        """Words with the complainant."""
        self.rows[ComplaintEntry].append(
            ComplaintEntry(complaint=row, key_id=row.key_id, kind=kind, text=text, at=at, by=by, **more)
        )

    def step(self, row: Complaint, name: str, at: dt.datetime, by: str, text: str = "") -> None:
        """A step of the course."""
        note = ComplaintNote(complaint=row, key_id=row.key_id, kind="act", step=name, text=text or None, at=at, by=by)
        self.rows[ComplaintNote].append(note)

    def fact(self, row: Complaint, at: dt.datetime, name: str, by: str = "", **more: Any) -> None:
        """What others are told of it."""
        assert row.customer_id is not None
        payload = {"complaint_id": row.pk, **more}
        self.facts.tell(at, f"service.{name}", row.customer_id, row.complaint_no, payload, by or row.opened_by)

    def write(self) -> dict[str, int]:
        """One INSERT for each table."""
        counts = {}
        for model, rows in {**self.rows, **self.asides.rows}.items():
            model._default_manager.bulk_create(rows, batch_size=500)
            counts[model._meta.db_table] = len(rows)
        return counts
