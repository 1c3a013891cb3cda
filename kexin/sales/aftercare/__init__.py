"""售后跟踪: what the clock and the products' events say about what was sold; each matter owed once, and settled."""
