"""签署: what a customer signs, with which proof of identity, and what the signature may be called."""
