"""Addresses of the reading side, under /<year>/."""

from django.urls import path

from reports.views import appendices, cell_history, checks, dashboard, editor, figures, letters, plan, trail, why

urlpatterns = [
    path("tong-quan/", dashboard.overview, name="dashboard"),
    path("phu-luc/", appendices.appendices, name="appendices"),
    path("phu-luc/<int:number>/", appendices.appendix, name="appendix"),
    path("phu-luc/phu-luc-<int:number>.<slug:extension>", appendices.appendix_file, name="appendix-file"),
    path("phu-luc/tat-ca.zip", appendices.appendices_zip, name="appendices-zip"),
    path("ke-hoach/", plan.plan_text, name="plan-text"),
    path("ke-hoach/ke-hoach.<slug:extension>", plan.plan_file, name="plan-file"),
    path("ke-hoach/toan-bo.pdf", plan.plan_whole, name="plan-all"),
    path("ke-hoach/soan-thao/", editor.editor, name="plan-editor"),
    path("ke-hoach/soan-thao/<slug:key>/", editor.section, name="plan-editor-section"),
    path("ke-hoach/soan-thao/<slug:key>/sap-xep/", editor.arrange, name="plan-editor-arrange"),
    path("ke-hoach/soan-thao/<slug:key>/xoa/", editor.remove, name="plan-editor-remove"),
    path("ke-hoach/so-lieu/", figures.figure, name="plan-figure"),
    path("soat-so-lieu/", checks.checks, name="checks"),
    path("soat-so-lieu/soat-so-lieu.<slug:extension>", checks.checks_file, name="checks-file"),
    path("soat-so-lieu/tep-word/", checks.checks_word, name="checks-word"),
    path("tien-do/cong-van-don-doc/", letters.progress_letter, name="progress-letter"),
    path("tien-do/cong-van-don-doc.<slug:extension>", letters.progress_letter_file, name="progress-letter-file"),
    path("nhat-ky/", trail.trail, name="trail"),
    path("nhat-ky/o/", cell_history.cell_history, name="cell-history"),
    path("vi-sao/", why.why_changed, name="why"),
    path("vi-sao/dong/", why.why_row, name="why-row"),
]
