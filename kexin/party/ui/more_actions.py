"""What floors above let be done to customers chosen in the list."""

from __future__ import annotations

from django.urls import reverse

from kexin.core.ui.columns import BulkAction, Text

_more: dict[str, tuple[Text, str, str, str]] = {}


def register_bulk_action(key: str, label: Text, url_name: str, operation: str, icon: str) -> None:
    """Offer an action on chosen customers (in ``apps.ready``); the selection is posted to ``url_name``."""
    _more[key] = (label, url_name, operation, icon)


def more_actions() -> list[BulkAction]:
    """The actions that were offered."""
    return [
        BulkAction(key, label, reverse(url_name), operation=operation, icon=icon)
        for key, (label, url_name, operation, icon) in _more.items()
    ]
