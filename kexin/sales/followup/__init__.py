"""回访与售后: the return call after a sale, and what the clock watches of what was sold."""
