"""Addresses of the ladder of maturities and what belongs to it."""

from __future__ import annotations

from django.urls import path

from kexin.holdings.ui import maturities, movements, retention

patterns = [
    path("maturities/", maturities.maturity_page, name="maturities"),
    path("maturities/export/", maturities.maturity_export, name="maturities_export"),
    path("maturities/retention/", retention.retention_page, name="retention"),
    path("movements/", movements.movement_list, name="movements"),
    path("dormant/", movements.dormant_list, name="dormant"),
]
