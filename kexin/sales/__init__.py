"""Sales: a sale through its gates, and the evidence of it.

Sale 销售, SaleGate 关口, Signature 签署, SalesRecording 双录, Order 委托, Dossier 证据卷宗.
"""
