"""Readings of Chinese characters, and how typed letters may be read as pinyin. Pure functions.

A name is found by what a colleague types: characters (陈秀), whole pinyin (chenxiulan), the beginning of it
(chenx), initials (cxl) or a mixture (chenxl). Characters with several readings (多音字) count with each of
them, a surname's own reading first (单 shan, 曾 zeng, 解 xie).
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import islice, pairwise
from typing import Final, NamedTuple

from kexin.core.masking import is_han, plain

MOST_READINGS: Final = 4
LONGEST_NAME: Final = 40  # characters of a name that are indexed
_SURNAME_READINGS: Final = {
    "单": "shan", "曾": "zeng", "解": "xie", "仇": "qiu", "区": "ou", "查": "zha", "翟": "zhai", "盖": "ge",
    "万": "wan", "尉": "wei", "朴": "piao", "秘": "bi", "缪": "miao", "覃": "qin", "冼": "xian", "乐": "yue",
    "员": "yun", "种": "chong", "召": "shao", "折": "she", "黑": "he", "繁": "po", "令": "ling", "晟": "cheng",
    "洗": "xian", "那": "na", "宓": "mi", "逄": "pang", "郇": "xun", "隗": "wei", "阚": "kan", "訾": "zi",
    "牟": "mou", "石": "shi", "祭": "zhai", "重": "chong", "沈": "shen", "纪": "ji", "过": "guo", "叶": "ye",
    "呙": "guo", "佴": "nai", "亓": "qi", "褚": "chu", "晁": "chao", "谌": "chen", "都": "du", "藏": "zang",
}  # fmt: skip
_OTHER_SPELLINGS: Final = {"lv": "lu", "nv": "nu", "lve": "lue", "nve": "nue"}  # how those without ü type it
_SYLLABLES: Final = (
    "a ai an ang ao ba bai ban bang bao bei ben beng bi bian biao bie bin bing bo bu ca cai can cang cao ce cen "
    "ceng cha chai chan chang chao che chen cheng chi chong chou chu chua chuai chuan chuang chui chun chuo ci "
    "cong cou cu cuan cui cun cuo da dai dan dang dao de dei den deng di dia dian diao die ding diu dong dou du "
    "duan dui dun duo e ei en eng er fa fan fang fei fen feng fiao fo fou fu ga gai gan gang gao ge gei gen "
    "geng gong gou gu gua guai guan guang gui gun guo ha hai han hang hao he hei hen heng hong hou hu hua huai "
    "huan huang hui hun huo ji jia jian jiang jiao jie jin jing jiong jiu ju juan jue jun ka kai kan kang kao "
    "ke kei ken keng kong kou ku kua kuai kuan kuang kui kun kuo la lai lan lang lao le lei len leng li lia "
    "lian liang liao lie lin ling liu lo long lou lu luan lue lun luo lv lve ma mai man mang mao me mei men "
    "meng mi mian miao mie min ming miu mo mou mu na nai nan nang nao ne nei nen neng ni nian niang niao nie "
    "nin ning niu nong nou nu nuan nue nun nuo nv nve o ou pa pai pan pang pao pei pen peng pi pian piao pie "
    "pin ping po pou pu qi qia qian qiang qiao qie qin qing qiong qiu qu quan que qun ran rang rao re ren reng "
    "ri rong rou ru rua ruan rui run ruo sa sai san sang sao se sen seng sha shai shan shang shao she shei shen "
    "sheng shi shou shu shua shuai shuan shuang shui shun shuo si song sou su suan sui sun suo ta tai tan tang "
    "tao te tei teng ti tian tiao tie ting tong tou tu tuan tui tun tuo wa wai wan wang wei wen weng wo wu xi "
    "xia xian xiang xiao xie xin xing xiong xiu xu xuan xue xun ya yan yang yao ye yi yin ying yo yong you yu "
    "yuan yue yun za zai zan zang zao ze zei zen zeng zha zhai zhan zhang zhao zhe zhei zhen zheng zhi zhong "
    "zhou zhu zhua zhuai zhuan zhuang zhui zhun zhuo zi zong zou zu zuan zui zun zuo"
)
WHOLE: Final = frozenset(_SYLLABLES.split())
BEGINNINGS: Final = frozenset(syllable[:size] for syllable in WHOLE for size in range(1, len(syllable)))
_ONLY_CHINESE: Final = re.compile(f"[\u4e00-\u9fff]{{1,{LONGEST_NAME}}}")
_LETTERS: Final = re.compile(r"[a-z]+")


class Element(NamedTuple):
    """A piece of typed letters: a whole syllable, or the beginning of one."""

    letters: str
    whole: bool


def _readings_of(char: str) -> list[str]:
    from pypinyin import Style, pinyin  # its dictionaries take half a second, which only the first name should pay

    (found,) = pinyin(char, style=Style.NORMAL, heteronym=True, errors="ignore") or [[]]
    return [each for each in found if each in WHOLE]


@lru_cache(maxsize=30_000)
def readings(char: str, surname: bool = False) -> tuple[str, ...]:
    """How a character is read, without tones, the likeliest first; empty for one without a reading."""
    if not is_han(char):
        return ()
    found = _readings_of(char)
    if surname and char in _SURNAME_READINGS:
        found.insert(0, _SURNAME_READINGS[char])
    found = list(dict.fromkeys(found))[:MOST_READINGS]
    return tuple(dict.fromkeys(found + [_OTHER_SPELLINGS[each] for each in found if each in _OTHER_SPELLINGS]))


def folded(text: object) -> str:
    """Lower case without accents, half-width, invisible characters dropped; Chinese characters stay."""
    decomposed = unicodedata.normalize("NFKD", plain(text).casefold())
    bare = "".join(char for char in decomposed if unicodedata.category(char) != "Mn")
    return unicodedata.normalize("NFKC", bare)


def pieces(text: object) -> tuple[list[str], list[str]]:
    """The runs of Chinese characters and the words of other letters and digits, both folded, in order.

    Apostrophes join (O'Neil, xi'an); the dot between the parts of a name separates nothing in Chinese.
    """
    if isinstance(text, str) and _ONLY_CHINESE.fullmatch(text):
        return [text], []  # nearly every name: three times faster
    runs: list[str] = []
    words: list[str] = []
    last_was_han = False
    last_was_word = False
    for char in folded(text)[: 2 * LONGEST_NAME]:
        if is_han(char):
            if last_was_han:
                runs[-1] += char
            else:
                runs.append(char)
            last_was_han, last_was_word = True, False
        elif char.isalnum():
            if last_was_word:
                words[-1] += char
            else:
                words.append(char)
            last_was_han, last_was_word = False, True
        elif char in "·•‧":
            last_was_word = False
        elif char not in "'’`":
            last_was_han = last_was_word = False
    return runs, words


def parses(letters: str, most: int = 4) -> list[list[Element]]:
    """How letters can be read as pinyin, the fewest pieces first: “chenxl” is chen, x, l.

    Whole syllables and initials may change once (chenxl, cxlan); the last piece may be a beginning (chenxi|u).
    """
    if not _LETTERS.fullmatch(letters) or len(letters) > 60:
        return []
    found = list(islice(_parses(letters, 0, _ends(letters)), 400))
    found = [parse for parse in found if _changes(parse) <= 1]
    found.sort(key=lambda parse: (sum(not element.whole for element in parse), len(parse)))
    return found[:most]


def _ends(letters: str) -> set[int]:
    """From which positions the end can be reached: without this, hopeless letters would take for ever."""
    reachable = {len(letters)}
    for start in reversed(range(len(letters))):
        if any(_steps(letters, start, reachable)):
            reachable.add(start)
    return reachable


def _steps(letters: str, start: int, reachable: set[int]) -> Iterator[Element]:
    for end in range(min(start + 6, len(letters)), start, -1):
        if end in reachable:
            piece = letters[start:end]
            if piece in WHOLE:
                yield Element(piece, True)
            if piece in BEGINNINGS and (len(piece) == 1 or end == len(letters)):
                yield Element(piece, False)


def _parses(letters: str, start: int, reachable: set[int]) -> Iterator[list[Element]]:
    for element in _steps(letters, start, reachable):
        end = start + len(element.letters)
        if end == len(letters):
            yield [element]
        else:
            for tail in _parses(letters, end, reachable):
                yield [element, *tail]


def _changes(parse: list[Element]) -> int:
    return sum(before.whole != after.whole for before, after in pairwise(parse))


def reads_as(name: str, letters: str) -> bool:
    """Whether some part of a Chinese name can be typed by these letters: whole, by initials, or mixed."""
    return bool(letters) and any(_reads_from(name, start, letters) for start in range(len(name)))


def _reads_from(name: str, start: int, letters: str) -> bool:
    read = {0}  # how many letters the characters so far can have used up
    for index in range(start, len(name)):
        further: set[int] = set()
        for reading in readings(name[index], index < 2):
            for used in read:
                if reading.startswith(letters[used:]):
                    return True
                if letters.startswith(reading, used):
                    further.add(used + len(reading))
                if letters[used] == reading[0]:
                    further.add(used + 1)
        if len(letters) in further:
            return True
        if not further:
            return False
        read = further
    return False
