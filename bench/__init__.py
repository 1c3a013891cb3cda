"""Benchmarks. Each prints one table; what it is compared with is run beside it (``make bench``)."""
