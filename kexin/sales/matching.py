"""The matching opinion as a sale reads it from the suitability floor."""
