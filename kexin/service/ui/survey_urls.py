"""Addresses of surveys."""

from __future__ import annotations

from django.urls import path

from kexin.service.ui import survey_answers, survey_builder, survey_pages, survey_results

urlpatterns = [
    path("surveys/", survey_pages.survey_list, name="surveys"),
    path("surveys/new/", survey_pages.new_survey, name="survey_new"),
    path("surveys/<int:pk>/", survey_pages.survey_page, name="survey"),
    path("surveys/<int:pk>/draw/", survey_pages.draw_page, name="survey_draw"),
    path("surveys/<int:pk>/build/", survey_builder.build_page, name="survey_build"),
    path("surveys/<int:pk>/build/words/", survey_builder.frame_page, name="survey_frame"),
    path("surveys/<int:pk>/build/question/", survey_builder.question_page, name="survey_question"),
    path("surveys/<int:pk>/build/question/<slug:code>/", survey_builder.question_page, name="survey_question"),
    path("surveys/<int:pk>/build/question/<slug:code>/move/", survey_builder.move_question, name="survey_move"),
    path("satisfaction/", survey_results.results_page, name="satisfaction"),
    path("satisfaction/texts/", survey_results.texts_page, name="survey_texts"),
    path("satisfaction/export/", survey_results.export, name="survey_export"),
    path("survey-versions/<int:pk>/", survey_pages.version_page, name="survey_version"),
    path("survey-versions/<int:pk>/propose/", survey_pages.propose_page, name="survey_propose"),
    path("survey-answers/", survey_answers.answer_list, name="survey_answers"),
    path("survey-answers/<int:pk>/", survey_answers.answer_page, name="survey_answer"),
    path("survey-answers/<int:pk>/interview/", survey_answers.interview_page, name="survey_interview"),
    path("customers/<int:pk>/surveys/send/", survey_answers.send_page, name="survey_send"),
]
