"""What customers wrote, searchable, and gathered by likeness: TF-IDF of character pairs, average linkage. No model.

Chinese has no spaces and short answers have few words: pairs of characters need neither a dictionary nor training. The
two groups most alike are joined until none are alike enough; how many groups there are follows, and the same texts
always give the same groups. 600 texts take about a fifth of a second.
"""

from __future__ import annotations

import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from kexin.core.actor import Actor
from kexin.core.fields import decrypt_rows
from kexin.core.query import query
from kexin.service.models import SurveyAnswer, SurveyInvitation
from kexin.service.surveys.choices import InvitationState, QuestionKind
from kexin.service.surveys.queries import ANSWERS
from kexin.service.surveys.results import Wanted, narrowed

MOST_TEXTS, MOST_GROUPS = 600, 12
LEAST_SHOWN = 3  # texts of a group
ALIKE = 0.15  # mean cosine of two groups below which they are not joined


@dataclass(frozen=True, slots=True)
class Said:
    """One text: whose, about which question, with the score of the whole survey."""

    invitation: SurveyInvitation
    question: str
    text: str


@dataclass(frozen=True, slots=True)
class TextGroup:
    """Texts that are alike: places in the list, and the pairs of characters that they share most."""

    members: tuple[int, ...]
    shared: tuple[str, ...]


@query(ANSWERS, label=_("See single answers to surveys"), record="list")
def survey_texts(actor: Actor, wanted: Wanted, search: str = "") -> list[Said]:
    """The newest texts within reach, at most 600, that hold the words looked for."""
    rows = narrowed(SurveyInvitation.objects.visible_to(actor, ANSWERS), wanted).filter(state=InvitationState.ANSWERED)
    answers = (
        SurveyAnswer.objects.filter(invitation__in=rows.values("pk"), kind=QuestionKind.TEXT, given=True)
        .select_related("invitation__survey_version__survey", "invitation__unit")
        .order_by("-said_at", "-pk")[:MOST_TEXTS]
    )
    found = decrypt_rows(SurveyAnswer, list(answers), ("text",))
    words = [each for each in plain(search).split(" ") if each]
    return [
        Said(each.invitation, each.question, str(each.text))
        for each in found
        if each.text and all(word in plain(str(each.text)) for word in words)
    ]


def plain(text: str) -> str:
    """For comparing: full-width and upper-case letters made equal."""
    return unicodedata.normalize("NFKC", text).casefold()


def pairs(text: str) -> Counter[str]:
    """Neighbouring letters and characters, without punctuation and blanks."""
    runs = "".join(each if each.isalnum() else " " for each in plain(text)).split()
    return Counter(run[at : at + 2] for run in runs for at in range(max(len(run) - 1, 1)))


def groups(texts: Sequence[str], most: int = MOST_GROUPS) -> list[TextGroup]:
    """Groups of at least three texts, the largest first; what is like nothing else stays alone."""
    import numpy as np  # large, and no part of a start

    counted = [pairs(each) for each in texts]
    seen = Counter(pair for each in counted for pair in each)
    terms = sorted(pair for pair, number in seen.items() if number >= 2)
    if len(texts) < LEAST_SHOWN or not terms:
        return []
    place = {pair: at for at, pair in enumerate(terms)}
    rows = np.zeros((len(texts), len(terms)))
    for at, each in enumerate(counted):
        for pair, number in each.items():
            if pair in place:
                rows[at, place[pair]] = (1 + np.log(number)) * np.log((1 + len(texts)) / (1 + seen[pair]))
    lengths = np.linalg.norm(rows, axis=1)
    rows = rows / np.where(lengths > 0, lengths, 1)[:, None]
    alike = rows @ rows.T
    np.fill_diagonal(alike, -1.0)
    members: list[list[int]] = [[at] for at in range(len(texts))]
    while True:
        one, other = (int(each) for each in np.unravel_index(alike.argmax(), alike.shape))
        if alike[one, other] < ALIKE:
            break
        mine, theirs = len(members[one]), len(members[other])
        alike[one] = (mine * alike[one] + theirs * alike[other]) / (mine + theirs)
        alike[:, one] = alike[one]
        alike[one, one] = -1.0
        alike[other], alike[:, other] = -1.0, -1.0
        members[one] += members[other]
        members[other] = []
    found = []
    for some in members:
        if len(some) >= LEAST_SHOWN:
            centre = rows[some].sum(axis=0)
            best = np.argsort(-centre, kind="stable")[:5]
            found.append(TextGroup(tuple(sorted(some)), tuple(terms[at] for at in best if centre[at] > 0)))
    return sorted(found, key=lambda each: (-len(each.members), each.members))[:most]
