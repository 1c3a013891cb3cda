"""Group complaints: cases about the same matter added up."""
