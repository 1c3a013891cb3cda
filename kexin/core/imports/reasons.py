"""Why a row was refused, and what makes a whole file unfit."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from kexin.core.errors import KexinError

REASONS = {
    "columns": _("The row has another number of columns than the heading."),
    "missing": _("A value is needed here."),
    "too_long": _("The value is longer than the field."),
    "control": _("The value contains a line break or another control character."),
    "date": _("This is not a date in the form the profile says."),
    "number": _("This is not a number."),
    "decimals": _("The number has more decimal places than the field."),
    "range": _("The value lies outside the possible range."),
    "code": _("The profile does not know this code."),
    "choice": _("This is not one of the allowed values."),
    "boolean": _("This is neither yes nor no."),
    "reference": _("The record this row refers to does not exist."),
    "derived": _("Nothing can be derived from this value."),
    "repeated": _("The same key stands in an earlier row of this file with other values."),
    "booked": _("This booking is in the ledger already with other values; bookings are never changed."),
    "identifier": _("The number is not a possible one: check digit, length or form is wrong."),
    "contact": _("This is not a possible telephone number or e-mail address."),
    "identity_taken": _("Another customer has this identity document; the customer was taken over without it."),
    "number_taken": _("Another record has this number."),
    "name": _("A name contains at least one letter or character."),
    "birth_differs": _("The birth date in the number is another one than in the file."),
    "owner_changed": _("The account belongs to another customer here; ownership is not changed by an import."),
    "no_net_value": _("Products of this class have no net value."),
    "future": _("The day has not come yet."),
    "merged": _("This customer was merged into another one; its file is closed."),
}


class ImportRefused(KexinError):
    """The load cannot begin or go on: profile, file or state is unfit. Nothing of the present batch was written."""

    status = 422
    code = "import-refused"
    title = _("The import cannot be carried out")


class BadFile(ImportRefused):
    """The file is unfit as a whole: empty, too large, in another encoding, damaged."""

    code = "bad-file"


class ProfileError(ImportRefused):
    """The profile is wrong; the message says where."""

    code = "bad-profile"


class ImportCancelled(ImportRefused):
    """Somebody stopped the load between two batches; what is committed stays, and the same load can go on."""

    code = "import-cancelled"
    title = _("The import was stopped")
