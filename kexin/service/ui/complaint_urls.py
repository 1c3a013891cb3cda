"""Addresses of complaints."""

from __future__ import annotations

from django.urls import path

from kexin.service.ui import (  # noqa: F401  acts register themselves
    complaint_acts,
    complaint_course,
    complaint_figures,
    complaint_files,
    complaint_groups,
    complaint_pages,
    complaint_reports,
    remediation_pages,
)

app_name = "complaints"

urlpatterns = [
    path("complaints/", complaint_pages.complaint_list, name="list"),
    path("complaints/new/", complaint_pages.new_complaint, name="new"),
    path("complaints/export/", complaint_pages.export, name="export"),
    path("complaints/figures/", complaint_figures.figures_page, name="figures"),
    path("complaints/figures/export/", complaint_figures.export, name="export_figures"),
    path("complaints/reports/", complaint_reports.report_list, name="reports"),
    path("complaints/reports/new/", complaint_reports.make_report, name="make_report"),
    path("complaints/reports/<int:pk>/", complaint_reports.report_page, name="report"),
    path("complaints/reports/<int:pk>/differences/", complaint_reports.differences_page, name="report_differences"),
    path("complaints/reports/<int:pk>/download/", complaint_reports.download, name="download_report"),
    path("complaints/groups/", complaint_groups.group_list, name="groups"),
    path("complaints/groups/new/", complaint_groups.open_group, name="open_group"),
    path("complaints/groups/<int:pk>/", complaint_groups.group_page, name="group"),
    path("complaints/groups/<int:pk>/join/", complaint_groups.join_group, name="join_group"),
    path("complaints/groups/<int:pk>/leave/<slug:number>/", complaint_groups.leave_group, name="leave_group"),
    path("complaints/groups/<int:pk>/answer/", complaint_groups.answer_group, name="answer_group"),
    path("complaints/groups/<int:pk>/decide/", complaint_groups.decide_group, name="decide_group"),
    path("complaints/groups/<int:pk>/close/", complaint_groups.close_group, name="close_group"),
    path("complaints/trend/", complaint_figures.trend_page, name="trend"),
    path("complaints/news/", complaint_files.news, name="news"),
    path("complaints/files/<int:pk>/", complaint_files.file, name="file"),
    path("complaints/<int:pk>/dossier/", complaint_files.draw_dossier, name="draw_dossier"),
    path("complaints/<int:pk>/document/", complaint_files.document, name="document"),
    path("complaints/<int:pk>/files/", complaint_files.add_file, name="add_file"),
    path("complaints/<int:pk>/", complaint_pages.complaint_page, name="complaint"),
    path("complaints/<int:pk>/reply.pdf", complaint_pages.reply_file, name="reply_file"),
    path("complaints/<int:pk>/agreement.pdf", complaint_pages.agreement_file, name="agreement_file"),
    path("remediations/", remediation_pages.remediation_list, name="remediations"),
    path("remediations/<int:pk>/", remediation_pages.remediation_page, name="remediation"),
    path("complaints/<int:pk>/contact/", complaint_pages.contact, name="contact"),
    path("complaints/<int:pk>/note/", complaint_pages.note, name="note"),
    path("customers/<int:pk>/complaints/new/", complaint_pages.new_complaint_of, name="new_of"),
    path("requests/<int:pk>/complaint/", complaint_pages.complaint_from, name="from_request"),
    *(
        path(f"complaints/<int:pk>/{name}/", complaint_acts.act_page, {"name": name}, name=name)
        for name in complaint_acts.acts
    ),
]
