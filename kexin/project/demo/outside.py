"""The world outside the bank: invented employers, merchants, persons and firms that money comes from and goes to."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache

import numpy as np

from kexin.project.demo import names
from kexin.project.demo.identity import luhn

# Ranges of the pool, each [start, end).
SELF = (0, 400)  # the customer's own accounts at other banks: the name shown is the customer's
EMPLOYERS = (400, 700)
MERCHANTS = (700, 1_500)
OFFICES = (1_500, 1_512)
PERSONS = (1_512, 5_512)
FIRMS = (5_512, 6_012)

MERCHANT_NOTES = ("dining", "grocery", "travel", "online", "medical", "fuel", "leisure", "baby")
_MERCHANT_WORDS = (
    "面馆 小厨 茶饮 火锅 私房菜 早餐铺 烘焙坊 海鲜楼",
    "生鲜超市 便利店 邻里菜场 百货超市 水果店 粮油店",
    "公交地铁 出租出行 城际铁路 停车场 航空客票 共享单车",
    "网上商城 优选直购 数码旗舰店 服饰旗舰店 家居旗舰店",
    "大药房 社区门诊 口腔诊所 体检中心 眼镜店",
    "加油站 充电站 汽车养护",
    "影城 书店 健身馆 花店 宠物店 民宿",
    "母婴馆 童装店 早教中心",
)
_FIRST = "澜江云望槐青松石丰锦听桂春书南长明观栖兴"
_SECOND = "桥舟湖荫棠风渡禾溪雨花晓香埠汀珠悦霞和朗"
_OFFICES = (
    "江澜市社会保险中心",
    "江澜市税务局",
    "江澜市供水公司",
    "江澜市供电公司",
    "江澜市燃气公司",
    "江澜市住房公积金中心",
    "江澜市望潮中学",
    "江澜市第三小学",
    "江澜置业开发有限公司",
    "江澜市网络支付服务商",
    "松澜游戏充值",
    "江澜银行结售汇专户",
)
(
    SOCIAL_SECURITY,
    TAX,
    WATER,
    POWER,
    GAS,
    HOUSING_FUND,
    MIDDLE_SCHOOL,
    PRIMARY_SCHOOL,
    DEVELOPER,
    PAYMENTS,
    GAMES,
    FX,
) = range(OFFICES[0], OFFICES[1])


@dataclass(frozen=True)
class Outside:
    names: list[str]
    accounts: list[str]


@lru_cache(maxsize=4)
def build_outside(seed: int) -> Outside:
    """The same outside world for all blocks of a bank."""
    rng = np.random.default_rng([seed, 13])
    label: list[str] = [""] * (SELF[1] - SELF[0])
    label += names.firm_names(rng, rng.integers(0, 4, EMPLOYERS[1] - EMPLOYERS[0]), 40_000)
    per_kind = (MERCHANTS[1] - MERCHANTS[0]) // len(_MERCHANT_WORDS)
    for words in _MERCHANT_WORDS:
        choices = words.split()
        for number in range(per_kind):
            brand = _FIRST[number * 7 % 20] + _SECOND[(number * 3 + number // 20) % 20]
            label.append(brand + choices[number % len(choices)])
    label += _OFFICES
    count = PERSONS[1] - PERSONS[0]
    male = rng.random(count) < 0.5
    given = names.given_names(rng, rng.integers(1945, 2006, count), male)
    label += names.full_names(names.surnames(rng, count), given).tolist()
    label += names.firm_names(rng, rng.integers(0, 4, FIRMS[1] - FIRMS[0]), 50_000)
    body = rng.integers(10**9, 10**10, len(label))
    return Outside(label, [luhn(f"62999880{number}") for number in body.tolist()])
