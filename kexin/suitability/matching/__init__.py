"""Matching: may this product be recommended or sold to this customer, and every reason why not."""
