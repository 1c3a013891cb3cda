"""Time stamps of the house itself, by its own authority and clock."""

from __future__ import annotations

from django.utils import timezone

from kexin.sales.adapters.authority.local import LocalAuthority
from kexin.sales.adapters.timestamp import Stamp


class LocalTimeStamper:
    name = "local"
    is_local = True

    def stamp(self, digest: bytes) -> Stamp:
        from kexin.sales.adapters.timestamp import tokens  # pyHanko: only who stamps should load it

        at = timezone.now().replace(microsecond=0)
        certificate, key = LocalAuthority().issue(
            name="Kexin local time stamp", reference=digest.hex()[:16], at=at, stamps_time=True
        )
        return Stamp(tokens.made(digest, certificate, key, at, None), at, self.name)
