"""Days and times as people say them, in Chinese and English, at the beginning or the end of a line. Pure functions.

What is read is always shown back before it counts. A weekday without more is the next one to come; an hour from one
to six without a half of the day is the afternoon's (a bank is closed at three in the morning); a day without a time is
nine o'clock; a time without a day is the next such time.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

MORNING = dt.time(9)
_HALVES = {
    "早上": 9, "早晨": 9, "一早": 9, "上午": 9, "中午": 12, "下午": 14, "傍晚": 17, "晚上": 19, "今晚": 19,
    "morning": 9, "noon": 12, "afternoon": 14, "evening": 19,
}  # fmt: skip
_DIGITS = {char: n for n, char in enumerate("零一二三四五六七八九十")} | {"两": 2, "〇": 0}
_NAMES = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_MONTHS = tuple(name.lower() for name in calendar.month_abbr)
_N = r"(?:\d{1,3}|[一二两三四五六七八九十]{1,3})"
_WEEKDAY_EN = "|".join(f"{name}|{name[:3]}" for name in _NAMES)
_HALF = "|".join(sorted(_HALVES, key=len, reverse=True))

_DAY = rf"""(?:
    (?P<near>今天|今日|今晚|明天|明日|大后天|后天|today|tonight|tomorrow|tmr)
  | (?P<week>下下|下个?|本|这个?)?(?:周|星期|礼拜)(?P<weekday>[一二三四五六日天])
  | (?P<next>next\s+)?(?P<weekday_en>{_WEEKDAY_EN})\b
  | (?P<count>{_N})\s*(?P<unit>天|日|周|个?星期|个月)(?:后|之后|以后)
  | in\s+(?P<count_en>\d{{1,3}}|an?)\s+(?P<unit_en>day|week|month)s?\b
  | (?P<whole>下周|下个?星期|next\s+week|下个?月|next\s+month|月底)
  | (?:(?P<year>\d{{4}})(?:-|/|年))?(?P<month>\d{{1,2}})(?:-|/|月)(?P<day>\d{{1,2}})(?:日|号)?(?![\d:：.万亿])
  | (?P<only_day>\d{{1,2}})(?:号|日)
  | (?P<month_en>{"|".join(_MONTHS[1:])})[a-z]*\s+(?P<day_en>\d{{1,2}})(?![\d:])
)"""
_TIME = rf"""(?:
    (?P<half>{_HALF})?\s*(?:at\s+)?(?P<hour>\d{{1,2}})[:：](?P<minute>\d{{2}})(?!\d)(?:\s*(?P<ampm>am|pm)\b)?
  | (?P<half2>{_HALF})?\s*(?P<hour2>{_N})[点时](?:钟)?(?:(?P<minute2>{_N})分?|(?P<part>半|一刻|三刻))?
  | (?:at\s+)?(?P<hour3>\d{{1,2}})\s*(?P<ampm3>am|pm)\b
  | (?P<half4>{_HALF})
  | (?P<later>半|{_N})\s*个?(?P<later_unit>小时|钟头|分钟)(?:后|之后|以后)
  | in\s+(?P<later_en>\d{{1,3}}|an?|half\s+an)\s+(?P<later_unit_en>hour|minute)s?\b
)"""
_ALONE = _TIME.replace("?P<", "?P<x")  # a group is named once: a time without a day has names of its own
_SAID = re.compile(rf"{_DAY}(?:\s*,?\s*{_TIME})?|{_ALONE}", re.VERBOSE | re.IGNORECASE)
_STOPS = " \t\n,，、;；。:："


@dataclass(frozen=True, slots=True)
class SaidTime:
    """A moment that was said (local), and the line without its words."""

    at: dt.datetime
    rest: str


def read_time(text: str, now: dt.datetime) -> SaidTime | None:
    """The moment at the beginning of a line, else at its end; None where none is said, or none that exists.

    ``now`` is local; the answer may lie in the past where a day of the past was said.
    """
    line = text.strip()
    for found in _SAID.finditer(line):
        before, after = line[: found.start()], line[found.end() :]
        first = not before and (not after or not after[0].isascii() or not after[0].isalnum())
        last = not after.strip() and bool(before) and before[-1] in _STOPS
        if not (first or last):
            continue
        at = _moment({name.removeprefix("x"): value for name, value in found.groupdict().items() if value}, now)
        if at is not None:
            return SaidTime(at, (after if first else before).strip(_STOPS))
    return None


def _moment(said: dict[str, str], now: dt.datetime) -> dt.datetime | None:
    after = _later(said)
    if after is not None:
        return (now + after).replace(second=0, microsecond=0)
    try:
        day, time = _day(said, now.date()), _time(said)
    except ValueError:
        return None
    if "near" in said and said["near"].lower() in ("今晚", "tonight"):
        time = time or dt.time(19)
    if day is None:
        at = dt.datetime.combine(now.date(), time or MORNING, now.tzinfo)
        return at if at > now else at + dt.timedelta(days=1)
    if time is None and day == now.date():  # today, sometime: at four, or in an hour
        at = dt.datetime.combine(day, dt.time(16), now.tzinfo)
        return at if at > now else (now + dt.timedelta(hours=1)).replace(second=0, microsecond=0)
    at = dt.datetime.combine(day, time or MORNING, now.tzinfo)
    bare = ("weekday" in said and "week" not in said) or ("weekday_en" in said and "next" not in said)
    return at + dt.timedelta(days=7) if bare and at <= now else at


def _number(text: str) -> int:
    """Arabic or Chinese up to 99; a and an are one. Raises ValueError."""
    if text.isdigit():
        return int(text)
    if text.lower() in ("a", "an"):
        return 1
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return _DIGITS[text] if text in _DIGITS else int(text)
    return (_number(tens) if tens else 1) * 10 + (_number(ones) if ones else 0)


def _later(said: dict[str, str]) -> dt.timedelta | None:
    if "later" in said:
        minutes = 1 if said["later_unit"] == "分钟" else 60
        many = 0.5 if said["later"] == "半" else _number(said["later"])
        return dt.timedelta(minutes=many * minutes)
    if "later_en" in said:
        minutes = 1 if said["later_unit_en"].lower() == "minute" else 60
        words = said["later_en"].lower()
        return dt.timedelta(minutes=(0.5 if words.startswith("half") else _number(words)) * minutes)
    return None


def _day(said: dict[str, str], today: dt.date) -> dt.date | None:
    """The day, None where none was said. Raises ValueError for days that do not exist."""
    if "near" in said:
        word = said["near"].lower()
        ahead = {"明天": 1, "明日": 1, "tomorrow": 1, "tmr": 1, "后天": 2, "大后天": 3}.get(word, 0)
        return today + dt.timedelta(days=ahead)
    monday = today - dt.timedelta(days=today.weekday())
    if "weekday" in said:
        number = "一二三四五六日".find(said["weekday"].replace("天", "日"))
        weeks = {"下下": 2, "下": 1, "下个": 1, "本": 0, "这": 0, "这个": 0}.get(said.get("week", ""))
        return _weekday(number, today) if weeks is None else monday + dt.timedelta(days=7 * weeks + number)
    if "weekday_en" in said:
        number = next(n for n, name in enumerate(_NAMES) if name.startswith(said["weekday_en"].lower()[:3]))
        return monday + dt.timedelta(days=7 + number) if "next" in said else _weekday(number, today)
    if "count" in said or "count_en" in said:
        many = _number(said.get("count") or said["count_en"])
        unit = (said.get("unit") or said["unit_en"]).lower()
        if unit in ("个月", "month"):
            return _months_on(today, many)
        return today + dt.timedelta(days=many * (1 if unit in ("天", "日", "day") else 7))
    if "whole" in said:
        return _whole(said["whole"].lower(), today, monday)
    return _date(said, today)


def _weekday(number: int, today: dt.date) -> dt.date:
    return today + dt.timedelta(days=(number - today.weekday()) % 7)


def _months_on(day: dt.date, many: int) -> dt.date:
    year, month = divmod(day.year * 12 + day.month - 1 + many, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def _whole(word: str, today: dt.date, monday: dt.date) -> dt.date:
    if word == "月底":
        return today.replace(day=calendar.monthrange(today.year, today.month)[1])
    if "月" in word or "month" in word:
        return _months_on(today.replace(day=1), 1)
    return monday + dt.timedelta(days=7)


def _date(said: dict[str, str], today: dt.date) -> dt.date | None:
    if "only_day" in said:
        number = int(said["only_day"])
        return (
            today.replace(day=number)
            if number >= today.day
            else _months_on(today.replace(day=1), 1).replace(day=number)
        )
    month = said.get("month") or (_MONTHS.index(said["month_en"].lower()) if "month_en" in said else None)
    if month is None:
        return None
    number = int(said.get("day") or said["day_en"])
    if "year" in said:
        return dt.date(int(said["year"]), int(month), number)
    found = dt.date(today.year, int(month), number)
    return found if found >= today else dt.date(today.year + 1, int(month), number)


def _time(said: dict[str, str]) -> dt.time | None:
    """The time of day, None where none was said. Raises ValueError for times that do not exist."""
    hour = said.get("hour") or said.get("hour2") or said.get("hour3")
    half = (said.get("half") or said.get("half2") or said.get("half4") or "").lower()
    if hour is None:
        return dt.time(_HALVES[half], 30 if half in ("下午", "afternoon") else 0) if half else None
    number = _number(hour)
    minute = {"半": 30, "一刻": 15, "三刻": 45}.get(said.get("part", ""))
    if minute is None:
        minute = _number(said.get("minute") or said.get("minute2") or "0")
    ampm = (said.get("ampm") or said.get("ampm3") or "").lower()
    if ampm:
        number = number % 12 + (12 if ampm == "pm" else 0)
    elif half:
        late = _HALVES[half] >= 14 and number < 12
        number += 12 if late or (half == "中午" and number < 4) else 0
    elif 1 <= number <= 6 and not hour.startswith("0"):
        number += 12
    return dt.time(number, minute)
