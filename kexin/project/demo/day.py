"""The day of loading at the front, told through the doors once figures and maturities are known: targets, the pool,
hand-overs that wait for a signature, appointments, reminders, calls made and still to make, sales in progress,
recordings and their inspection, plans, referrals, requests, conversations, care, complaints, what staff
know and ask.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection

from django.conf import settings
from django.utils import translation

from kexin.core.actor import system
from kexin.engagement.operations import ask_for_outcomes
from kexin.project.demo.chapters import tell_chapters
from kexin.project.demo.day_advice import tell_of_advice
from kexin.project.demo.day_calls import tell_of_calls
from kexin.project.demo.day_complaints import tell_of_complaints
from kexin.project.demo.day_conversations import tell_of_care, tell_of_conversations
from kexin.project.demo.day_knowledge import tell_of_knowledge
from kexin.project.demo.day_meetings import tell_of_meetings, tell_of_reminders
from kexin.project.demo.day_ownership import tell_of_pool, tell_of_protection, tell_of_targets, tell_of_transfers
from kexin.project.demo.day_queues import tell_of_queues
from kexin.project.demo.day_recordings import tell_of_inspection, tell_of_recordings
from kexin.project.demo.day_referrals import tell_of_referrals
from kexin.project.demo.day_requests import tell_of_requests
from kexin.project.demo.day_sales import tell_of_sales
from kexin.suitability.value.deciding import settle_all


def tell_day(
    today: dt.date,
    told: Collection[str] = (),
    tell: Callable[[str], None] = lambda _chapter: None,
    *,
    again: bool = False,
) -> None:
    """What the front line does this morning; ``told``, ``tell`` and ``again`` as in ``story.tell_story``."""
    with translation.override(settings.LANGUAGE_CODE):
        tell_chapters(
            {
                "targets": lambda: tell_of_targets(today),
                "protection": tell_of_protection,
                "pool": tell_of_pool,
                "transfers": tell_of_transfers,
                "meetings": lambda: tell_of_meetings(today),
                "reminders": lambda: tell_of_reminders(today),
                "calls": lambda: tell_of_calls(today),
                "sales": lambda: tell_of_sales(today),
                "recordings": lambda: tell_of_recordings(today),
                "inspection": tell_of_inspection,
                "advice": lambda: tell_of_advice(today),
                "referrals": tell_of_referrals,
                "requests": tell_of_requests,
                "queues": tell_of_queues,
                "conversations": tell_of_conversations,
                "care": tell_of_care,
                "knowledge": tell_of_knowledge,
                "complaints": tell_of_complaints,
                "values": lambda: settle_all(today, actor=system("clock.value")),
                "outcomes": _ask,
            },
            told,
            tell,
            again=again,
        )


def _ask() -> None:
    """As the clock does it every few minutes."""
    while ask_for_outcomes(actor=system("clock.appointments"), now=dt.datetime.now(dt.UTC)):
        pass
