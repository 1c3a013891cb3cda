"""Problems that come back: each a record with an owner, a fix, and how often it came again after it (K-26)."""
