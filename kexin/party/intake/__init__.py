"""What becomes of many new customers at once: checks, keys, ciphertexts, tokens, rows ready for COPY.

Worker processes run it. It needs the settings and the key files, but no models and no database: so a worker is there in
half a second. The models' choices therefore stand here as texts (a test compares them).
"""
