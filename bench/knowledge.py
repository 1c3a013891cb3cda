"""Search over 50,000 articles: ``python -m bench.knowledge`` (ARTICLES says how many; kept under var/bench).

The articles are made up: words of a bank's service in both languages, drawn so that few are frequent and many are
rare, 60 to 180 in an article. Asked are sentences of two to six of the words, one in four typed as pinyin or with a
slip. Measured is the query with its doors: what was meant, candidates, rank, the versions with their categories.
"""

from __future__ import annotations

import datetime as dt
import os
import random
import statistics
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import product

from bench.fill import heard
from bench.size import ROOT

ARTICLES = int(os.environ.get("ARTICLES") or 50_000)
ASKED = int(os.environ.get("CALLS") or 300)
_THINGS = (
    "银行卡 信用卡 借记卡 存折 手机银行 网上银行 理财产品 基金 保险 贵金属 大额存单 定期存款 活期存款 结构性存款 房贷 "
    "车贷 消费贷款 经营贷款 公积金 养老金 社保卡 外币 汇款 转账 账单 积分 额度 密码 验证码 令牌 证书 网点 柜台 柜员机"
)
_ACTS = (
    "开通 注销 挂失 补办 激活 冻结 解冻 查询 修改 重置 调整 提前还款 分期 赎回 购买 撤销 预约 兑换 提现 存入 签约 解约 "
    "绑定 解绑 申请 审批 授权 投诉 咨询 证明 打印 邮寄 领取 升级 降级 免除 收取 退还 计算 到期"
)
_ENGLISH = (
    "account card transfer statement deposit loan mortgage branch password limit fee currency exchange refund payment "
    "receipt interest balance salary pension insurance fund identity document address signature cheque cash machine"
)


@contextmanager
def opened_articles() -> Iterator[None]:
    """A cluster of its own with so many articles; Django is set up for it."""
    os.environ["KEXIN_VAR"] = str(ROOT / "var" / "bench" / f"articles-{ARTICLES}")
    for name in ("DATABASE_URL", "KEXIN_KEYS_DIR", "KEXIN_FILES_DIR", "KEXIN_BUSINESS_DATE"):
        os.environ.pop(name, None)
    os.environ["KEXIN_DEMO"] = "0"
    from kexin.project.installation import opened

    with opened():
        from kexin.project.commands.preparation import prepare
        from kexin.service.models import ArticleEntry

        prepare()
        if ArticleEntry.objects.count() < ARTICLES:
            _fill()
        yield


def vocabulary() -> list[str]:
    """Some 2,300 words and pairs of words of a bank's service."""
    pairs = [f"{thing}{act}" for thing, act in product(_THINGS.split(), _ACTS.split())]
    numbered = [f"{word}{number}" for word in _ENGLISH.split() for number in range(1, 30)]
    return [*_THINGS.split(), *_ACTS.split(), *_ENGLISH.split(), *pairs, *numbered]


def drawn(chance: random.Random, known: list[str], count: int) -> list[str]:
    """Words, the first of the list far more often than the last."""
    return [known[min(int(len(known) * chance.random() ** 3), len(known) - 1)] for _n in range(count)]


def _fill() -> None:
    from django.db import connection, transaction
    from django.utils import timezone

    from kexin.core.calendar import business_date
    from kexin.service.knowledge.index import rebuild
    from kexin.service.models import Article, ArticleCategory, ArticleVersion

    chance, known, today = random.Random(11), vocabulary(), business_date()
    chance.shuffle(known)
    with transaction.atomic():
        category = ArticleCategory.objects.create(name="测量", name_en="Measured")
        category.path = f"{category.pk}/"
        category.save()
        now = timezone.now()
        for start in range(0, ARTICLES, 1000):
            rows = [
                Article(
                    article_no=f"B{number:07d}", kind="answer", audience="customer" if number % 3 else "staff",
                    category=category, created_at=now, created_by="bench",
                )
                for number in range(start, min(start + 1000, ARTICLES))
            ]  # fmt: skip
            Article.objects.bulk_create(rows)
            ArticleVersion.objects.bulk_create(
                ArticleVersion(
                    article=row, language="zh", number=1, title="，".join(drawn(chance, known, 3))[:120],
                    body="。".join(drawn(chance, known, chance.randint(60, 180))),
                    asked=["".join(drawn(chance, known, 2)) for _n in range(3)], state="approved",
                    drafted_by="one", drafted_at=now, reviewed_by="two", reviewed_at=now, in_use_from=today,
                    review_on=today + dt.timedelta(days=365), sha256="0" * 64,
                )
                for row in rows
            )  # fmt: skip
        heard("articles written", ARTICLES, ARTICLES)
        began = time.perf_counter()
        rebuild()
        heard(f"index made in {time.perf_counter() - began:.0f} s", ARTICLES, ARTICLES)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def questions(count: int) -> list[tuple[str, str]]:
    """What is asked, and how it was typed."""
    from pypinyin import lazy_pinyin

    chance, known = random.Random(12), vocabulary()
    random.Random(11).shuffle(known)
    found = []
    for number in range(count):
        said = drawn(chance, known, chance.randint(2, 6))
        if number % 8 == 0:
            found.append(("pinyin", " ".join("".join(lazy_pinyin(each)) for each in said[:2])))
        elif number % 8 == 4:
            word = chance.choice(_ENGLISH.split())
            found.append(("slip", word[:2] + word[3:]))
        else:
            found.append(("as it is", " ".join(said)))
    return found


def main() -> None:
    """One table: milliseconds a search, by how it was typed."""
    with opened_articles():
        from kexin.core.actor import system
        from kexin.service.knowledge.queries import search_articles

        actor = system("bench")
        asked = questions(ASKED)
        for _how, text in asked[:20]:
            search_articles(actor, text)
        spent: dict[str, list[float]] = {}
        for how, text in asked:
            began = time.perf_counter()
            search_articles(actor, text, limit=20)
            spent.setdefault(how, []).append((time.perf_counter() - began) * 1000)
        print(f"| typed | searches | median ms | p95 ms |  {ARTICLES:,} articles, load {os.getloadavg()[0]:.1f}")
        for how, times in [*spent.items(), ("all", [each for row in spent.values() for each in row])]:
            high = statistics.quantiles(times, n=20)[-1]
            print(f"| {how} | {len(times)} | {statistics.median(times):.1f} | {high:.1f} |")


if __name__ == "__main__":
    main()
