"""Holdings: what customers have with the institution.

Account 账户, Holding 持仓, Balance 余额, Transaction 交易, Loan 贷款, Card 卡, StandingOrder 委托扣款.
"""
