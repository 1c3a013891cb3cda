"""Addresses of people: one's own account, organisation, staff, roles; and allauth's doors that stay shut."""

from __future__ import annotations

from django.urls import path, re_path

from kexin.people import openid
from kexin.people.ui import account_pages as account
from kexin.people.ui import delegation_pages as delegations
from kexin.people.ui import duty_list as duty
from kexin.people.ui import employee_pages as staff
from kexin.people.ui import evidence_pages as evidence
from kexin.people.ui import role_pages as roles
from kexin.people.ui import seller_forms_pages as selling
from kexin.people.ui import seller_lists as sellers
from kexin.people.ui import unit_pages as units

_CLOSED = (
    r"^accounts/(signup|email|confirm-email|phone|password/set|password/reset|login/code|social)(/|$)",
    r"^accounts/3rdparty/(signup/)?$",
    r"^accounts/2fa/webauthn/signup/$",
)

urlpatterns = [
    *[re_path(pattern, account.closed) for pattern in _CLOSED],
    path("me/", account.me, name="people_me"),
    path("accounts/oidc/<str:provider_id>/login/", openid.login),
    path("accounts/oidc/<str:provider_id>/login/callback/", openid.callback),
    path("accounts/second-factor/", account.second_factor, name="people_second_factor"),
    path("accounts/sessions/<int:pk>/end/", account.end_own, name="people_end_own_session"),
    path("me/delegations/new/", delegations.new, name="people_new_delegation"),
    path("delegations/<int:pk>/end/", delegations.end, name="people_end_delegation"),
    path("posts/<int:pk>/delegate/", delegations.new_for, name="people_delegate_for"),
    path("organisation/", units.tree, name="people_organisation"),
    path("organisation/new/", units.new_unit, name="people_new_unit"),
    path("organisation/<int:pk>/", units.unit, name="people_unit"),
    path("organisation/<int:pk>/rename/", units.rename_unit, name="people_rename_unit"),
    path("organisation/<int:pk>/merge/", units.merge_unit, name="people_merge_unit"),
    path("organisation/<int:pk>/close/", units.close_unit, name="people_close_unit"),
    path("organisation/<int:pk>/posts/new/", units.new_post, name="people_new_post"),
    path("posts/<int:pk>/", units.post, name="people_post"),
    path("posts/<int:pk>/appoint/", units.appoint, name="people_appoint"),
    path("posts/<int:pk>/close/", units.close_post, name="people_close_post"),
    path("posts/<int:pk>/grant/", units.propose_grant, name="people_propose_grant"),
    path("appointments/<int:pk>/end/", units.end_appointment, name="people_end_appointment"),
    path("grants/<int:pk>/revoke/", units.revoke_grant, name="people_revoke_grant"),
    path("employees/", staff.listing, name="people_employees"),
    path("employees/new/", staff.new, name="people_new_employee"),
    path("employees/<int:pk>/", staff.page, name="people_employee"),
    path("employees/<int:pk>/account/", staff.new_account, name="people_new_account"),
    path("employees/<int:pk>/reset/", staff.reset, name="people_reset"),
    path("employees/<int:pk>/lock/", staff.lock, name="people_lock"),
    path("employees/<int:pk>/leave/", staff.leave, name="people_leave"),
    path("employees/<int:pk>/appoint/", staff.appoint, name="people_appoint_to"),
    path("employees/<int:pk>/sessions/<int:session>/end/", staff.end_session, name="people_end_session"),
    path("employees/<int:pk>/qualifications/new/", selling.new_qualification, name="people_new_qualification"),
    path("employees/<int:pk>/training/new/", selling.new_training, name="people_new_training"),
    path("employees/<int:pk>/authorisations/new/", selling.new_authorisation, name="people_new_authorisation"),
    path("employees/<int:pk>/qualification-file/", evidence.seller_page, name="people_seller_file"),
    path("employees/<int:pk>/qualification-file/document/", evidence.document, name="people_seller_document"),
    path("me/qualification-file/", evidence.own_page, name="people_own_seller_file"),
    path("me/evidence/<int:pk>/", evidence.own_file, name="people_own_evidence"),
    path("evidence/<int:pk>/", evidence.file, name="people_evidence"),
    path("qualifications/<int:pk>/file/", evidence.attach_certificate, name="people_attach_certificate"),
    path("training/<int:pk>/file/", evidence.attach_training, name="people_attach_training"),
    path("qualifications/<int:pk>/end/", selling.end_qualification, name="people_end_qualification"),
    path("authorisations/<int:pk>/withdraw/", selling.withdraw, name="people_withdraw_authorisation"),
    path("sellers/", sellers.sellers, name="people_sellers"),
    path("sellers/on-duty/", duty.on_duty, name="people_on_duty"),
    path("sellers/export/", sellers.export, name="people_export_sellers"),
    path("qualifications/", sellers.certificates, name="people_qualifications"),
    path("roles/", roles.roles, name="people_roles"),
    path("roles/who/", roles.who, name="people_who"),
    path("roles/<int:pk>/change/", roles.change, name="people_role_change"),
]
