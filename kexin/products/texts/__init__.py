"""Texts about products 产品文本: disclosures, sheets, scripts, promotion; nothing is used that nobody reviewed."""
