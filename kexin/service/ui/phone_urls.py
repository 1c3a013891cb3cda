"""Addresses of telephone calls and extensions."""

from __future__ import annotations

from django.urls import path

from kexin.service.ui import phone_acts, phone_pages

urlpatterns = [
    path("phone-calls/", phone_pages.call_list, name="phone_calls"),
    path("phone-calls/now/", phone_pages.now, name="calls_now"),
    path("phone-calls/stream/", phone_pages.stream, name="calls_stream"),
    path("phone-calls/<int:pk>/", phone_acts.call, name="phone_call"),
    path("phone-calls/<int:pk>/customer/", phone_acts.identify, name="call_customer"),
    path("phone-calls/<int:pk>/returned/", phone_acts.returned, name="call_returned"),
    path("phone-calls/<int:pk>/number/", phone_acts.number, name="call_number"),
    path("phone-calls/<int:pk>/recording/", phone_acts.recording, name="call_recording"),
    path("phone-extensions/", phone_acts.extension_list, name="extensions"),
    path("phone-extensions/new/", phone_acts.new_extension, name="new_extension"),
    path("phone-extensions/<int:pk>/free/", phone_acts.free, name="free_extension"),
]
