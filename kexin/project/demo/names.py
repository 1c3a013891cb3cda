"""Invented names of people, firms and streets; given names follow the fashion of the year of birth.

All pools are written for this demonstration. Nobody is meant: identities drawn here get identity numbers of the
reserved sequence 996-999 and mobiles with ``0000`` in the middle (see ``identity``).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Text = npt.NDArray[np.str_]
Index = npt.NDArray[np.int_]

SURNAMES = (
    "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩邓冯曹彭曾萧田董潘袁蔡蒋余于杜叶程魏苏吕丁任卢姚沈钟姜崔谭"
    "陆范汪廖石金韦贾夏付方邹熊白孟秦邱侯江尹薛闫段雷龙黎史陶贺毛郝顾龚邵万覃武钱戴严莫孔向常汤祝柯仇单查解区盖"
)
COMPOUND_SURNAMES = (
    "欧阳",
    "上官",
    "诸葛",
    "司马",
    "皇甫",
    "慕容",
    "尉迟",
    "令狐",
    "司徒",
    "东方",
    "夏侯",
    "公孙",
)
_WEIGHT = 1.0 / (np.arange(len(SURNAMES)) + 6.0)
_SURNAME_POOL = np.array([*SURNAMES, *COMPOUND_SURNAMES])
_SURNAME_CHANCE = np.concatenate([_WEIGHT / _WEIGHT.sum() * 0.985, np.full(len(COMPOUND_SURNAMES), 0.015 / 12)])

# (first characters, second characters, well-known whole names) for men and women, by cohort of birth.
_FASHION: tuple[tuple[int, tuple[str, str, str], tuple[str, str, str]], ...] = (
    (
        1955,
        ("德永家世文国福长玉振", "明发林山生财荣贵顺昌", "建国 国华 德福 永福 志国 振华 长林 福生"),
        ("秀桂玉淑凤素翠春月金", "兰英珍芳华云梅莲香琴", "秀兰 桂英 玉珍 淑芳 凤英 素珍 秀英 翠花"),
    ),
    (
        1969,
        ("建卫志国永爱红新保跃", "军国民华平强东生明忠", "建军 卫东 建国 志强 国强 爱民 建华 援朝"),
        ("丽秀玉建红爱卫小美素", "华萍英芳琴霞梅珍珠云", "丽华 建华 秀英 红梅 爱华 卫红 小红 玉梅"),
    ),
    (
        1984,
        ("志建海晓国文俊永少立", "伟强军勇斌波峰辉刚涛", "伟 强 勇 军 磊 涛 超 刚 鹏 斌 志强 海涛"),
        ("晓丽红海春雪艳小文秀", "静敏丽燕芳霞娟梅玲萍", "静 丽 敏 燕 艳 芳 娟 霞 玲 洁 晓燕 丽娜"),
    ),
    (
        1999,
        ("俊嘉志子宇天浩文泽晨", "杰豪鹏宇轩飞阳龙凯博", "杰 浩 凯 帅 俊杰 浩然 宇航 志豪 天宇 文博"),
        ("雨佳思梦诗雪欣嘉晓婉", "婷颖琪怡雯瑶洁倩萱琳", "婷 倩 颖 雪 佳怡 梦瑶 思雨 雨婷 欣怡 诗琪"),
    ),
    (
        9999,
        ("子梓浩宇奕铭沐一景煜", "轩涵睿泽辰宸霖航然尧", "子轩 梓轩 浩宇 宇轩 沐辰 奕辰 一诺 子墨"),
        ("子梓欣雨诗若语一可沐", "涵萱怡彤桐汐诺妍玥瑶", "子涵 梓涵 欣怡 诗涵 雨桐 一诺 可馨 语汐"),
    ),
)
RARE = "䶮喆犇堃祎赟翀珺垚淼焱珅翯旻昇玥頔㛃㼆𬀩𣲗𫖯"
_UYGHUR = (
    [
        "买买提",
        "艾力",
        "吐尔逊",
        "阿卜杜拉",
        "玉素甫",
        "库尔班",
        "艾合买提",
        "依明",
        "热合曼",
        "吾买尔",
        "阿卜杜热合曼",
        "伊布拉音",
    ],
    [
        "阿依古丽",
        "古丽娜尔",
        "帕提古丽",
        "热依汗",
        "阿米娜",
        "古丽巴哈尔",
        "祖丽胡玛尔",
        "阿孜古丽",
        "麦尔耶姆",
        "努尔古丽",
    ],
)
_TIBETAN = ["扎西顿珠", "次仁旺堆", "格桑卓玛", "德吉央宗", "洛桑丹增", "白玛拉姆", "巴桑次仁", "索朗多吉"]
_MONGOLIAN = ["巴特尔", "乌兰其其格", "阿拉坦仓", "萨仁高娃", "宝力德", "娜仁托娅", "苏日娜", "那日苏"]
_FOREIGN: dict[str, tuple[str, str, str]] = {  # men, women, families; whole names are put together by chance
    "CAN": (
        "Michael Daniel Patrick Gregory Scott",
        "Emily Claire Heather Megan Alison",
        "Harrington Thornbury Delacourt Whitcombe MacAllister Penrose",
    ),
    "DEU": (
        "Jonas Matthias Florian Lukas",
        "Katharina Annika Franziska Johanna",
        "Lindqvist Ahrendt Bergmeister Vosskamp",
    ),
    "JPN": ("Kenji Takumi Haruto Daichi", "Yuki Misaki Haruka Naoko", "Moriyama Hanasaki Kurokawa Shiraishi"),
    "SGP": ("Arjun Farid Ravi Hakim", "Priya Nurul Fatima Meera", "Benhaddou Ramaswamy Iskandar Pillai"),
}
_FOREIGNERS = [
    (f"{given} {family}", country, sex)
    for country, words in _FOREIGN.items()
    for sex, givens in enumerate(words[:2])
    for given in givens.split()
    for family in words[2].split()
]
FOREIGN_HOMES = {name: country for name, country, _sex in _FOREIGNERS}  # where somebody of that name is from


def _pools() -> list[list[Text]]:
    """Given names per cohort and sex (0 women, 1 men); the well-known ones come up six times as often."""
    return [
        [
            np.array([a + b for a in firsts for b in seconds if a != b] + known.split() * 6)
            for firsts, seconds, known in (women, men)
        ]
        for _, men, women in _FASHION
    ]


_GIVEN = _pools()
_COHORT_ENDS = np.array([end for end, _, _ in _FASHION])


def surnames(rng: np.random.Generator, count: int) -> Text:
    return rng.choice(_SURNAME_POOL, size=count, p=_SURNAME_CHANCE)


def given_names(rng: np.random.Generator, birth_year: Index, male: npt.NDArray[np.bool_]) -> Text:
    """Given names fitting year of birth and sex; one in a hundred holds a character rare in fonts and code pages."""
    result = np.empty(len(birth_year), dtype="<U6")
    cohort = np.searchsorted(_COHORT_ENDS, birth_year)
    for number, by_sex in enumerate(_GIVEN):
        for sex, pool in enumerate(by_sex):
            chosen = (cohort == number) & (male == bool(sex))
            result[chosen] = rng.choice(pool, size=int(chosen.sum()))
    rare = rng.random(len(birth_year)) < 0.01
    result[rare] = rng.choice(np.array(list(RARE)), size=int(rare.sum()))
    return result


def full_names(surname: Text, given: Text) -> Text:
    return np.char.add(surname, given)


def minority_names(rng: np.random.Generator, male: npt.NDArray[np.bool_]) -> Text:
    """Names without a Han surname: Uyghur given·father's name, Tibetan, Mongolian."""
    count = len(male)
    fathers = rng.choice(np.array(_UYGHUR[0]), size=count)
    own = np.where(male, rng.choice(np.array(_UYGHUR[0]), size=count), rng.choice(np.array(_UYGHUR[1]), size=count))
    uyghur = np.char.add(np.char.add(own, "·"), fathers)
    other = rng.choice(np.array([*_TIBETAN, *_MONGOLIAN]), size=count)
    return np.where(rng.random(count) < 0.6, uyghur, other)


def foreign_names(rng: np.random.Generator, male: npt.NDArray[np.bool_]) -> Text:
    """Names of people who live here with a passport or a permanent residence card."""
    men, women = (
        rng.choice(np.array([name for name, _country, sex in _FOREIGNERS if sex == wanted]), size=len(male))
        for wanted in (0, 1)
    )
    return np.where(male, men, women)


CITY = "江澜市"
DISTRICTS = ("城东区", "城西区", "滨江区", "云湖区", "望潮区", "松岭县")
STREETS = [
    "澜桥路",
    "望江路",
    "槐荫路",
    "听雨街",
    "云栖路",
    "石渡街",
    "丰禾路",
    "青棠路",
    "书院弄",
    "南埠街",
    "锦溪路",
    "松风路",
    "观澜大道",
    "明珠里路",
    "兴澜路",
    "长汀路",
    "栖霞里路",
    "望湖路",
    "桂花坞路",
    "春晓路",
]
COMPOUNDS = [
    "澜悦府",
    "江畔名邸",
    "云湖花园",
    "松风苑",
    "书香里",
    "丰禾家园",
    "望潮公寓",
    "青棠小区",
    "锦溪湾",
    "听雨轩",
    "石渡新村",
    "观澜国际",
]


def addresses(rng: np.random.Generator, count: int) -> tuple[Text, Text]:
    """District and street address in an invented city."""
    district = rng.choice(np.array(DISTRICTS), size=count)
    parts = (
        rng.choice(np.array(STREETS), size=count),
        rng.integers(1, 400, count).astype(str),
        np.full(count, "号"),
        rng.choice(np.array(COMPOUNDS), size=count),
        rng.integers(1, 31, count).astype(str),
        np.full(count, "幢"),
        (rng.integers(1, 28, count) * 100 + rng.integers(1, 5, count)).astype(str),
        np.full(count, "室"),
    )
    street = parts[0]
    for part in parts[1:]:
        street = np.char.add(street, part)
    return district, street


TRADES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("wholesale", "批发和零售业", ("贸易", "商贸", "供应链")),
    ("catering", "住宿和餐饮业", ("餐饮管理", "酒楼", "食品")),
    ("logistics", "交通运输、仓储和邮政业", ("物流", "货运", "仓储")),
    ("mould", "制造业", ("模具", "精密机械", "五金制品")),
    ("clinic", "卫生和社会工作", ("口腔门诊部", "中医诊所", "康复诊所")),
)
_FIRM_FIRST = "澄恒瑞启和远华锦鼎盛信安晟诚丰宏嘉泰润博"
_FIRM_SECOND = "明达源通泽茂荣成业海川宇洋拓舟林禾岳峰林"
INSTITUTIONS = [
    "第三小学",
    "望潮中学",
    "云湖社区卫生服务中心",
    "城西图书馆",
    "滨江幼儿园",
    "松岭县水利站",
    "石渡街道办事处",
    "青少年宫",
    "锦溪敬老院",
    "听雨街社区居委会",
]


def firm_names(rng: np.random.Generator, trade: Index, first_number: int) -> list[str]:
    """Names of small firms of the invented city; unique within the bank by a serial after the 400th combination."""
    names = []
    for offset, kind in enumerate(trade):
        serial = first_number + offset
        combination = (serial * 137 + 11) % (len(_FIRM_FIRST) * len(_FIRM_SECOND))
        word = _FIRM_FIRST[combination // len(_FIRM_SECOND)] + _FIRM_SECOND[combination % len(_FIRM_SECOND)]
        round_no = serial // (len(_FIRM_FIRST) * len(_FIRM_SECOND))
        if round_no:
            word += _FIRM_FIRST[round_no % 20] + (_FIRM_SECOND[round_no // 20] if round_no >= 20 else "")
        suffix = TRADES[kind][2][int(rng.integers(0, 3))]
        tail = "" if TRADES[kind][0] == "clinic" else "有限公司"
        names.append(f"{CITY}{word}{suffix}{tail}")
    return names
