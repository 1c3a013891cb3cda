"""Consumer complaints 消费投诉: accepted, investigated without interest, handled, reviewed, answered, closed, archived.

A complaint claims a right of the consumer; reports of misconduct 举报 and petitions 信访 are kept here too, with
clocks of their own. The person complained about neither handles a case nor reads a word of it.
"""
