"""Addresses under /<year>/."""

from django.urls import path

from quotas.views import allocation, approvals, progress, registration, rosters

urlpatterns = [
    path("dang-ky/", registration.registration, name="registration"),
    path("dang-ky/<slug:unit_key>/", registration.registration_unit, name="registration-unit"),
    path("dang-ky/<slug:unit_key>/o/", registration.registration_cells, name="registration-cells"),
    path("dang-ky/<slug:unit_key>/gui/", registration.registration_send, name="registration-send"),
    path("phan-bo/", allocation.allocation_index, name="allocation-index"),
    path("phan-bo/<int:number>/", allocation.allocation, name="allocation"),
    path("phan-bo/<int:number>/o/", allocation.allocation_cells, name="allocation-cells"),
    path("duyet-phan-bo/", approvals.approvals, name="approvals"),
    path("duyet-phan-bo/trinh/", approvals.approvals_submit, name="approvals-submit"),
    path("duyet-phan-bo/quyet-dinh/", approvals.approvals_decide, name="approvals-decide"),
    path("tien-do/", progress.progress_page, name="progress"),
    path("dot-dang-ky/", progress.round_settings, name="round-settings"),
    path("danh-sach/", rosters.rosters, name="rosters"),
    path("danh-sach/<int:number>/", rosters.roster, name="roster"),
    path("danh-sach/<int:number>/them/", rosters.nomination_add, name="nomination-add"),
    path("danh-sach/<int:number>/<int:pk>/", rosters.nomination_edit, name="nomination-edit"),
    path("danh-sach/<int:number>/<int:pk>/bo/", rosters.nomination_remove, name="nomination-remove"),
]
