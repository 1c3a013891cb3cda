"""What is known of a customer as an investor, and what was decided from it."""
