"""Models of engagement: documents and notes of a file, appointments, reminders, calls, messages out."""

from kexin.engagement.models.appointments import Appointment, CalendarFeed, Reminder
from kexin.engagement.models.calls import CallEntry, CallList, Contact
from kexin.engagement.models.messages import OutboundMessage
from kexin.engagement.models.records import Document, Note
from kexin.engagement.models.returns import ReturnWish

__all__ = [
    "Appointment",
    "CalendarFeed",
    "CallEntry",
    "CallList",
    "Contact",
    "Document",
    "Note",
    "OutboundMessage",
    "Reminder",
    "ReturnWish",
]
