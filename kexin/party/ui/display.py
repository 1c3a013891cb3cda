"""Small choices of looks that several customer pages share."""

from __future__ import annotations

STATUS_LEVEL = {"active": "good", "dormant": "warn", "closed": "", "merged": "", "prospect": "calm"}
