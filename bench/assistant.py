"""How well the assistant finds what a question is about, on questions of other people.

    python -m bench.assistant FOLDER        (FOLDER holds banking77_train.csv and afqmc_pairs.json)

BANKING77 (Casanueva et al. 2020): one article for each intent, a fifth of the questions held out, the others its ways
of asking. Not known: a fifth of the intents are taken away wholly, and their questions are asked all the same. AFQMC:
485 pairs of Chinese questions, ranked by likeness. Nothing of the data is kept in the product.
"""

from __future__ import annotations

import csv
import json
import random
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from kexin.service.assistant.matching import Example, features, learn


def banking(folder: Path) -> list[tuple[str, str]]:
    """Questions with their intents."""
    with (folder / "banking77_train.csv").open(encoding="utf-8") as file:
        return [(row["text"], row["category"]) for row in csv.DictReader(file)]


def split(rows: Sequence[tuple[str, str]], seed: int = 7) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """Four fifths to learn from, one fifth to ask."""
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    cut = len(shuffled) // 5
    return shuffled[cut:], shuffled[:cut]


def intents(folder: Path) -> dict[str, float]:
    """Share of held-out questions whose article is the first, among the first three; milliseconds a question."""
    known, asked = split(banking(folder))
    codes = {name: place for place, name in enumerate(sorted({intent for _text, intent in known}))}
    began = time.perf_counter()
    matcher = learn([Example(codes[intent], text) for text, intent in known])
    learned = time.perf_counter() - began
    first = third = 0
    began = time.perf_counter()
    for text, intent in asked:
        found = [each.article_id for each in matcher.read(text, 3).guesses]
        first += found[:1] == [codes[intent]]
        third += codes[intent] in found
    spent = time.perf_counter() - began
    return {
        "first": first / len(asked), "among three": third / len(asked), "questions": len(asked),
        "learned in s": learned, "ms a question": spent / len(asked) * 1000,
    }  # fmt: skip


def unknown(folder: Path) -> list[tuple[float, float, float, float, float]]:
    """Per threshold pair (likely, alike): share of known questions answered, of these right, of unknown answered."""
    known, asked = split(banking(folder))
    names = sorted({intent for _text, intent in known})
    hidden = set(names[::5])
    codes = {name: place for place, name in enumerate(names)}
    matcher = learn([Example(codes[intent], text) for text, intent in known if intent not in hidden])
    read = [(intent, matcher.read(text, 1)) for text, intent in asked]
    lines = []
    for likely in (0.3, 0.5, 0.6, 0.7, 0.8):
        for alike in (0.0, 0.3, 0.4, 0.5):
            sure = [
                (intent, each.guesses[0].article_id)
                for intent, each in read
                if each.guesses and each.guesses[0].likely >= likely and each.alike >= alike
            ]
            inside = [codes[intent] == found for intent, found in sure if intent not in hidden]
            outside = sum(intent in hidden for intent, _found in sure)
            strange = sum(intent in hidden for intent, _each in read)
            lines.append(
                (
                    likely,
                    alike,
                    len(inside) / (len(read) - strange),
                    sum(inside) / max(1, len(inside)),
                    outside / strange,
                )
            )
    return lines


def pairs(folder: Path) -> float:
    """Area under the curve of ranking Chinese pairs by likeness: 0.5 is chance."""
    with (folder / "afqmc_pairs.json").open(encoding="utf-8") as file:
        rows = [json.loads(line) for line in file if line.strip()]
    matcher = learn([Example(0, row[side]) for row in rows for side in ("sentence1", "sentence2")])
    scored = []
    for row in rows:
        one, other = (
            dict(zip(*matcher.vector(features(row[side])), strict=True)) for side in ("sentence1", "sentence2")
        )
        scored.append((sum(value * other.get(at, 0.0) for at, value in one.items()), row["label"] == "1"))
    same = [score for score, label in scored if label]
    others = [score for score, label in scored if not label]
    wins = sum((a > b) + (a == b) / 2 for a in same for b in others)
    return wins / (len(same) * len(others))


def main() -> int:
    folder = Path(sys.argv[1])
    for name, value in intents(folder).items():
        print(f"{name:16} {value:9.4f}")
    print("likely alike answered right unknown-answered")
    for line in unknown(folder):
        print("  ".join(f"{each:6.3f}" for each in line))
    print(f"pairs: area under the curve {pairs(folder):.4f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
