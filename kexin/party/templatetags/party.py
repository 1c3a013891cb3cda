"""Filters of customer pages."""

from __future__ import annotations

from django import template
from django.utils.functional import Promise

from kexin.party.duplicates import REASONS

register = template.Library()


@register.filter
def duplicate_reason(code: str) -> str | Promise:
    """Why two files look alike, in words."""
    return REASONS.get(code, code)
