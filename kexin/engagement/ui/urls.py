"""Addresses of the engagement floor."""

from __future__ import annotations

from django.urls import path

from kexin.engagement.ui import (
    appointments,
    calendar,
    call_lists,
    calls,
    contacts,
    documents,
    feeds,
    handing,
    messages,
    notes,
    reminders,
    returns,
)

app_name = "engagement"

urlpatterns = [
    path("engagement/customers/<int:pk>/documents/new/", documents.upload, name="upload"),
    path("engagement/documents/<int:pk>/download/", documents.download, name="download"),
    path("engagement/documents/<int:pk>/withdraw/", documents.withdraw, name="withdraw_document"),
    path("engagement/customers/<int:pk>/notes/", notes.write, name="write_note"),
    path("engagement/notes/<int:pk>/", notes.change, name="note"),
    path("engagement/notes/<int:pk>/pin/", notes.pin, name="pin_note"),
    path("engagement/notes/<int:pk>/withdraw/", notes.withdraw, name="withdraw_note"),
    path("engagement/customers/<int:pk>/notes/hand/", handing.hand, name="hand_note"),
    path("engagement/notes/<int:pk>/handed/", handing.page, name="handed_note"),
    path("calls/", calls.screen, name="calls"),
    path("calls/next/", calls.take_next, name="next_call"),
    path("calls/<int:pk>/take/", calls.take, name="take_call"),
    path("calls/<int:pk>/dial/", calls.dial, name="dial_call"),
    path("calls/<int:pk>/result/", calls.result, name="call_result"),
    path("calls/<int:pk>/drop/", calls.drop, name="drop_call"),
    path("calls/results/<int:pk>/undo/", calls.undo, name="undo_call"),
    path("calls/contacts/", contacts.contact_list, name="contacts"),
    path("calls/lists/", call_lists.listing, name="call_lists"),
    path("calls/lists/new/", call_lists.new, name="new_call_list"),
    path("calls/lists/file/", call_lists.from_file, name="call_list_from_file"),
    path("calls/lists/pick/", call_lists.pick, name="pick_calls"),
    path("calls/lists/<int:pk>/", call_lists.one, name="call_list"),
    path("calls/lists/<int:pk>/close/", call_lists.close, name="close_call_list"),
    path("calls/lists/<int:pk>/export/", call_lists.export, name="export_calls"),
    path("appointments/", calendar.calendar_page, name="calendar"),
    path("appointments/new/", appointments.new, name="new_appointment"),
    path("appointments/<int:pk>/", appointments.page, name="appointment"),
    path("appointments/<int:pk>/change/", appointments.change, name="change_appointment"),
    path("appointments/<int:pk>/move/", appointments.move, name="move_appointment"),
    path("appointments/<int:pk>/close/", appointments.close, name="close_appointment"),
    path("appointments/<int:pk>/arrive/", appointments.arrive, name="mark_arrival"),
    path("appointments/feed/", feeds.page, name="feed"),
    path("appointments/feed/renew/", feeds.renew, name="renew_feed"),
    path("appointments/feed/end/", feeds.revoke, name="revoke_feed"),
    path("api/feeds/<str:token>.ics", feeds.feed_file, name="feed_file"),
    path("engagement/customers/<int:pk>/appointments/new/", appointments.new_for, name="new_appointment_for"),
    path("engagement/customers/<int:pk>/return-visits/", returns.change, name="return_wish"),
    path("notes/new/", notes.quick, name="quick_note"),
    path("reminders/reading/", reminders.reading, name="reading"),
    path("reminders/new/", reminders.new, name="new_reminder"),
    path("reminders/<int:pk>/", reminders.page, name="reminder"),
    path("messages/", messages.listing, name="messages"),
    path("notices/", reminders.told, name="notices"),
]
