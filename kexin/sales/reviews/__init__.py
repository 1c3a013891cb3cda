"""Review pack 资产检视报告: what a manager takes to a meeting, versioned and filed among the customer's documents."""
