"""Regular return visits: how often by tier or by the customer's wish, proposed at night, made by one click."""
