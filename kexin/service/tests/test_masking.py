"""What names a person leaves no text: names in their forms, numbers however grouped, addresses; and comes back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.service.drafting.masking import hide, restore, ways_to_name

CHEN = ["陈秀兰", "Chen Xiulan"]


@pytest.mark.parametrize(
    "secret",
    [
        "陈秀兰", "陈女士", "秀兰", "陈阿姨", "Chen Xiulan", "xiulan", "13800138000", "138 0013 8000", "138-0013-8000",
        "+86 13800138000", "6222 0212 3456 7890 123", "11010519491231002X", "xiulan.chen@example.com", "Q202600000017",
    ],
)  # fmt: skip
def test_it_does_not_stand_there_any_more(secret: str) -> None:
    said, kept = hide(f"客户{secret}来电。", CHEN)
    bare = secret.removeprefix("Q")
    assert bare.casefold() not in said.casefold()
    assert restore(said, kept) == f"客户{secret}来电。"


def test_small_numbers_and_other_words_stay() -> None:
    text = "利率 2.35%，5 万元，3 年期，大堂经理在吗"
    assert hide(text, CHEN) == (text, {})
    assert hide("", CHEN) == ("", {})
    assert {"欧阳娜娜", "欧阳女士", "娜娜"} <= set(ways_to_name(["欧阳娜娜"]))
    assert "欧先生" not in ways_to_name(["欧阳娜娜"])


def test_the_same_words_have_the_same_place_and_strangers_stay() -> None:
    said, kept = hide("陈秀兰的电话13800138000，再拨13800138000找陈秀兰", CHEN)
    assert said == "〔姓名1〕的电话〔号码1〕，再拨〔号码1〕找〔姓名1〕"
    assert restore("请〔姓名1〕拨打〔号码1〕或〔号码2〕", kept) == "请陈秀兰拨打13800138000或〔号码2〕"


def test_whoever_writes_a_place_fills_none() -> None:
    said, kept = hide("〔号码1〕 13800138000", CHEN)
    assert restore(said, kept) == "[号码1] 13800138000"


@given(st.text(alphabet="陈秀兰 王0123456789-〔〕号码姓名aX@.\n", max_size=60))
def test_nothing_long_in_digits_is_left_and_all_comes_back(text: str) -> None:
    import re

    said, kept = hide(text, CHEN)
    bare = re.sub(r"〔(?:姓名|号码|邮箱)\d+〕", "", said)
    assert not re.search(r"\d{6,}", bare)
    assert "陈秀兰" not in bare
    back = restore(said, kept)
    assert back == re.sub(r"〔((?:姓名|号码|邮箱)\d+)〕", r"[\1]", text)
