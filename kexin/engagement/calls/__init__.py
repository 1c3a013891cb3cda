"""Call lists 电访名单: who is to be called and why, the calls themselves, and what came of them."""
