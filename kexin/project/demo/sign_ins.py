"""Who may sign in to the demo bank: one private file under ``var/``, made by the load and read by ``kexin serve``."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings

from kexin.project.demo.staffing import SignIn

SEES = {
    "wealth_manager": "自己管户的客户 · own portfolio",
    "sub_branch_head": "本支行全部客户，复核退出 · the whole sub-branch, approves exits",
    "service_agent": "服务范围内客户，不改档案 · the customers of the unit served, changes contacts only",
    "data_steward": "全部客户档案，无余额；合并经办 · all files without balances, proposes merges",
    "compliance_officer": "全部，只读；复核政策、角色、合并 · everything read-only, approves",
    "auditor": "全部，只读；审计日志 · everything read-only, the audit",
    "system_administrator": "组织、人员、角色、政策；不见客户 · administration, no customers",
    "senior_management": "指标，不见个人 · figures, no persons",
    "product_manager": "产品起草、交易规则、上下架 · drafts products, on and off the shelf",
    "risk_officer": "产品风险评估、重新评级 · grades products",
    "consumer_protection_officer": "消保审查 · the opinion of consumer protection",
    "product_approver": "产品准入审批 · admits products, approves changes",
}


def sign_ins_path() -> Path:
    """Its being there marks the installation as a demonstration (``settings.KEXIN_DEMO``)."""
    return Path(settings.VAR) / "demo-sign-ins.txt"


def write_sign_ins(accounts: Sequence[SignIn], password: str) -> Path:
    """Write the file, readable by its owner only."""
    lines = [
        "演示数据 · demonstration bank 江澜银行",
        f"密码 · password (all accounts): {password}",
        "",
        *(
            f"{each.username:<8} {each.name}　{each.title}（{each.unit}）　{SEES.get(each.role, '')}"
            for each in accounts
        ),
    ]
    path = sign_ins_path()
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path
