"""What names a person taken out of a text, and put back. Pure functions.

Names that are known (the customer's, with how one is addressed by it), numbers of six digits and more (telephones,
accounts, identity and case numbers, however they are grouped) and mail addresses become places such as 〔号码1〕. What
nobody told us is a name stays: the policy that lets words leave says so.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Final

from kexin.core.masking import is_han, surname_length

_MAIL: Final = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NUMBER: Final = re.compile(r"\+?\d(?:[\s\-()（）]{0,2}\d){5,}[Xx]?")
_PLACE: Final = re.compile(r"〔(姓名|号码|邮箱)\d+〕")
_TITLES: Final = ["先生", "女士", "小姐", "太太", "老师", "总", "阿姨", "叔叔", "大爷", "大妈", "奶奶", "爷爷", "经理"]
NAME, NUMBER, MAIL = "姓名", "号码", "邮箱"


def ways_to_name(names: Collection[str]) -> list[str]:
    """The names as they stand in words, the longest first: 陈秀兰, 陈女士, 秀兰; Chen Xiulan, Chen."""
    found: set[str] = set()
    for name in (" ".join(each.split()) for each in names):
        if len(name) < 2:
            continue
        found.add(name)
        if is_han(name[0]):
            length = surname_length(name)
            surname, given = name[:length], name[length:]
            found |= {f"{surname}{title}" for title in _TITLES} | {f"老{surname}", f"小{surname}"}
            if len(given) > 1:
                found.add(given)
        else:
            found |= {part for part in re.split(r"[\s,]+", name) if len(part) > 2}
    return sorted(found, key=lambda each: (-len(each), each))


def hide(text: str, names: Collection[str] = ()) -> tuple[str, dict[str, str]]:
    """The text with places instead of what names a person, and what stood at each place. The same words give the same
    place."""
    kept: dict[str, str] = {}
    places: dict[tuple[str, str], str] = {}

    def place(kind: str, said: str) -> str:
        if _PLACE.fullmatch(said):
            return said
        known = places.get((kind, said))
        if known is None:
            number = sum(each == kind for each, _said in places) + 1
            known = places[kind, said] = f"〔{kind}{number}〕"
            kept[known] = said
        return known

    # what already looks like a place is a word like any other: it must not be filled afterwards
    text = _PLACE.sub(lambda found: found[0].replace("〔", "[").replace("〕", "]"), text)
    text = _MAIL.sub(lambda found: place(MAIL, found[0]), text)
    text = _NUMBER.sub(lambda found: place(NUMBER, found[0].strip()), text)
    for name in ways_to_name(names):
        bounds = ("", "") if is_han(name[0]) else ("(?<![A-Za-z])", "(?![A-Za-z])")
        pattern = re.compile(bounds[0] + re.escape(name) + bounds[1], re.IGNORECASE)
        parts = re.split(r"(〔(?:姓名|号码|邮箱)\d+〕)", text)
        text = "".join(
            part if _PLACE.fullmatch(part) else pattern.sub(lambda found: place(NAME, found[0]), part) for part in parts
        )
    return text, kept


def restore(text: str, kept: Mapping[str, str]) -> str:
    """The words put back; a place that was never given stays, so that somebody sees it."""
    return _PLACE.sub(lambda found: kept.get(found[0], found[0]), text)
