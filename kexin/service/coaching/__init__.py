"""Difficult talks: prepared phrases by situation, and reviews of recorded contacts by which people learn (F-25)."""
