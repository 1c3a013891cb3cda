"""The timeline's sentence of a dossier."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.engagement.timeline import leave_out, register_timeline


def register() -> None:
    """Called once, when the floor is ready."""
    register_timeline(
        "sales.DossierExported",
        _("Dossier of a sale exported"),
        "file-certificate",
        lambda payload: str(payload.get("subject", "")),
        group="access",
    )
    leave_out("sales.ReratingExported")  # about a product, not a customer
