"""Why a sale ended, in the reader's language."""

from __future__ import annotations

from kexin.people.models import by_language
from kexin.sales.models import Sale
from kexin.suitability.models import SuitabilityDecision


def words_of(opinion: SuitabilityDecision, language: str) -> str:
    """Everything that spoke against it, in ``zh`` or ``en``."""
    return " ".join(str(each["words"][language]) for each in opinion.refusals)


def why_ended(sale: Sale) -> str:
    """The reason: of the matching opinion that ended it, else what a person or the core system wrote."""
    opinion = SuitabilityDecision.objects.filter(pk=sale.refusal_no).first() if sale.refusal_no else None
    if opinion is None:
        return sale.reason
    return by_language(words_of(opinion, "zh"), words_of(opinion, "en"))
