"""AUM（金融资产）: what customers have with the bank, by day, by month, by whom; the ladder of tiers on top of it.

One rule makes every figure: an account's value is its last stated balance, weighed by the policy, in the base currency,
given to its owners (:mod:`kexin.holdings.aum.steps`). Months (:mod:`.months`), the day's figures (:mod:`.daily`), the
point in time (:mod:`kexin.holdings.assets`) and tiers (:mod:`.tiers`) are sums over these steps.
"""
