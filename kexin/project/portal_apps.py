"""Apps of the staff's sign-in as the portal's process knows them: their models are there, nothing is served."""

from __future__ import annotations

from allauth.account.apps import AccountConfig


class ModelsOnlyAccountConfig(AccountConfig):
    """Sign-in accounts without the demand for their middleware: no staff member signs in at the portal."""

    default = False

    def ready(self) -> None:
        """Nothing begins here."""
