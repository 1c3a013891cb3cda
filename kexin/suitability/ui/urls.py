"""Addresses of suitability."""

from __future__ import annotations

from django.urls import path

from kexin.suitability.ui import assessments, matching_urls, questionnaires, values

app_name = "suitability"

urlpatterns = [
    path("questionnaires/", questionnaires.questionnaire_list, name="questionnaires"),
    path("questionnaires/<int:pk>/", questionnaires.questionnaire_page, name="questionnaire"),
    path("questionnaires/<int:pk>/draft/", questionnaires.draft_page, name="questionnaire_draft"),
    path("questionnaires/versions/<int:pk>/", questionnaires.version_page, name="questionnaire_version"),
    path("questionnaires/versions/<int:pk>/propose/", questionnaires.propose_page, name="questionnaire_propose"),
    path("questionnaires/versions/<int:pk>/try/", questionnaires.bench_page, name="questionnaire_bench"),
    path("assessments/", assessments.assessment_list, name="assessments"),
    path("assessments/export/", assessments.assessment_export, name="assessments_export"),
    path("assessments/results/<int:pk>/", assessments.result_page, name="assessment"),
    path("assessments/results/<int:pk>/review/", assessments.review_page, name="review_elder"),
    path("customers/<int:pk>/assess/", assessments.invite_page, name="invite"),
    path("customers/<int:pk>/capacity/", assessments.capacity_page, name="capacity"),
    path("customers/<int:pk>/professional/", assessments.professional_page, name="professional"),
    path("values/", values.value_list, name="values"),
    path("values/export/", values.value_export, name="values_export"),
    *matching_urls.urlpatterns,
]
