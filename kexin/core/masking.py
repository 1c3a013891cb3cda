"""How personal values are shown to those who may not see them whole.

Each function is total: any text, however hostile, gives a text with no more of the value than its rule
allows; None and emptiness give an empty text. Invisible and direction-changing characters are dropped,
so that a masked value cannot reorder the line it stands in.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

_COMPOUND: Final = (
    "欧阳 司马 诸葛 上官 司徒 东方 独孤 南宫 万俟 闻人 夏侯 尉迟 公羊 赫连 澹台 皇甫 宗政 濮阳 公冶 太叔 申屠 公孙 "
    "慕容 仲孙 钟离 长孙 宇文 鲜于 闾丘 亓官 司寇 子车 颛孙 端木 巫马 公西 漆雕 乐正 壤驷 公良 拓跋 夹谷 宰父 谷梁 "
    "令狐 段干 百里 呼延 东郭 南门 羊舌 微生 梁丘 左丘 东门 西门 第五 歐陽 司馬 諸葛 東方 獨孤 南宮 萬俟 聞人 尉遲 "
    "濮陽 鍾離 長孫 鮮于 閭丘 纳兰 叶赫"
)
COMPOUND_SURNAMES: Final = frozenset(_COMPOUND.split())
_SYLLABLE: Final = r"[^\d\s,，.路街号巷弄村镇乡道省市区县旗]"  # what may stand in the name of a division
_DISTRICT: Final = re.compile(
    r"(?:北京市|上海市|天津市|重庆市|.{2,3}省|(?:内蒙古|广西壮族|西藏|宁夏回族|新疆维吾尔)自治区"
    r"|(?:香港|澳门)特别行政区)?"
    rf"(?:{_SYLLABLE}{{1,12}}?自治州|{_SYLLABLE}{{1,6}}?(?:地区|盟)|{_SYLLABLE}{{1,5}}?市)?"
    rf"(?:{_SYLLABLE}{{1,12}}?(?:自治县|自治旗)|{_SYLLABLE}{{1,8}}?(?:(?<![小社园校厂])区|县|旗|市))?"
)


def plain(value: object) -> str:
    """The visible characters of a value on one line, composed (NFC); empty for None."""
    if value is None:
        return ""
    text = unicodedata.normalize("NFC", str(value).encode("utf-8", "replace").decode("utf-8"))
    visible = "".join(" " if char.isspace() else char for char in text if char.isspace() or _visible(char))
    return " ".join(visible.split())


def _visible(char: str) -> bool:
    return unicodedata.category(char) not in ("Cc", "Cf", "Cs", "Co", "Cn")


def is_han(char: str) -> bool:
    """Whether a character is a Chinese one (unified ideographs with all extensions, compatibility forms, 〇)."""
    code = ord(char)
    return (
        0x4E00 <= code <= 0x9FFF
        or 0x3400 <= code <= 0x4DBF
        or 0x20000 <= code <= 0x3FFFF
        or 0xF900 <= code <= 0xFAFF
        or code == 0x3007
    )


def surname_length(name: str) -> int:
    """How many characters of a Chinese name are the surname: 2 for compound ones such as 欧阳, else 1."""
    return 2 if len(name) > 2 and name[:2] in COMPOUND_SURNAMES else 1


def mask_name(value: object) -> str:
    """The surname and one star: 张*, 欧阳*; a Latin name keeps the first letter of each word: J*** S***.

    One star whatever the length, so that the length of the given name is not told.
    """
    name = plain(value)
    if not name:
        return ""
    if is_han(name[0]):
        compact = name.replace(" ", "")
        if "·" in compact or "•" in compact:  # 阿依古丽·买买提: the first part is the given name
            return compact[0] + "*"
        return (compact[: surname_length(compact)] if len(compact) > 1 else "") + "*"
    return " ".join((word[0] if len(word) > 1 else "") + "***" for word in name.split(" ")[:4])


def mask_organisation(value: object) -> str:
    """The first two and last two characters of an organisation's name: 杭州****公司."""
    name = plain(value)
    return _ends(name, 2, 2) if len(name) > 6 else name[:1] + "***" if name else ""


def mask_identity(value: object) -> str:
    """The first three and last four characters: 310***********2864. Short numbers show less."""
    return _ends(plain(value).replace(" ", ""), 3, 4)


def mask_mobile(value: object) -> str:
    """The first three and last four digits: 138****5678; a country code stays: +852 912****67."""
    number = plain(value).replace(" ", "").replace("-", "")
    number = number.removeprefix("+86")
    if number.startswith("+"):
        return number[:4] + "****" + number[-2:] if len(number) > 8 else "***"
    return _ends(number, 3, 4) or ("***" if plain(value) else "")


def mask_email(value: object) -> str:
    """The first character and the domain: l***@example.com."""
    text = plain(value)
    name, at, domain = text.rpartition("@")
    if not at or not name:
        return text[:1] + "***" if text else ""
    return f"{name[0]}***@{domain}"


def mask_contact(value: object) -> str:
    """A contact point of whatever kind: an e-mail address by its @, else a telephone number or account name."""
    return mask_email(value) if "@" in str(value or "") else mask_mobile(value)


def mask_account(value: object) -> str:
    """The last four digits: **** 0123. An account of fewer than eight characters shows two."""
    number = plain(value).replace(" ", "")
    if not number:
        return ""
    return "**** " + (number[-4:] if len(number) >= 8 else number[-2:] if len(number) >= 5 else "")


def mask_address(value: object) -> str:
    """To the district: 浙江省杭州市西湖区***. An address without district shows at most its first six characters."""
    text = plain(value)
    if not text:
        return ""
    found = _DISTRICT.match(text)
    shown = found.group() if found else ""
    return (shown if 0 < len(shown) < len(text) else text[: min(6, len(text) // 3)]) + "***"


def mask_date(value: object) -> str:
    """Nothing of a date but that there is one."""
    return "****-**-**" if plain(value) else ""


def _ends(text: str, first: int, last: int) -> str:
    """Keep the ends only where at least as much is hidden as four characters; else hide nearly all."""
    hidden = len(text) - first - last
    if hidden >= 4:
        return text[:first] + "*" * hidden + text[len(text) - last :]
    return text[:1] + "*" * (len(text) - 1) if len(text) > 1 else "*" * len(text)
