"""Masks: what each shows, and that no input, however hostile, makes one fail or tell more."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kexin.core import masking

MASKS: list[Callable[[object], str]] = [
    masking.mask_name,
    masking.mask_organisation,
    masking.mask_identity,
    masking.mask_mobile,
    masking.mask_email,
    masking.mask_contact,
    masking.mask_account,
    masking.mask_address,
    masking.mask_date,
]


@pytest.mark.parametrize(
    ("mask", "value", "shown"),
    [
        (masking.mask_name, "张三", "张*"),
        (masking.mask_name, "陈秀兰", "陈*"),
        (masking.mask_name, "欧阳震华", "欧阳*"),
        (masking.mask_name, "欧阳修", "欧阳*"),
        (masking.mask_name, "歐陽修", "歐陽*"),
        (masking.mask_name, "欧阳", "欧*"),
        (masking.mask_name, "张", "*"),
        (masking.mask_name, "阿依古丽·买买提", "阿*"),
        (masking.mask_name, "John Smith", "J*** S***"),
        (masking.mask_name, "😀", "***"),
        (masking.mask_name, "\u202e张三\u200f", "张*"),
        (masking.mask_name, "𠮷田", "𠮷*"),
        (masking.mask_organisation, "杭州甲乙贸易有限公司", "杭州******公司"),
        (masking.mask_identity, "310101195703082864", "310***********2864"),
        (masking.mask_identity, "H1234567", "H*******"),
        (masking.mask_mobile, "13812345678", "138****5678"),
        (masking.mask_mobile, "+86 138-1234-5678", "138****5678"),
        (masking.mask_mobile, "+85291234567", "+852****67"),
        (masking.mask_email, "lin.xiulan@example.com", "l***@example.com"),
        (masking.mask_email, "no at sign", "n***"),
        (masking.mask_contact, "lin@example.com", "l***@example.com"),
        (masking.mask_contact, "13812345678", "138****5678"),
        (masking.mask_account, "6222 0212 3456 0123", "**** 0123"),
        (masking.mask_account, "123", "**** "),
        (masking.mask_address, "浙江省杭州市西湖区文三路138号", "浙江省杭州市西湖区***"),
        (masking.mask_address, "北京市朝阳区建国路1号", "北京市朝阳区***"),
        (masking.mask_address, "上海市浦东新区世纪大道8号", "上海市浦东新区***"),
        (masking.mask_address, "新疆维吾尔自治区乌鲁木齐市天山区1号", "新疆维吾尔自治区乌鲁木齐市天山区***"),
        (masking.mask_address, "湖北省恩施土家族苗族自治州利川市1号", "湖北省恩施土家族苗族自治州利川市***"),
        (masking.mask_address, "浙江省义乌市稠城街道", "浙江省义乌市***"),
        (masking.mask_address, "广东省东莞市南城街道阳光小区", "广东省东莞市***"),
        (masking.mask_address, "江苏省苏州市昆山市玉山镇", "江苏省苏州市昆山市***"),
        (masking.mask_address, "阳光小区3号楼", "阳光***"),
        (masking.mask_address, "12 Main Street, London", "12 Mai***"),
        (masking.mask_date, "1957-03-08", "****-**-**"),
    ],
)
def test_what_is_shown(mask: Callable[[object], str], value: str, shown: str) -> None:
    assert mask(value) == shown


@pytest.mark.parametrize("mask", MASKS)
def test_nothing_masks_to_nothing(mask: Callable[[object], str]) -> None:
    assert mask(None) == mask("") == mask("  \u200b\x00") == ""


hostile = st.text() | st.text(alphabet=st.sampled_from("市区县省旗 张😀\u202e\u200d\ud800@*·1路"), max_size=40)


@pytest.mark.parametrize("mask", MASKS)
@given(value=hostile)
def test_any_text_is_masked_and_stays_harmless(mask: Callable[[object], str], value: str) -> None:
    shown = mask(value)
    assert "*" in shown or not masking.plain(value)
    assert not any(unicodedata.category(char) in ("Cc", "Cf", "Cs") for char in shown)


@given(number=st.text(alphabet="0123456789X", min_size=1, max_size=30))
def test_an_identity_number_never_shows_more_than_seven_characters(number: str) -> None:
    shown = masking.mask_identity(number)
    assert len(shown.replace("*", "")) <= 7
    assert len(shown) == len(number)
    assert shown != number


@given(given_name=st.text(alphabet="秀兰伟强敏静", min_size=1, max_size=3))
def test_a_given_name_is_never_shown(given_name: str) -> None:
    assert masking.mask_name("陈" + given_name) == "陈*"
