"""Closed vocabularies of parties and customers."""

from __future__ import annotations

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class PartyKind(TextChoices):
    """A-06."""

    INDIVIDUAL = "individual", _("Individual")
    ENTERPRISE = "enterprise", _("Enterprise")
    INSTITUTION = "institution", _("Institution")
    CROSS_BORDER = "cross_border", _("Cross-border")


class EnterpriseScale(TextChoices):
    """企业规模, as the statistics office divides enterprises, by staff, turnover or assets of each trade."""

    LARGE = "large", pgettext_lazy("enterprise", "Large")
    MEDIUM = "medium", pgettext_lazy("enterprise", "Medium")
    SMALL = "small", pgettext_lazy("enterprise", "Small")
    MICRO = "micro", pgettext_lazy("enterprise", "Micro")


class Sex(TextChoices):
    FEMALE = "F", _("Female")
    MALE = "M", _("Male")
    UNKNOWN = "", _("Not stated")


class CustomerStatus(TextChoices):
    PROSPECT = "prospect", _("Prospect")
    ACTIVE = "active", pgettext_lazy("customer", "Active")
    DORMANT = "dormant", pgettext_lazy("customer", "Dormant")
    CLOSED = "closed", pgettext_lazy("customer", "Closed")
    MERGED = "merged", pgettext_lazy("customer", "Merged")


class DocumentType(TextChoices):
    RESIDENT_ID = "CN-RIC", _("Resident identity card")
    RESIDENCE_PERMIT = "CN-RP", _("Residence permit (HK, Macau, Taiwan)")
    PASSPORT = "PASSPORT", _("Passport")
    HK_MACAU_PERMIT = "CN-HKM", _("Mainland travel permit (HK, Macau)")
    TAIWAN_PERMIT = "CN-TW", _("Mainland travel permit (Taiwan)")
    FOREIGN_PERMIT = "CN-FPR", _("Foreigner's permanent residence card")
    USCC = "CN-USCC", _("Unified social credit code")
    OTHER = "OTHER", _("Other document")


class ContactKind(TextChoices):
    MOBILE = "mobile", _("Mobile")
    PHONE = "phone", _("Telephone")
    EMAIL = "email", _("E-mail")
    WECOM = "wecom", _("WeCom")


class AddressKind(TextChoices):
    HOME = "home", _("Home")
    WORK = "work", _("Work")
    POSTAL = "postal", _("Postal")
    REGISTERED = "registered", _("Registered")


class NameKind(TextChoices):
    LATIN = "latin", _("Latin script")
    FORMER = "former", _("Former name")
    ALIAS = "alias", _("Other name")
    NATIVE = "native", _("Native script")


class Channel(TextChoices):
    """F-14."""

    PHONE = "phone", _("By telephone")
    EMAIL = "email", _("By e-mail")
    SMS = "sms", _("By SMS")
    VISIT = "visit", _("By visit")
    APP = "app", _("In the app")
    BRANCH = "branch", _("At the branch")


class IncomeBand(TextChoices):
    UNDER_100K = "0-10", _("Under 100,000 a year")
    TO_300K = "10-30", _("100,000 to 300,000 a year")
    TO_1M = "30-100", _("300,000 to 1 million a year")
    OVER_1M = "100+", _("Over 1 million a year")


class RelationshipKind(TextChoices):
    """Read as: ``from_party`` is … of ``to_party``."""

    SPOUSE = "spouse", _("Spouse")
    PARENT = "parent", _("Parent")
    CHILD = "child", _("Child")
    SIBLING = "sibling", _("Sibling")
    HOUSEHOLD = "household", _("Member of the same household")
    GUARANTOR = "guarantor", _("Guarantor")
    LEGAL_REPRESENTATIVE = "legal_representative", _("Legal representative")
    BENEFICIAL_OWNER = "beneficial_owner", _("Beneficial owner")
    SHAREHOLDER = "shareholder", _("Shareholder")
    AGENT = "agent", _("Authorised agent")
    GUARDIAN = "guardian", _("Guardian")
    REFERRER = "referrer", _("Referrer")
    EMPLOYER = "employer", _("Employer")


class CandidateStatus(TextChoices):
    OPEN = "open", _("To be reviewed")
    PROPOSED = "proposed", _("Merge proposed")
    MERGED = "merged", _("Merged into one")
    DISMISSED = "dismissed", _("Different persons")


class LifecycleProcess(TextChoices):
    ADMISSION = "admission", _("Admission")
    EXIT = "exit", _("Exit")


class ProductLine(TextChoices):
    """What a share of attribution is about; ``all`` holds for every line that has no shares of its own."""

    ALL = "all", _("All products")
    DEPOSITS = "deposits", _("Deposits")
    WEALTH = "wealth", _("Wealth products")
    FUNDS = "funds", _("Funds")
    INSURANCE = "insurance", _("Insurance")
    GOLD = "gold", _("Precious metals")
    LOANS = "loans", _("Loans")


class TransferReason(TextChoices):
    LEAVING = "leaving", _("The manager leaves")
    MOVING = "moving", _("The manager moves to another post")
    BALANCE = "balance", _("Workload is balanced")
    WISH = "wish", _("The customer wishes it")
    RETURN = "return", _("An earlier transfer is taken back")


class TransferState(TextChoices):
    SIGNING = "signing", _("Being signed")
    DONE = "done", _("Handed over")
    REFUSED = "refused", pgettext_lazy("transfer", "Refused")
    WITHDRAWN = "withdrawn", pgettext_lazy("transfer", "Withdrawn")


class SplitRule(TextChoices):
    """How a portfolio is divided among several receivers; see :mod:`kexin.party.splitting`."""

    EVEN = "even", _("Equal numbers of customers")
    ASSETS = "assets", _("Equal assets")
    TIER = "tier", _("Equal numbers of each tier")
    AREA = "area", _("Customers of one area together")
    LANGUAGE = "language", _("Customers of one language together")


class SignatureRole(TextChoices):
    GIVER = "giver", _("Giver")
    RECEIVER = "receiver", _("Receiver")
    SUPERVISOR = "supervisor", _("Supervisor")


class FactKind(TextChoices):
    """Kinds of data that are reviewed from time to time (A-19)."""

    CONTACTS = "contacts", _("Contact points")
    ADDRESS = "address", _("Addresses")
    OCCUPATION = "occupation", _("Occupation and income")
    IDENTITY = "identity", _("Identity documents")
    TAX_RESIDENCE = "tax_residence", _("Tax residence")
    LEGAL_REPRESENTATIVE = "legal_representative", _("Legal representative")
    BENEFICIAL_OWNER = "beneficial_owner", _("Beneficial owners")


class FactSource(TextChoices):
    """How somebody knows that a fact is right."""

    SAID = "said", _("The customer said so")
    SEEN = "seen", _("A document was seen")
    CHANGED = "changed", _("Changed in the file")


class ConsentChannel(TextChoices):
    """How a customer may be addressed with offers; service messages need no consent."""

    PHONE = "phone", pgettext_lazy("consent", "Telephone")
    SMS = "sms", pgettext_lazy("consent", "SMS")
    EMAIL = "email", _("E-mail")
    APP = "app", _("App and WeCom")


class ConsentSource(TextChoices):
    PORTAL = "portal", _("By the customer on the portal")
    COUNTER = "counter", _("At the counter, signed")
    CALL = "call", _("In a recorded call")


class RestrictionCode(TextChoices):
    """Until the floor of conduct works these out, they are set by hand."""

    DUE_DILIGENCE = "due_diligence", _("Due diligence not finished")
    LIST = "list", _("On a list")
    COURT = "court", _("Order of a court or an authority")
    INTERNAL = "internal", _("The institution's own measure")
