"""Identity documents, organisations' codes, cards, telephone numbers: normal form and checks.

An *error* means that the number cannot be right (length, characters, check digit, impossible date). What may
be right although it looks odd (an area code nobody published, a card that fails Luhn) is a *warning* and
never blocks. Sources: GB 11643-1999 (resident identity number), GB 32100-2015 (unified social credit
code), ISO/IEC 7812-1 (Luhn), the Exit and Entry Administration's card layouts; the work is done by
python-stdnum and phonenumbers where they do it right.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import lru_cache, partial
from typing import Final
from zoneinfo import ZoneInfo

import phonenumbers
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from stdnum import luhn
from stdnum.cn import ric, uscc

Text = str | Promise
_RESIDENCE_PERMITS: Final = ("810000", "820000", "830000")  # Hong Kong, Macau, Taiwan
_USCC_SHAPE: Final = re.compile(r"[1-9ANY][0-9A-HJ-NPQRTUWXY][0-9]{6}[0-9A-HJ-NPQRTUWXY]{10}")
_CN_MOBILE: Final = re.compile(r"1[3-9][0-9]{9}")


@dataclass
class IdentifierCheck:
    """What a number says: its normal form, what is wrong with it, and what it tells of its holder."""

    normalised: str
    errors: list[Text] = field(default_factory=list)
    warnings: list[Text] = field(default_factory=list)
    birth_date: date | None = None
    sex: str = ""  # "F", "M" or not told

    @property
    def ok(self) -> bool:
        return not self.errors


def normalise(number: object) -> str:
    """Half-width capitals and digits without spaces, hyphens, dots and invisible characters."""
    text = str(number or "")
    if text.isascii() and text.isalnum():
        return text.upper()
    text = unicodedata.normalize("NFKC", text.encode("utf-8", "replace").decode("utf-8"))
    return "".join(char for char in text if char.isalnum()).upper()


def check(document_type: str, number: object, *, today: date | None = None) -> IdentifierCheck:
    """Check *number* as a document or contact of this type.

    Types: CN-RIC, CN-RP, CN-FPR, CN-HKM, CN-TW, CN-USCC, PASSPORT, account, mobile, phone, email; any
    other type is only asked to have between 1 and 60 characters. *today* decides which births lie in
    the future; without it the date in China does.
    """
    rule = _CHECKS.get(document_type, _check_other)
    return rule(str(number or ""), today or datetime.now(ZoneInfo("Asia/Shanghai")).date())


# -- people of the mainland and holders of residence permits ---------------------------------------


def _check_resident(raw: str, today: date) -> IdentifierCheck:
    found = IdentifierCheck(normalise(raw))
    number = found.normalised
    if re.fullmatch(r"[0-9]{15}", number):
        found.normalised = number = _extended(number)
        found.warnings.append(_("An old number of 15 digits; it was extended to 18. Ask for the present card."))
    _check_eighteen(found, today)
    if number[:2] in ("81", "82", "83"):
        found.warnings.append(_("Numbers that begin with 81, 82 or 83 stand on residence permits."))
    elif found.birth_date and not _area_known(number[:6], found.birth_date.year):
        found.warnings.append(_("The first six digits are no area code known for that year."))
    return found


def _check_residence_permit(raw: str, today: date) -> IdentifierCheck:
    found = IdentifierCheck(normalise(raw))
    if len(found.normalised) == 18 and not found.normalised.startswith(_RESIDENCE_PERMITS):
        found.errors.append(_("The number of a residence permit begins with 810000, 820000 or 830000."))
    _check_eighteen(found, today)
    return found


def _check_permanent_residence(raw: str, today: date) -> IdentifierCheck:
    """Foreigners: since December 2023 18 digits that begin with 9, before three letters and 12 digits."""
    found = IdentifierCheck(normalise(raw))
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", found.normalised):
        return found
    if len(found.normalised) == 18 and not found.normalised.startswith("9"):
        found.errors.append(_("The number of a permanent residence card begins with 9."))
    _check_eighteen(found, today)
    return found


def _check_eighteen(found: IdentifierCheck, today: date) -> None:
    """Length, characters, check digit (ISO 7064 MOD 11-2), birth date and sex of an 18-digit number."""
    number = found.normalised
    if len(number) != 18:
        found.errors.append(_("The number must have 18 characters."))
        return
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        found.errors.append(_("The number has 17 digits and a last digit or X."))
        return
    if ric.calc_check_digit(number) != number[-1]:
        found.errors.append(_("The check digit does not match: one of the digits is wrong."))
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        found.errors.append(_("Digits 7 to 14 are not a date of birth."))
        return
    if born > today:
        found.errors.append(_("The date of birth in the number lies in the future."))
        return
    if born.year < today.year - 120:
        found.warnings.append(_("The date of birth in the number is more than 120 years ago."))
    if found.errors:
        return  # a mistyped number tells nothing of its holder
    found.birth_date = born
    found.sex = "M" if int(number[16]) % 2 else "F"


def _extended(number: str) -> str:
    """The 18 digits of an old number. The order codes 996 to 999 were kept for those born before 1900."""
    century = "18" if number[12:] in ("996", "997", "998", "999") else "19"
    body = number[:6] + century + number[6:]
    return body + ric.calc_check_digit(body + "0")


@lru_cache(maxsize=20_000)
def _area_known(area: str, year: int) -> bool:
    try:
        ric.get_birth_place(f"{area}{year:04}0101")
    except Exception:  # stdnum raises KeyError beside its own errors for some provinces
        return False
    return True


# -- other documents -------------------------------------------------------------------------------


def _check_uscc(raw: str, today: date) -> IdentifierCheck:
    """stdnum knows only registering authorities 1 to 9; A, N (village collectives) and Y exist as well."""
    found = IdentifierCheck(normalise(raw))
    if len(found.normalised) != 18:
        found.errors.append(_("The number must have 18 characters."))
    elif not _USCC_SHAPE.fullmatch(found.normalised):
        found.errors.append(_("Only digits and capital letters without I, O, S, V and Z can stand here."))
    elif uscc.calc_check_digit(found.normalised) != found.normalised[-1]:
        found.errors.append(_("The check digit does not match: one of the characters is wrong."))
    return found


def _check_shape(pattern: re.Pattern[str], message: Text, raw: str, today: date) -> IdentifierCheck:
    found = IdentifierCheck(normalise(raw))
    match = pattern.fullmatch(found.normalised)
    if match is None:
        found.errors.append(message)
    elif match["issue"]:
        found.normalised = match["number"]
        found.warnings.append(_("The issue count behind the number was left off: it changes with each card."))
    return found


def _check_passport(raw: str, today: date) -> IdentifierCheck:
    found = IdentifierCheck(normalise(raw))
    if not re.fullmatch(r"[A-Z0-9]{5,12}", found.normalised):
        found.errors.append(_("A passport number has 5 to 12 letters and digits."))
    elif len(found.normalised) > 9 or not re.search(r"[0-9]", found.normalised):
        found.warnings.append(_("Passport numbers have at most nine characters, and digits among them."))
    return found


def _check_account(raw: str, today: date) -> IdentifierCheck:
    """Bank cards and accounts: Luhn only warns, since accounts and old cards carry no check digit."""
    found = IdentifierCheck(normalise(raw))
    if not re.fullmatch(r"[A-Z0-9]{4,34}", found.normalised):
        found.errors.append(_("An account number has 4 to 34 letters and digits."))
    elif re.fullmatch(r"[0-9]{13,19}", found.normalised) and not luhn.is_valid(found.normalised):
        found.warnings.append(_("The check digit of this card number does not match."))
    return found


def _check_other(raw: str, today: date) -> IdentifierCheck:
    found = IdentifierCheck(normalise(raw))
    if not 1 <= len(found.normalised) <= 60:
        found.errors.append(_("The number must have between 1 and 60 letters and digits."))
    return found


# -- contacts --------------------------------------------------------------------------------------


def _check_telephone(mobile: bool, raw: str, today: date) -> IdentifierCheck:
    """Mainland numbers as one dials them at home, all others in the international form (E.164)."""
    text = unicodedata.normalize("NFKC", raw.encode("utf-8", "replace").decode("utf-8")).strip()[:60]
    try:
        parsed = phonenumbers.parse(text, "CN")
    except phonenumbers.NumberParseException:
        return IdentifierCheck(normalise(text), [_("This is not a telephone number.")])
    found = IdentifierCheck(_dialled(parsed))
    kind = phonenumbers.number_type(parsed)
    mobiles = (phonenumbers.PhoneNumberType.MOBILE, phonenumbers.PhoneNumberType.FIXED_LINE_OR_MOBILE)
    if not phonenumbers.is_valid_number(parsed):
        if _CN_MOBILE.fullmatch(found.normalised):
            found.warnings.append(_("No operator is known for this number range."))
        else:
            found.errors.append(_("This telephone number cannot exist: look at its length and first digits."))
    elif mobile and kind not in mobiles:
        found.errors.append(_("This is not a mobile number."))
    return found


def _dialled(parsed: phonenumbers.PhoneNumber) -> str:
    if parsed.country_code != 86:
        text = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164)
    else:
        text = phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.NATIONAL)
        text = re.sub(r"[^0-9]", "", text.split(" ext")[0])
    return f"{text}x{parsed.extension}" if parsed.extension else text


def _check_email(raw: str, today: date) -> IdentifierCheck:
    text = unicodedata.normalize("NFC", raw.encode("utf-8", "replace").decode("utf-8")).strip()
    name, at, domain = text.rpartition("@")
    found = IdentifierCheck(name + at + domain.lower())
    try:
        validate_email(found.normalised)
    except ValidationError:
        found.errors.append(_("This is not an e-mail address."))
    return found


_CHECKS: Final[dict[str, Callable[[str, date], IdentifierCheck]]] = {
    "CN-RIC": _check_resident,
    "CN-RP": _check_residence_permit,
    "CN-FPR": _check_permanent_residence,
    "CN-USCC": _check_uscc,
    "CN-HKM": partial(
        _check_shape,
        re.compile(r"(?P<number>[HM][0-9]{8})(?P<issue>[0-9]{2})?"),
        _("A travel permit for Hong Kong or Macau has H or M and 8 digits."),
    ),
    "CN-TW": partial(
        _check_shape,
        re.compile(r"(?P<number>[0-9]{8})(?P<issue>[0-9]{2}[A-Z]?)?"),
        _("A travel permit for Taiwan has 8 digits."),
    ),
    "PASSPORT": _check_passport,
    "account": _check_account,
    "mobile": partial(_check_telephone, True),
    "phone": partial(_check_telephone, False),
    "email": _check_email,
}
