"""Links to customers, what they open, and the proofs that were used."""

from kexin.portal.models.access import AppEntry, Link, PortalCode, PortalSession
from kexin.portal.models.visitors import Visitor, VisitorSigning

__all__ = ["AppEntry", "Link", "PortalCode", "PortalSession", "Visitor", "VisitorSigning"]
