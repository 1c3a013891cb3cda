"""Operations and queries that have no endpoint, each with the reason. A test holds this list against the registry."""

from __future__ import annotations

_CLOCK = "The clock does it; nobody else may."
_WORKER = "A step of the worker that loads files; others ask for the load by `/import-uploads`."
_PERSON = "Between a person and the sign-in pages: passwords, second factors and cookies pass no other programme."
_SCREEN = "A state of a browser's session: which screen a customer is looking at."
_MACHINE = "A command on the machine that holds the keys: `kexin keys`."
_FEED = "The address of a person's own calendar feed is made and ended by that person on the page, and shown once."
_TEXTS = "Messages are written by the acts they tell of, never by themselves; the page lists what became of them."

NOT_SERVED: dict[str, str] = {
    "core.audit_operations.report_examination": "The examination itself reports; others ask for one and read it.",
    "core.calendar_operations.redate": _CLOCK,
    "core.imports.runs.finish_import": _WORKER,
    "core.imports.runs.start_import": _WORKER,
    "core.imports.runs.stop_import": _WORKER,
    "core.rotation.begin": _MACHINE,
    "core.rotation.close": _MACHINE,
    "core.ui.gallery.gallery_samples": "Sample rows for the gallery of page components; no data of the bank.",
    "core.work_ladder.escalate_work": _CLOCK,
    "core.work_operations.open_work_count": "The badge of the menu; `/work-items` lists what it counts.",
    "desk.results.export_results": "`/results` gives the same figures to whoever reads them by the interface.",
    "desk.board_export.export_board": "`/board` gives the same figures to whoever reads them by the interface.",
    "desk.fourfold.export_fourfold": "`/fourfold` gives the same figures to whoever reads them by the interface.",
    "desk.fourfold.fourfold_customers": "The list behind a number of the page; `/customers` lists customers.",
    "desk.facing.begin_facing": _SCREEN,
    "desk.facing.facing": _SCREEN,
    "desk.facing.leave_facing": _SCREEN,
    "desk.reports.delivery.deliver_report": _CLOCK,
    "desk.reports.delivery.sweep_report_files": _CLOCK,
    "desk.queries.escalated_lines": "Part of the first page; `/work-items?view=escalated` lists the same items.",
    "engagement.calls.export.export_calls": "A file for people; `/call-lists/{call_list_id}` gives the figures.",
    "engagement.calls.loading.customers_of": "A step of reading a file; `/call-lists` takes customers by their ids.",
    "engagement.following.follow_customers": "Follows from assigning or transferring customers.",
    "engagement.calls.moving.merge_calls": "Follows from merging two files; nobody does it by itself.",
    "engagement.calls.moving.part_calls": "Follows from undoing a merge; nobody does it by itself.",
    "engagement.calls.moving.move_calls": "Follows from assigning a customer; nobody does it by itself.",
    "engagement.calls.queries.call_brief": "The call screen; its parts are served under `/customers/{customer_id}`.",
    "engagement.calls.queries.last_logged": "The bar of the call screen; `/calls/{line_id}/result` answers the same.",
    "engagement.messages.queries.messages": _TEXTS,
    "engagement.messages.sending.begin_sending": _CLOCK,
    "engagement.messages.sending.end_sending": _CLOCK,
    "engagement.messages.sending.write_message": _TEXTS,
    "engagement.appointment_queries.feed_of": _FEED,
    "engagement.operations.feeds.renew_feed": _FEED,
    "engagement.operations.feeds.revoke_feed": _FEED,
    "engagement.operations.reminders.ask_for_outcomes": _CLOCK,
    "engagement.returns.visits.propose_return_visits": _CLOCK,
    "engagement.returns.visits.settle_return_visit": "Follows from making an appointment; nobody does it by itself.",
    "engagement.operations.expiry.flag_expiring_documents": _CLOCK,
    "engagement.operations.expiry.sweep_files": _CLOCK,
    "holdings.operations.tiers.settle_tiers": _CLOCK,
    "holdings.operations.maturities.watch_maturities": _CLOCK,
    "holdings.aum.evening.evening_of": "The list behind a board's number; `/customers/{customer_id}/aum` has months.",
    "holdings.aum.queries.flows_of": "Part of the morning board; `/board` and `/figures` give flows.",
    "holdings.maturities.queries.maturity_totals": "Part of the morning board; `/board` gives them.",
    "holdings.aum.breakdown.figures_split": "Part of the morning board; `/board` gives the parts.",
    "products.values.queries.valued_product": "The head of a page; `/products/{product_id}/performance` names it.",
    "party.operations.expiry.flag_expiring_documents": _CLOCK,
    "party.operations.facts.review_facts": _CLOCK,
    "party.operations.orphans.find_orphans": _CLOCK,
    "people.delegations.delegations_of": "Part of an employee's page; `/delegations` lists them.",
    "people.delegations.my_delegations": "Part of one's own page; `/delegations` lists them.",
    "people.operations.grants.apply_grant": "Applied by the approval of a proposed grant, never by itself.",
    "people.operations.qualification_expiry.flag_expiring_qualifications": _CLOCK,
    "people.operations.sign_in.change_own_password": _PERSON,
    "people.operations.sign_in.record_factor": _PERSON,
    "people.operations.sign_in.record_sign_in": _PERSON,
    "people.operations.sign_in.record_sign_out": _PERSON,
    "project.demo.load.load_bank": "A command that fills an empty installation: `kexin demo`.",
}
