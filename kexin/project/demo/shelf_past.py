"""The past of the demo shelf: how each product was admitted and graded, and what changed since."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from kexin.core.calendar import zone
from kexin.core.policy import in_force
from kexin.people.models import Employee
from kexin.products.choices import AdmissionState, ProductAct, RatingState
from kexin.products.models import Admission, Product, ProductStep, RiskRating
from kexin.products.policies import RatingPolicy
from kexin.products.rules import grade_of
from kexin.project.demo import products as shelf
from kexin.project.demo.simulate import Bank

ADMITTED_BEFORE = 820  # days before loading on which the last step of every admission was passed
DRAFTER, STEPS = "fang", {"compliance": "wu", "risk": "luo", "protection": "ning", "approval": "du"}
OPINIONS = {
    "compliance": "资料齐备，登记编码已核验，设计与合同条款合规。",
    "risk": "按八项因素评分，流动性安排与期限匹配。",
    "protection": "目标客群适当，风险提示显著，宣传材料无误导。",
    "approval": "同意准入。",
}
# Scores by the grade they lead to: investments, term, leverage, structure, offering, issuer, history, other.
SCORES = {
    1: (1, 2, 1, 1, 1, 1, 1, 1),
    2: (2, 2, 1, 2, 1, 2, 2, 2),
    3: (3, 3, 2, 3, 1, 2, 3, 2),
    4: (4, 3, 2, 3, 1, 3, 5, 3),
    5: (5, 4, 4, 5, 5, 4, 5, 4),
}
FACTORS = ("investments", "term", "leverage", "structure", "offering", "issuer", "history", "other")
STRICTER_OWN = frozenset({"WM-P01", "SD-G181"})  # the institution's grade is above the issuer's


def grades_of(each: shelf.Product, grade: int) -> tuple[int | None, int | None]:
    """The institution's own grade and the issuer's; the higher is the one of the shelf."""
    if not grade:
        return None, None
    return grade, max(grade - 1, 1) if each.code in STRICTER_OWN else grade


def tell_admissions(bank: Bank, rows: list[tuple[shelf.Product, Product]]) -> None:
    """One approved round per product under rules of sale, its grade, and what happened to it later."""
    users = dict(Employee.objects.filter(staff_no__in=[DRAFTER, *STEPS.values()]).values_list("staff_no", "user_id"))
    policy = in_force(RatingPolicy)
    begun = bank.today - dt.timedelta(days=ADMITTED_BEFORE)
    sold = [(each, product) for each, product in rows if product.regime != "none"]
    Product.objects.filter(pk__in=[product.pk for _each, product in rows]).update(drafter_user_id=users.get(DRAFTER))
    rerated = {x["code"]: x for x in bank.shelf.changes if x["kind"] == "re_rated"}
    ratings: dict[str, RiskRating] = {}
    later: list[RiskRating] = []
    for each, product in sold:
        if not each.risk:
            continue
        changed = rerated.get(each.code)
        first = each.risk_before if changed else each.risk
        ratings[each.code] = _rating(each, product, first, policy, _at(begun, 1), users, replaced=bool(changed))
        if changed:
            rating = _rating(each, product, each.risk, policy, _at(changed["changed_on"], 0), users)
            rating.reason = "底层债券信用利差走阔、波动上升，上调产品风险等级。"
            later.append(rating)
    RiskRating.objects.bulk_create([*ratings.values(), *later])
    admissions = Admission.objects.bulk_create(
        Admission(
            product=product,
            number=1,
            state=AdmissionState.APPROVED,
            rating=ratings.get(each.code),
            drafter_user_id=users.get(DRAFTER),
            **{f"{step}_user_id": users.get(person) for step, person in STEPS.items()},
            submitted_by=DRAFTER,
            submitted_at=_at(begun, 0),
            closed_at=_at(begun, 4),
        )
        for each, product in sold
    )
    steps: list[ProductStep] = []
    for (each, product), admission in zip(sold, admissions, strict=True):
        steps += _told(each, product, admission, begun)
        steps += _later(bank, each, product)
    ProductStep.objects.bulk_create(sorted(steps, key=lambda step: step.done_at))


def _at(begun: dt.date, days: int) -> dt.datetime:
    return dt.datetime.combine(begun + dt.timedelta(days=days), dt.time(10, 30), zone())


def _rating(
    each: shelf.Product,
    product: Product,
    grade: int,
    policy: RatingPolicy,
    at: dt.datetime,
    users: Mapping[str, int | None],
    *,
    replaced: bool = False,
) -> RiskRating:
    own, issuer = grades_of(each, grade)
    scores = dict(zip(FACTORS, SCORES[own or 1], strict=True))
    found = grade_of(scores, policy.factor_weights(), policy.limits(), policy.least())
    return RiskRating(
        product=product,
        scores=scores,
        score=found.score,
        own_grade=own or 1,
        issuer_grade=issuer,
        grade=grade,
        reason=OPINIONS["risk"],
        policy_id=policy.policy_version,
        state=RatingState.REPLACED if replaced else RatingState.IN_FORCE,
        assessed_by=STEPS["risk"],
        assessor_user_id=users.get(STEPS["risk"]),
        assessed_at=at,
        decided_at=at,
    )


def _told(each: shelf.Product, product: Product, admission: Admission, begun: dt.date) -> list[ProductStep]:
    def line(act: ProductAct, by: str, day: int, text: str = "", **more: Any) -> ProductStep:
        return ProductStep(product=product, act=act, done_by=by, text=text, done_at=_at(begun, day), **more)

    own, issuer = grades_of(each, each.risk_before)
    found = [
        line(ProductAct.DRAFTED, DRAFTER, 1),
        line(ProductAct.SUBMITTED, DRAFTER, 1, admission=admission),
    ]
    for number, (step, person) in enumerate(STEPS.items(), 2):
        details = {"own": own, "issuer": issuer, "grade": each.risk_before} if step == "risk" and own else {}
        found.append(
            line(
                ProductAct.PASSED, person, min(number, 4), OPINIONS[step], step=step, admission=admission,
                details=details,
            )
        )  # fmt: skip
    grade = each.risk_before or None
    found.append(line(ProductAct.ADMITTED, STEPS["approval"], 4, admission=admission, details={"grade": grade}))
    return found


def _later(bank: Bank, each: shelf.Product, product: Product) -> list[ProductStep]:
    found = []
    for change in bank.shelf.changes:
        if change["code"] != each.code:
            continue
        at = dt.datetime.combine(change["changed_on"], dt.time(16), zone())
        told: dict[str, Any] = {"product": product, "done_at": at}
        if change["kind"] == "suspended":
            told |= {
                "act": ProductAct.SUSPENDED,
                "done_by": DRAFTER,
                "text": "量化策略回撤超出预警，管理人核查期间暂停销售。",
            }
        elif change["kind"] == "re_rated":
            grades = {"before": int(change["before"][1]), "after": int(change["after"][1])}
            told |= {"act": ProductAct.RERATED, "done_by": STEPS["approval"], "details": grades}
        else:
            values = {"before": f"{change['before']}%", "after": f"{change['after']}%"}
            told |= {"act": ProductAct.BENCHMARK, "done_by": STEPS["approval"], "details": values}
        found.append(ProductStep(**told))
    return found
