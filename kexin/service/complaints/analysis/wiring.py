"""What the figures of complaints enter when the floor starts."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _


def register() -> None:
    """Doors, work, the menu. Called once."""
    from kexin.core.ui.menu import register_menu
    from kexin.service.complaints.analysis import (  # noqa: F401
        asking,
        effects,
        exporting,
        figures,
        policies,
        report_files,
        reporting,
        trend,
    )

    reporting.register()
    register_menu("service", _("Figures of complaints"), "complaints:figures", "chart-line", asking.VIEW_FIGURES, 82)
