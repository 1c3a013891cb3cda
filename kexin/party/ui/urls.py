"""Addresses of customer pages."""

from __future__ import annotations

from django.urls import path

from kexin.party.ui import bulk, edit, lists, pages

app_name = "party"

urlpatterns = [
    path("", lists.customer_list, name="customers"),
    path("export/", bulk.export, name="export"),
    path("assign/", bulk.bulk_assign, name="bulk_assign"),
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
    path("<int:pk>/assign/", edit.assign, name="assign"),
]
