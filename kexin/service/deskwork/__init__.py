"""Work at the desk with many requests: putting aside, linking, visiting again, prepared acts, not colliding."""
