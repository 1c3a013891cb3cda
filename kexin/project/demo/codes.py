"""From the simulation's words to the codes the product stores."""

from __future__ import annotations

DOCUMENT_TYPES = {
    "resident_identity_card": "CN-RIC",
    # A number of the first generation of cards. Sequence 996–999 makes an 18-digit number invented; in 15 digits it
    # would mean a birth before 1900, so the old card is kept as it is and not extended.
    "resident_identity_card_15": "OTHER",
    "business_licence": "CN-USCC",
    "institution_certificate": "CN-USCC",
    "hk_macau_permit": "CN-HKM",
    "taiwan_permit": "CN-TW",
    "passport": "PASSPORT",
    "permanent_residence_card": "CN-FPR",
}
COUNTRIES = {
    "CHN": "CN",
    "HKG": "HK",
    "MAC": "MO",
    "TWN": "TW",
    "CAN": "CA",
    "JPN": "JP",
    "DEU": "DE",
    "SGP": "SG",
}
SEXES = {"female": "F", "male": "M"}
INCOME_BANDS = {  # yuan a month to yuan a year, by the middle of the band
    "3000以下": "0-10",
    "3000-6000": "0-10",
    "6000-10000": "0-10",
    "10000-20000": "10-30",
    "20000-50000": "30-100",
    "50000以上": "100+",
}
PREFERRED = {"phone": "phone", "counter": "branch", "mobile": "app", "wecom": "app"}
RELATIONSHIPS = {
    "spouse": "spouse",
    "child_of": "child",
    "legal_representative_of": "legal_representative",
    "beneficial_owner_of": "beneficial_owner",
    "guarantor_of": "guarantor",
    "referrer_of": "referrer",
}
LEGAL_FORMS = {"enterprise": "有限责任公司", "institution": "事业单位"}

# Savings bonds and trust products lie in the wealth account; their product class tells them apart.
ACCOUNT_KINDS = {"treasury": "wealth", "trust": "wealth"}
PRODUCT_CLASSES = {"treasury": "bond"}
LIABILITIES = frozenset({"loan", "card"})
INVESTMENTS = frozenset({"wealth", "fund", "insurance", "gold", "trust"})  # valued, without postings of their own

TRANSACTION_KINDS = {  # simulation kind: (incoming, outgoing)
    "deposit": ("cash_in", "cash_out"),
    "payroll": ("salary", "salary"),
    "payroll_batch": ("transfer_in", "transfer_out"),
    "pension": ("pension", "pension"),
    "interest": ("interest", "interest"),
    "maturity": ("transfer_in", "transfer_out"),
    "placement": ("transfer_in", "transfer_out"),
    "subscription": ("redeem", "invest"),
    "plan": ("redeem", "invest"),
    "redemption": ("redeem", "invest"),
    "premium": ("insurance", "insurance"),
    "loan_payment": ("loan_payment", "loan_payment"),
    "loan_drawdown": ("loan_drawn", "loan_drawn"),
    "card_payment": ("transfer_in", "transfer_out"),
    "card_spend": ("card", "card"),
    "fee": ("fee", "fee"),
    "transfer": ("transfer_in", "transfer_out"),
    "direct_debit": ("household", "household"),
    "payment": ("card", "card"),
    "cash_withdrawal": ("cash_out", "cash_out"),
    "cash_deposit": ("cash_in", "cash_in"),
    "business_receipt": ("transfer_in", "transfer_in"),
    "business_payment": ("transfer_out", "transfer_out"),
    "tax": ("tax", "tax"),
    "closing": ("transfer_in", "transfer_out"),
}
CHANNELS = {  # as the statement says it
    "counter": "柜面",
    "mobile": "手机银行",
    "online": "网上银行",
    "atm": "自助设备",
    "pos": "POS",
    "quick_pay": "快捷支付",
    "batch": "批量",
    "smart_counter": "智能柜台",
}
TITLES_EN = {
    "理财经理": "Wealth manager",
    "支行行长": "Sub-branch head",
    "零售行长": "Deputy head, retail",
    "分行行长": "Branch head",
    "对公客户经理": "Corporate relationship manager",
    "个贷客户经理": "Personal loan manager",
    "大堂经理": "Lobby manager",
    "柜员": "Teller",
    "客服专员": "Service agent",
    "合规专员": "Compliance officer",
    "数据管理员": "Data steward",
    "内审": "Internal auditor",
    "系统管理员": "System administrator",
    "总行管理层": "Senior management",
    "部门总经理": "Head of department",
    "产品经理": "Product manager",
    "风险管理专员": "Risk officer",
    "消保专员": "Consumer-protection officer",
    "产品准入审批人": "Approver of products",
}
UNITS_EN = {
    "HO": "Jianglan Bank, head office",
    "D01": "Retail Banking",
    "D02": "Wealth Management and Private Banking",
    "D03": "Corporate Banking",
    "D04": "Consumer Protection",
    "D05": "Legal and Compliance",
    "D06": "Anti-Money Laundering Centre",
    "D07": "Operations",
    "D08": "Remote Banking Centre",
    "D09": "Internal Audit",
    "D10": "Information Technology",
    "D11": "Data Management",
    "B01": "Jianglan Branch",
    "B02": "Yunting Branch",
    "S001": "Chengdong Sub-branch",
    "S002": "Binjiang Sub-branch",
    "S003": "Yunhu Sub-branch",
    "S004": "Wangchao Sub-branch",
}
