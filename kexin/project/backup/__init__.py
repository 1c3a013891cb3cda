"""Backup of a whole bank into one directory, and its restoration: database, customers' keys, stored files."""
