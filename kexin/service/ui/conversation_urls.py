"""Addresses of conversations."""

from __future__ import annotations

from django.urls import path

from kexin.service.ui import conversation_acts, conversation_pages, draft_pages

urlpatterns = [
    path("conversations/", conversation_pages.inbox, name="conversations"),
    path("conversations/live/", conversation_pages.live_list, name="conversations_live"),
    path("conversations/stream/", conversation_pages.stream, name="conversations_stream"),
    path("conversations/reviews/", conversation_acts.reviews, name="conversation_reviews"),
    path("conversations/<int:pk>/", conversation_pages.conversation, name="conversation"),
    path("conversations/<int:pk>/live/", conversation_pages.live, name="conversation_live"),
    path("conversations/<int:pk>/answer/", conversation_acts.answer, name="conversation_answer"),
    path("conversations/<int:pk>/drafts/", draft_pages.ask, name="ask_draft"),
    path("conversations/<int:pk>/drafts/<int:draft_id>/", draft_pages.draft, name="draft"),
    path("conversations/<int:pk>/drafts/<int:draft_id>/drop/", draft_pages.drop, name="drop_draft"),
    path("conversations/<int:pk>/take/", conversation_acts.take, name="conversation_take"),
    path("conversations/<int:pk>/later/", conversation_acts.put_off, name="conversation_later"),
    path("conversations/<int:pk>/back/", conversation_acts.resume, name="conversation_back"),
    path("conversations/<int:pk>/close/", conversation_acts.close, name="conversation_close"),
    path("conversations/<int:pk>/reopen/", conversation_acts.reopen, name="conversation_reopen"),
    path("conversations/<int:pk>/link/", conversation_acts.link, name="conversation_link"),
    path("conversations/<int:pk>/request/", conversation_acts.into_request, name="conversation_request"),
    path("conversations/<int:pk>/customer/", conversation_acts.identify, name="conversation_customer"),
    path("conversations/files/<int:pk>/", conversation_acts.file, name="conversation_file"),
    path("customers/<int:pk>/conversations/new/", conversation_acts.start, name="conversation_new"),
]
