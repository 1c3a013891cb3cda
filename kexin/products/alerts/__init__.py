"""净值预警: what a new net value, or the lack of one, gives cause to look at; owed once, settled with what was done."""
