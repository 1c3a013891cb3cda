"""Reports: what floors let be counted and added up, and how a report is computed. No SQL of anybody's, only the ORM.

A floor registers datasets (:mod:`fields`): rows within the reader's reach, what they may be divided by, what may be
added up. A report (:mod:`asked`) names some of these; :mod:`pivot` computes it for one reader, with that reader's
rights, within limits of time and size. Personal fields are never dimensions: a dimension is a code, a month, a band.
"""
