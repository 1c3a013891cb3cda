"""Taking a purchase back: in the cooling-off 投资冷静期/犹豫期, or before the cut-off of its dealing day."""
