"""What people at the front did before the day of loading: calls, meetings, requests, conversations, surveys,
shares, one hand-over.

It comes in with the bank, in the same transaction and under the same audit entry, dated when it happened: as the data
of a bank that changes its system would. What is done on the day of loading goes through the doors (``story``, ``day``).
Only the first four sub-branches are told in detail; a larger bank is silent elsewhere.
"""

from __future__ import annotations

import pyarrow as pa

from kexin.project.demo.folios import read_folios
from kexin.project.demo.past_calls import bring_calls, draw_calls
from kexin.project.demo.past_conversations import bring_talks, draw_talks
from kexin.project.demo.past_meetings import bring_meetings, draw_meetings
from kexin.project.demo.past_ownership import bring_shares, bring_transfer
from kexin.project.demo.past_requests import bring_requests, draw_requests
from kexin.project.demo.past_rows import Facts
from kexin.project.demo.past_surveys import bring_surveys
from kexin.project.demo.simulate import Bank
from kexin.project.demo.staffing import Staff


def bring_past(bank: Bank, staff: Staff, truth: pa.Table) -> dict[str, int]:
    """Write the past of the told sub-branches; how many rows of what. Inside the operation that loads the bank."""
    facts = Facts()
    folios = read_folios(bank, staff, truth)
    calls = sorted((call for folio in folios for call in draw_calls(bank, folio)), key=lambda call: call.at)
    meetings = [meeting for folio in folios for meeting in draw_meetings(bank, folio)]
    counts = bring_calls(bank, calls, facts)
    counts |= bring_meetings(bank, sorted(meetings, key=lambda each: (each.day, each.second)), facts)
    asked = sorted((each for folio in folios for each in draw_requests(bank, folio)), key=lambda row: row.received)
    counts |= bring_requests(bank, asked, facts)
    talks = sorted((each for folio in folios for each in draw_talks(bank, folio)), key=lambda talk: talk.opened)
    counts |= bring_talks(bank, talks, facts)
    counts |= bring_surveys(bank, folios, facts)
    counts |= bring_shares(bank, folios)
    counts |= bring_transfer(bank, staff, facts)
    return counts | {"core_event": facts.write()}
