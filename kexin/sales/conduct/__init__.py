"""Rules of conduct: what no seller does, who has acknowledged it, and what colleagues report."""
