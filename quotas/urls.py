"""Addresses under /<year>/."""

from django.urls import path

from quotas.views import allocation, ceilings, extensions, progress, proposals, registration, responses, rosters, search

urlpatterns = [
    path("dang-ky/", registration.registration, name="registration"),
    path("dang-ky/<slug:unit_key>/", registration.registration_unit, name="registration-unit"),
    path("dang-ky/<slug:unit_key>/o/", registration.registration_cells, name="registration-cells"),
    path("dang-ky/<slug:unit_key>/gui/", registration.registration_send, name="registration-send"),
    path("dang-ky/<slug:unit_key>/khong-co-nhu-cau/", registration.registration_no_need, name="registration-no-need"),
    path("dang-ky/<slug:unit_key>/xin-gia-han/", extensions.registration_extension, name="registration-extension"),
    path("phan-bo/", allocation.allocation_index, name="allocation-index"),
    path("phan-bo/<int:number>/", allocation.allocation, name="allocation"),
    path("phan-bo/<int:number>/o/", allocation.allocation_cells, name="allocation-cells"),
    path("phan-bo/<int:number>/tran/", ceilings.caps, name="allocation-caps"),
    path("phan-bo/<int:number>/tran/o/", ceilings.caps_cells, name="allocation-caps-cells"),
    path("phan-bo/<int:number>/giu-lai/", ceilings.held, name="allocation-held"),
    path("phan-bo/<int:number>/chi-tieu-con/", ceilings.subs, name="allocation-subs"),
    path("phan-bo/<int:number>/chi-tieu-con/o/", ceilings.subs_cells, name="allocation-subs-cells"),
    path("phan-bo/<int:number>/chi-tieu-con/them/", ceilings.sub_add, name="allocation-sub-add"),
    path("phan-bo/<int:number>/chi-tieu-con/<int:pk>/", ceilings.sub_edit, name="allocation-sub-edit"),
    path("phan-bo/<int:number>/du-bi/", ceilings.reserves, name="allocation-reserves"),
    path("phan-bo/<int:number>/du-bi/o/", ceilings.reserves_cells, name="allocation-reserves-cells"),
    path("phan-bo/<int:number>/de-xuat/", proposals.proposal, name="allocation-proposal"),
    path("phan-bo/<int:number>/de-xuat/ap-dung/", proposals.proposal_apply, name="allocation-proposal-apply"),
    path("phan-bo/<int:number>/de-xuat/bo/", proposals.proposal_discard, name="allocation-proposal-discard"),
    path("tien-do/", progress.progress_page, name="progress"),
    path("tien-do/tiep-nhan/", responses.progress_accept_many, name="progress-accept-many"),
    path("tien-do/don-vi/<slug:unit_key>/", responses.progress_answer, name="progress-answer"),
    path("tien-do/don-vi/<slug:unit_key>/tiep-nhan/", responses.progress_accept, name="progress-accept"),
    path("tien-do/don-vi/<slug:unit_key>/tra-lai/", responses.progress_return, name="progress-return"),
    path("tien-do/don-vi/<slug:unit_key>/rut-tiep-nhan/", responses.progress_withdraw, name="progress-withdraw"),
    path("tien-do/don-vi/<slug:unit_key>/gia-han/", extensions.progress_extend, name="progress-extend"),
    path(
        "tien-do/don-vi/<slug:unit_key>/khong-gia-han/",
        extensions.progress_refuse_extension,
        name="progress-refuse-extension",
    ),
    path("dot-dang-ky/", progress.round_settings, name="round-settings"),
    path("tim-kiem/", search.search, name="search"),
    path("danh-sach/", rosters.rosters, name="rosters"),
    path("danh-sach/<int:number>/", rosters.roster, name="roster"),
    path("danh-sach/<int:number>/them/", rosters.nomination_add, name="nomination-add"),
    path("danh-sach/<int:number>/<int:pk>/", rosters.nomination_edit, name="nomination-edit"),
    path("danh-sach/<int:number>/<int:pk>/bo/", rosters.nomination_remove, name="nomination-remove"),
]
