"""Addresses of the reading side, under /<year>/."""

from django.urls import path

from reports.views import appendices, cell_history, dashboard, execution, letters, trail, what_if

urlpatterns = [
    path("tong-quan/", dashboard.overview, name="dashboard"),
    path("phu-luc/", appendices.appendices, name="appendices"),
    path("phu-luc/<int:number>/", appendices.appendix, name="appendix"),
    path("phu-luc/phu-luc-<int:number>.<slug:extension>", appendices.appendix_file, name="appendix-file"),
    path("phu-luc/tat-ca.zip", appendices.appendices_zip, name="appendices-zip"),
    path("tien-do/cong-van-don-doc/", letters.progress_letter, name="progress-letter"),
    path("tien-do/cong-van-don-doc.<slug:extension>", letters.progress_letter_file, name="progress-letter-file"),
    path("kinh-phi/gia-dinh.<slug:extension>", what_if.budget_what_if_file, name="budget-what-if-file"),
    path("kinh-phi/ba-so.<slug:extension>", execution.budget_execution_file, name="budget-execution-file"),
    path("nhat-ky/", trail.trail, name="trail"),
    path("nhat-ky/o/", cell_history.cell_history, name="cell-history"),
]
