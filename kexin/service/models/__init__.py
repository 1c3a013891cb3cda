"""Tables of the service floor."""

from kexin.service.models.clocks import Clock, ClockPause
from kexin.service.models.requests import RequestEntry, ServiceRequest

__all__ = ["Clock", "ClockPause", "RequestEntry", "ServiceRequest"]
