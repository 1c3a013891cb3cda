"""People: the institution's tree of units, its employees, the posts they hold, and what the posts may do.

OrgUnit 机构, Employee 员工, Post 岗位, PostRole 岗位角色, User 登录账户, Delegation 待办代理.
"""
