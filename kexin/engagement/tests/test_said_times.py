"""Days and times as they are said."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.core.calendar import zone
from kexin.engagement.said_times import read_time

NOW = dt.datetime(2026, 11, 19, 10, 20, tzinfo=zone())  # a Thursday

CASES = [
    ("明天 9:30 给陈女士回电", "11-20 09:30", "给陈女士回电"),
    ("明天给陈女士回电", "11-20 09:00", "给陈女士回电"),
    ("周五 10:00 送存单", "11-20 10:00", "送存单"),
    ("周四 10:00 送存单", "11-26 10:00", "送存单"),  # ten has passed: a week on
    ("周四下午3点", "11-19 15:00", ""),
    ("下周一上午 开门红准备", "11-23 09:00", "开门红准备"),
    ("本周五下午 核对", "11-20 14:30", "核对"),
    ("后天三点半，打电话", "11-21 15:30", "打电话"),
    ("大后天 08：45 晨会", "11-22 08:45", "晨会"),
    ("12月3日 三年期到期", "12-03 09:00", "三年期到期"),
    ("3月1日 年检", "03-01 09:00", "年检"),  # next year
    ("2026-12-24 16:30 节前致电", "12-24 16:30", "节前致电"),
    ("28号 扣款日", "11-28 09:00", "扣款日"),
    ("5号 扣款日", "12-05 09:00", "扣款日"),
    ("半小时后 回电", "11-19 10:50", "回电"),
    ("20分钟后回电", "11-19 10:40", "回电"),
    ("两周后 复访", "12-03 09:00", "复访"),
    ("三个月后复访", "02-19 09:00", "复访"),
    ("月底 交材料", "11-30 09:00", "交材料"),
    ("下周 约见", "11-23 09:00", "约见"),
    ("今天 补材料", "11-19 16:00", "补材料"),
    ("今晚 发祝福", "11-19 19:00", "发祝福"),
    ("9点 晨会", "11-20 09:00", "晨会"),  # nine has passed
    ("给王总送对账单 周五下午", "11-20 14:30", "给王总送对账单"),
    ("tomorrow 9:30 call Mrs Chen", "11-20 09:30", "call Mrs Chen"),
    ("Call Mrs Chen tomorrow", "11-20 09:00", "Call Mrs Chen"),
    ("next monday 2pm review", "11-23 14:00", "review"),
    ("fri at 4:30 pm papers", "11-20 16:30", "papers"),
    ("in 3 days ask again", "11-22 09:00", "ask again"),
    ("in half an hour call back", "11-19 10:50", "call back"),
    ("Dec 3 deposit matures", "12-03 09:00", "deposit matures"),
    ("noon lunch", "11-19 12:00", "lunch"),
]


@pytest.mark.parametrize(("line", "at", "rest"), CASES)
def test_what_is_said_is_read(line: str, at: str, rest: str) -> None:
    found = read_time(line, NOW)
    assert found is not None
    assert (f"{found.at:%m-%d %H:%M}", found.rest) == (at, rest)


@pytest.mark.parametrize(
    "line",
    [
        "送存单给陈阿姨",
        "问周五的活动怎么样",
        "三年期 30 万元",
        "2月30日 年检",
        "25:00 晨会",
        "montage",
        "",
        "第3点意见",
        "1.5 万",
    ],
)
def test_nothing_is_read_into_other_words(line: str) -> None:
    assert read_time(line, NOW) is None


@given(st.text(max_size=60))
def test_no_line_breaks_it(line: str) -> None:
    found = read_time(line, NOW)
    assert found is None or found.at.tzinfo is not None


@given(st.datetimes(min_value=dt.datetime(2026, 11, 20), max_value=dt.datetime(2027, 11, 18)))
def test_a_written_moment_is_that_moment(moment: dt.datetime) -> None:
    found = read_time(f"{moment:%Y-%m-%d %H:%M} 致电", NOW)
    assert found is not None
    assert (f"{found.at:%Y-%m-%d %H:%M}", found.rest) == (f"{moment:%Y-%m-%d %H:%M}", "致电")
