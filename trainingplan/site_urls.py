"""Addresses of the kernel: the home page, delegations, refused access, signing in and out, the own password."""

from django.contrib.auth import views as auth
from django.urls import path

from trainingplan.views import (
    account_safety,
    accounts,
    delegations,
    home,
    imports,
    jobs,
    refusals,
    second_factor,
    sign_in,
)
from trainingplan.views.backups import backup_file, backup_now, backups

urlpatterns = [
    path("", home.home, name="home"),
    path("<int:year>/viec-cua-toi/", home.tasks, name="tasks"),
    path("uy-quyen/", delegations.delegations, name="delegations"),
    path("uy-quyen/them/", delegations.delegation_add, name="delegation-add"),
    path("uy-quyen/<int:pk>/thu-hoi/", delegations.delegation_revoke, name="delegation-revoke"),
    path("tu-choi-truy-cap/", refusals.access_refusals, name="access-refusals"),
    path("sao-luu/", backups, name="backups"),
    path("sao-luu/ngay/", backup_now, name="backup-now"),
    path("sao-luu/<int:pk>/tep/", backup_file, name="backup-file"),
    path("viec-nen/", jobs.jobs, name="jobs"),
    path("viec-nen/<uuid:pk>/", jobs.job, name="job"),
    path("viec-nen/<uuid:pk>/trang-thai/", jobs.job_state, name="job-state"),
    path("viec-nen/<uuid:pk>/huy/", jobs.job_cancel, name="job-cancel"),
    path("viec-nen/<uuid:pk>/ket-qua/<int:number>/", jobs.job_file, name="job-file"),
    path("nhap-excel/", imports.imports, name="imports"),
    path("nhap-excel/mau/<slug:kind>/", imports.import_template, name="import-template"),
    path("nhap-excel/<uuid:batch_id>/", imports.import_batch, name="import-batch"),
    path("nhap-excel/<uuid:batch_id>/tra-loi/", imports.import_answer, name="import-answer"),
    path("nhap-excel/<uuid:batch_id>/nhap/", imports.import_apply, name="import-apply"),
    path("nhap-excel/<uuid:batch_id>/huy/", imports.import_cancel, name="import-cancel"),
    path("nhap-excel/<uuid:batch_id>/hoan-tac/", imports.import_undo, name="import-undo"),
    path("nhap-excel/<uuid:batch_id>/tep-danh-dau/", imports.import_marked, name="import-marked"),
    path("nhap-excel/<uuid:batch_id>/tep-goc/", imports.import_upload, name="import-upload"),
    path("dang-nhap/", sign_in.SignIn.as_view(), name="login"),
    path("dang-nhap/ma/", sign_in.login_code, name="login-code"),
    path("dang-xuat/", auth.LogoutView.as_view(), name="logout"),
    path("mat-khau/", accounts.own_password, name="own-password"),
    path("con-day/", accounts.still_here, name="still-here"),
    path("xac-thuc-hai-lop/", second_factor.second_factor, name="second-factor"),
    path("doc-du-lieu-ca-nhan/", refusals.personal_reads, name="personal-reads"),
    path("an-toan-tai-khoan/", account_safety.account_safety, name="account-safety"),
    path("an-toan-tai-khoan/mo-khoa/", account_safety.lock_lift, name="lock-lift"),
    path("an-toan-tai-khoan/<int:pk>/go/", account_safety.second_factor_drop, name="second-factor-drop"),
]
