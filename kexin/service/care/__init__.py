"""客户关怀: plans for visits, birthdays, festivals, maturities, and a budget that keeps them from flooding."""
