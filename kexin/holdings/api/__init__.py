"""Holdings for other systems: accounts, positions, balances, bookings."""
