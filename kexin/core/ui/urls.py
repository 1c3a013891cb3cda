"""Addresses of the shell itself: palette, panels, language, gallery."""

from __future__ import annotations

from django.urls import path
from django.views.i18n import set_language

from kexin.core.ui import approvals_pages as approvals
from kexin.core.ui import audit_pages as audit
from kexin.core.ui import calendar_pages as calendar
from kexin.core.ui import gallery, import_wizard, palette, panels, saved_views
from kexin.core.ui import imports_pages as imports
from kexin.core.ui import policies_pages as policies
from kexin.core.ui import tokens_pages as tokens
from kexin.core.ui import work_pages as work

app_name = "core"

urlpatterns = [
    path("palette/", palette.palette, name="palette"),
    path("panel/<slug:record>/<int:pk>/<slug:name>/", panels.panel, name="panel"),
    path("language/", set_language, name="set_language"),
    path("views/<str:list_name>/save/", saved_views.save, name="save_view"),
    path("views/<int:pk>/delete/", saved_views.delete, name="delete_view"),
    path("approvals/", approvals.inbox, name="approvals"),
    path("approvals/<int:pk>/", approvals.page, name="approval"),
    path("approvals/<int:pk>/withdraw/", approvals.withdraw, name="withdraw_approval"),
    path("policies/", policies.listing, name="policies"),
    path("policies/<str:code>/", policies.page, name="policy"),
    path("policies/<str:code>/diff/", policies.diff, name="policy_diff"),
    path("policies/<str:code>/propose/", policies.propose, name="propose_policy"),
    path("audit/", audit.listing, name="audit"),
    path("audit/<int:number>/", audit.entry, name="audit_entry"),
    path("audit/who/", audit.who, name="audit_who"),
    path("audit/examine/", audit.examine, name="examine_audit"),
    path("audit/export/", audit.export, name="export_audit"),
    path("calendar/", calendar.year, name="calendar"),
    path("calendar/day/", calendar.day, name="calendar_day"),
    path("calendar/day/remove/", calendar.remove, name="remove_calendar_day"),
    path("calendar/upload/", calendar.upload, name="upload_calendar"),
    path("work-items/", work.listing, name="work"),
    path("work-items/<int:pk>/complete/", work.complete, name="complete_work"),
    path("work-items/<int:pk>/put-off/", work.snooze, name="snooze_work"),
    path("work-items/<int:pk>/hand-over/", work.hand_over, name="reassign_work"),
    path("service-accounts/", tokens.listing, name="service_accounts"),
    path("service-accounts/propose/", tokens.propose, name="propose_service_account"),
    path("service-accounts/<int:pk>/", tokens.page, name="service_account"),
    path("service-accounts/<int:pk>/revoke/", tokens.revoke, name="revoke_service_account"),
    path("imports/", imports.listing, name="imports"),
    path("imports/<int:pk>/", imports.page, name="import"),
    path("imports/<int:pk>/rejected.csv", imports.rejected_rows, name="import_rejected"),
    path("imports/new/", import_wizard.start, name="import_start"),
    path("imports/new/<int:pk>/columns/", import_wizard.columns, name="import_columns"),
    path("imports/new/<int:pk>/codes/", import_wizard.codes, name="import_codes"),
    path("imports/new/<int:pk>/", import_wizard.check, name="import_check"),
    path("imports/new/<int:pk>/progress/", import_wizard.progress, name="import_progress"),
    path("imports/new/<int:pk>/run/", import_wizard.ask, name="import_ask"),
    path("imports/new/<int:pk>/stop/", import_wizard.stop, name="import_stop"),
    path("imports/new/<int:pk>/discard/", import_wizard.discard, name="import_discard"),
    path("imports/new/<int:pk>/profile/", import_wizard.keep, name="import_keep"),
    path("gallery/", gallery.gallery, name="gallery"),
    path("gallery/peek/", gallery.gallery_peek, name="gallery_peek"),
]
