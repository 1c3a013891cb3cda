"""The interface with the groups of every floor."""

from __future__ import annotations

from kexin.core.api.interface import Interface
from kexin.party.api import customers

api = Interface()
for router in (customers.router,):
    api.add_router("", router)
