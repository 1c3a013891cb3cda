"""The importer: foreign files into the house, streaming, checked row by row, repeatable.

A *profile* (YAML) says which file feeds which *importable* and how columns become fields. Floors declare importables
in their module ``importing``; the engine reads, checks and loads batch by batch, each batch one transaction with the
mark up to which the file is done. Nothing is ever read whole.
"""
