"""Quota 额度: what of a limited product is kept aside for the sales under way."""
