"""The doors of a sale."""
