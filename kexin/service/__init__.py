"""Service: what customers ask of the institution, who owes them an answer, and by when.

A *request* 服务工单 is a consultation, a suggestion, a change the customer wants, or a kind of the institution's own.
The first person asked keeps it until somebody else accepts it (首问负责制); its clocks run side by side.
"""
