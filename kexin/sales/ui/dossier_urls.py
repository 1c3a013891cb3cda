"""The address of a sale's dossier."""

from __future__ import annotations

from django.urls import path

from kexin.sales.ui.dossier import dossier

urlpatterns = [path("sales/<str:sale_no>/dossier/", dossier, name="sales_dossier")]
