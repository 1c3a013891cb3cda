"""Support desks for staff: products, systems, compliance; an answer with a clock (F-24)."""
