"""Demonstration bank: a fictional retail and SME bank, simulated, deterministic per seed.

Nothing here touches a database. ``simulate`` gives whole tables, ``simulate_blocks`` streams them; every name,
number and amount is invented (演示数据). Measures built on this bank are compared with its truth table.
"""
