"""Party: everybody the institution knows, and who of them is its customer.

Party 当事人, Customer 客户, IdentityDocument 证件, ContactPoint 联系方式, Address 地址, Relationship 关联关系,
PortfolioAssignment 管户, DuplicateCandidate 疑似重复, MergeRecord 合并记录.
"""
