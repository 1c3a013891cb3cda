"""Mail of customers: read, understood, put where it belongs."""
