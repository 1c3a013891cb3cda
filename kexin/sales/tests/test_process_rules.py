"""Processes to choose from: gates in their order, each class once, records that hold nothing up. No database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from kexin.sales.choices import Gate, StageRecord
from kexin.sales.queries import RecordLine, SaleFile, StageLine
from kexin.sales.sale_policies import SalePolicy, parse_process

SHIPPED = yaml.safe_load((Path(__file__).parents[1] / "policies.yaml").read_text(encoding="utf-8"))
ROWS: list[dict[str, Any]] = next(each for each in SHIPPED if each["code"] == "sales.sale")["values"]["process"]


def of_class(product_class: str) -> str:
    found = parse_process(ROWS)
    return SalePolicy.process_of(type("P", (), {"process": ROWS})(), product_class).code if found else ""


def test_the_three_processes_as_required() -> None:
    found = {each.code: each for each in parse_process(ROWS)}
    assert [stage.name for stage in found["five_steps"].stages] == [
        "了解客户", "销售产品", "风险提示", "客户确认", "后续服务",
    ]  # fmt: skip
    assert len(found["five_stages"].stages) == 5
    assert [stage.name for stage in found["six_stages"].stages] == [
        "客户拜访", "需求分析", "产品推荐", "方案制定", "合同签订", "售后服务",
    ]  # fmt: skip
    assert [gate for stage in found["six_stages"].stages for gate in stage.gates] == list(Gate)
    assert (of_class("wealth"), of_class("fund"), of_class("time_deposit")) == (
        "six_stages",
        "five_stages",
        "five_steps",
    )


def test_stages_alone_are_one_process_for_everything() -> None:
    (own,) = parse_process(ROWS[0]["stages"])
    assert (own.code, own.classes, len(own.stages)) == ("own", frozenset(), 5)


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows[1].pop("classes"),  # two for all others
        lambda rows: rows[0].update(classes=["gold"]),  # gold twice, none for all others
        lambda rows: rows[2]["classes"].append("fund"),
        lambda rows: rows[0]["stages"].pop(),  # a gate is missing
        lambda rows: rows[0]["stages"].reverse(),
        lambda rows: rows[2]["stages"][0].update(records=[]),  # a stage of nothing
        lambda rows: rows[2]["stages"][0].update(records=["gossip"]),
    ],
)
def test_what_is_no_process_is_refused(change: Any) -> None:
    rows = yaml.safe_load(yaml.safe_dump(ROWS))
    change(rows)
    with pytest.raises(ValueError):
        parse_process(rows)


def test_a_missing_record_is_not_done_and_holds_nothing_up() -> None:
    done = ((Gate.ASSESSED, object()),)
    visit = StageLine("拜访", (), (RecordLine(StageRecord.VISIT, None),))
    known = StageLine("需求", (), (RecordLine(StageRecord.NEEDS, 3),))
    first = StageLine("推荐", done, ())  # type: ignore[arg-type]
    last = StageLine("签约", ((Gate.TOLD, None),), ())
    file = SaleFile(None, "", (visit, known, first, last), (), Gate.TOLD)  # type: ignore[arg-type]
    assert [line.done for line in file.stages] == [False, True, True, False]
    assert file.current == 4
