"""Links to customers, what they open, and the proofs that were used."""

from kexin.portal.models.access import AppEntry, Link, PortalCode, PortalSession

__all__ = ["AppEntry", "Link", "PortalCode", "PortalSession"]
