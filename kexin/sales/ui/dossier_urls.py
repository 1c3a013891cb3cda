"""The address of a sale's dossier."""

from __future__ import annotations

from django.urls import path

from kexin.sales.ui.dossier import dossier, rerating

urlpatterns = [
    path("sales/<str:sale_no>/dossier/", dossier, name="sales_dossier"),
    path("rematching/<int:pk>/evidence/", rerating, name="rerating_evidence"),
]
