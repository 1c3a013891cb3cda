"""Addresses of customer pages."""

from __future__ import annotations

from django.urls import path

from kexin.party.ui import (
    bulk,
    consent_pages,
    duplicates_pages,
    edit,
    facts_pages,
    lifecycle_pages,
    lists,
    ownership_pages,
    pages,
    pool_pages,
    relations_pages,
    transfer_pages,
)

app_name = "party"

urlpatterns = [
    path("", lists.customer_list, name="customers"),
    path("export/", bulk.export, name="export"),
    path("assign/", bulk.bulk_assign, name="bulk_assign"),
    path("pick/", relations_pages.pick, name="pick"),
    path("duplicates/", duplicates_pages.duplicate_list, name="duplicates"),
    path("duplicates/<int:pk>/", duplicates_pages.duplicate_page, name="duplicate"),
    path("merges/<int:pk>/undo/", duplicates_pages.undo, name="undo_merge"),
    path("pool/", pool_pages.pool_list, name="pool"),
    path("pool/claim/", pool_pages.claim, name="claim"),
    path("transfers/", transfer_pages.transfer_list, name="transfers"),
    path("transfers/new/", transfer_pages.new_transfer, name="new_transfer"),
    path("transfers/<int:pk>/", transfer_pages.transfer_page, name="transfer"),
    path("transfers/<int:pk>/list/", transfer_pages.paper, name="transfer_paper"),
    path("transfers/<int:pk>/sign/", transfer_pages.sign, name="sign_transfer"),
    path("transfers/<int:pk>/withdraw/", transfer_pages.withdraw, name="withdraw_transfer"),
    path("transfers/<int:pk>/return/", transfer_pages.give_back, name="return_transfer"),
    path("new/", edit.new_customer, name="new"),
    path("<int:pk>/", pages.customer_page, name="customer"),
    path("<int:pk>/peek/", pages.peek, name="peek"),
    path("<int:pk>/edit/", edit.edit_customer, name="edit"),
    path("<int:pk>/field/<slug:name>/", edit.field, name="field"),
    path("<int:pk>/reveal/", edit.reveal_value, name="reveal"),
    path("<int:pk>/documents/new/", edit.add_document, name="add_document"),
    path("<int:pk>/documents/<int:row>/retire/", edit.retire, name="retire_document"),
    path("<int:pk>/contacts/new/", edit.add_contact, name="add_contact"),
    path("<int:pk>/contacts/<int:row>/", edit.contact, name="contact"),
    path("<int:pk>/addresses/new/", edit.add_address, name="add_address"),
    path("<int:pk>/addresses/<int:row>/remove/", edit.remove_address_row, name="remove_address"),
    path("<int:pk>/relationships/new/", relations_pages.add_relationship, name="add_relationship"),
    path("<int:pk>/relationships/<int:row>/end/", relations_pages.end, name="end_relationship"),
    path("<int:pk>/facts/confirm/", facts_pages.confirm, name="confirm_facts"),
    path("<int:pk>/check/", lifecycle_pages.check, name="check"),
    path("<int:pk>/admit/", lifecycle_pages.admit, name="admit"),
    path("<int:pk>/exit/", lifecycle_pages.leave, name="exit"),
    path("<int:pk>/readmit/", lifecycle_pages.readmit, name="readmit"),
    path("<int:pk>/dormant/", lifecycle_pages.dormant, name="dormant"),
    path("<int:pk>/shares/", ownership_pages.shares, name="shares"),
    path("<int:pk>/protect/", ownership_pages.protect, name="protect"),
    path("<int:pk>/protection/lift/", ownership_pages.lift, name="lift_protection"),
    path("<int:pk>/consent/", consent_pages.record_page, name="record_consent"),
    path("<int:pk>/restrict/", consent_pages.place_page, name="place_restriction"),
    path("<int:pk>/restrictions/<int:restriction>/lift/", consent_pages.lift_page, name="lift_restriction"),
    path("<int:pk>/assign/", edit.assign, name="assign"),
]
