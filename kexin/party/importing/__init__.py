"""What files can bring about customers."""

from __future__ import annotations

import datetime as dt

from django.utils.translation import gettext_lazy as _

from kexin.core.imports.findings import register_finding
from kexin.core.imports.importable import Field, Importable, register
from kexin.core.masking import mask_address, mask_contact, mask_date, mask_identity, mask_name
from kexin.core.territories import territory_codes, territory_labels
from kexin.party.choices import (
    AddressKind,
    Channel,
    CustomerStatus,
    DocumentType,
    EnterpriseScale,
    IncomeBand,
    PartyKind,
)
from kexin.party.importing.attributes import load_attributes
from kexin.party.importing.customers import begin_customers, load_customers, tell_candidates
from kexin.party.importing.suspicion import MORE_ALIKE, tell_more_alike

TERRITORIES = territory_codes()
_STATES = tuple(value for value in CustomerStatus.values if value != CustomerStatus.MERGED)

CUSTOMER_FIELDS = (
    Field(
        name="source_no",
        label=_("number in the source"),
        required=True,
        max_length=40,
        aliases=("customer_no", "client_id", "cust_no", "客户号", "客户编号"),
    ),
    Field(
        name="kind",
        label=_("type"),
        kind="choice",
        choices=tuple(PartyKind.values),
        default="individual",
        aliases=("客户类型",),
    ),
    Field(
        name="unit",
        label=_("unit"),
        kind="reference",
        required=True,
        max_length=20,
        refers_to="people.unit",
        aliases=("机构号", "开户机构", "branch"),
    ),
    Field(
        name="lead_staff_no",
        label=_("lead manager"),
        kind="reference",
        max_length=20,
        aliases=("客户经理", "主办", "员工号"),
    ),
    Field(
        name="name",
        label=_("name"),
        max_length=200,
        mask=mask_name,
        aliases=("customer_name", "姓名", "客户名称", "客户姓名"),
    ),
    Field(name="sex", label=_("sex"), kind="choice", choices=("F", "M"), aliases=("gender", "性别")),
    Field(
        name="born_on",
        label=_("born on"),
        kind="date",
        minimum=dt.date(1880, 1, 1),
        mask=mask_date,
        aliases=("birth_date", "birthday", "出生日期"),
    ),
    Field(name="lunar_birthday", label=_("lunar birthday"), max_length=5),
    Field(
        name="nationality",
        label=_("nationality"),
        kind="choice",
        choices=TERRITORIES,
        labels=territory_labels,
        aliases=("国籍",),
    ),
    Field(name="tax_residence", label=_("tax residence"), max_length=40),
    Field(name="language", label=_("language"), max_length=10),
    Field(name="occupation", label=_("occupation"), max_length=60, aliases=("job", "职业")),
    Field(name="income_band", label=_("income"), kind="choice", choices=tuple(IncomeBand.values)),
    Field(name="preferred_channel", label=_("preferred channel"), kind="choice", choices=tuple(Channel.values)),
    Field(name="status", label=_("state"), kind="choice", choices=_STATES, default="active", aliases=("客户状态",)),
    Field(name="admitted_on", label=_("customer since"), kind="date", aliases=("开户日期", "建档日期")),
    Field(name="closed_on", label=_("closed on"), kind="date"),
    Field(
        name="document_type",
        label=_("document type"),
        kind="choice",
        choices=tuple(DocumentType.values),
        aliases=("证件类型",),
    ),
    Field(
        name="document_number",
        label=_("document number"),
        max_length=60,
        mask=mask_identity,
        aliases=("id_no", "id_number", "证件号码", "身份证号"),
    ),
    Field(
        name="document_country", label=_("issuing country"), kind="choice", choices=TERRITORIES, labels=territory_labels
    ),
    Field(name="document_issued_on", label=_("issued on"), kind="date"),
    Field(name="document_expires_on", label=_("valid until"), kind="date", aliases=("证件到期日", "证件有效期")),
    Field(name="document_long_term", label=_("long-term validity"), kind="boolean"),
    Field(
        name="mobile",
        label=_("Mobile"),
        max_length=40,
        mask=mask_contact,
        aliases=("mobile_no", "手机号", "手机号码", "手机"),
    ),
    Field(name="phone", label=_("Telephone"), max_length=40, mask=mask_contact, aliases=("tel", "电话", "固定电话")),
    Field(name="email", label=_("E-mail"), max_length=200, mask=mask_contact, aliases=("mail", "邮箱", "电子邮箱")),
    Field(name="address_kind", label=_("kind of address"), kind="choice", choices=tuple(AddressKind.values)),
    Field(name="address_country", label=_("country"), kind="choice", choices=TERRITORIES, labels=territory_labels),
    Field(
        name="address_area", label=_("province, city, district"), max_length=120, mask=mask_address, aliases=("省市区",)
    ),
    Field(
        name="address_detail",
        label=_("street and number"),
        max_length=300,
        mask=mask_address,
        aliases=("address", "地址", "住址"),
    ),
    Field(name="address_postcode", label=_("postcode"), max_length=12, aliases=("邮编",)),
    Field(name="legal_form", label=_("legal form"), max_length=60),
    Field(name="industry", label=_("industry"), max_length=60, aliases=("行业",)),
    Field(name="founded_on", label=_("founded on"), kind="date", aliases=("成立日期",)),
    Field(name="registered_capital", label=_("registered capital"), kind="decimal", minimum=0, aliases=("注册资本",)),
    Field(name="staff_count", label=_("staff"), kind="integer", minimum=0, maximum=10_000_000),
    Field(
        name="scale",
        label=_("size of enterprise"),
        kind="choice",
        choices=tuple(EnterpriseScale.values),
        aliases=("企业规模",),
    ),
    Field(name="business_scope", label=_("business scope"), max_length=4_000, aliases=("经营范围",)),
)


def _more_alike(found: dict[str, int]) -> object:
    return (
        _(
            "%(customers)s new customers have the name and birth date of more than %(pairs)s others;"
            " only %(pairs)s pairs of each were put up for review."
        )
        % found
    )


register_finding(MORE_ALIKE, _more_alike)  # type: ignore[arg-type]

register(
    Importable(
        code="party.customer",
        label=_("Customers"),
        key=("source_no",),
        fields=CUSTOMER_FIELDS,
        load=load_customers,
        before_file=begin_customers,
        after_file=tell_more_alike,
        batch_rows=40_000,
        on_finish=tell_candidates,
    ),
    Importable(
        code="party.attribute",
        label=_("Attributes of customers"),
        key=("customer", "code"),
        load=load_attributes,
        batch_rows=20_000,
        on_finish=tell_candidates,
        fields=(
            Field(
                name="customer",
                label=_("customer"),
                kind="reference",
                required=True,
                max_length=40,
                refers_to="party.customer",
                aliases=("client_id", "客户号"),
            ),
            Field(name="code", label=_("attribute"), required=True, max_length=40),
            Field(name="value", label=_("value"), required=True, max_length=200, mask=mask_identity),
        ),
    ),
)
