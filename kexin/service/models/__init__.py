"""Tables of the service floor."""

from kexin.service.models.clocks import Clock, ClockPause
from kexin.service.models.requests import RequestEntry, RequestNote, ServiceRequest

__all__ = ["Clock", "ClockPause", "RequestEntry", "RequestNote", "ServiceRequest"]
