"""Outside systems of a sale: who certifies signatures, who stamps the time."""
