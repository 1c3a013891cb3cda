"""Demonstration bank: a fictional retail and SME bank, simulated, deterministic per seed, and loaded.

``simulate`` gives whole tables, ``simulate_blocks`` streams them; neither touches a database. ``load.load_bank`` brings
them in, ``story.tell_story`` lets the personas begin their day. Every name, number and amount is invented (演示数据).
Measures built on this bank are compared with its truth table.
"""
