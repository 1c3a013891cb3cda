"""Net values 净值: what a share of a product was worth by day, and what follows from it: return, fluctuation, loss."""
