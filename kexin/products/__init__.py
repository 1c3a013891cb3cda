"""Products: what the institution offers. Here only name, class and term; the sale floor's neighbour deepens it."""
