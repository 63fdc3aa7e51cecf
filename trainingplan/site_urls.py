"""Addresses of the kernel: the home page, delegations, refused access, signing in and out, the own password."""

from django.contrib.auth import views as auth
from django.urls import path

from trainingplan.views import account_safety, accounts, delegations, home, jobs, refusals, second_factor, sign_in
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
    path("dang-nhap/", sign_in.SignIn.as_view(), name="login"),
    path("dang-nhap/ma/", sign_in.login_code, name="login-code"),
    path("dang-xuat/", auth.LogoutView.as_view(), name="logout"),
    path("mat-khau/", accounts.own_password, name="own-password"),
    path("con-day/", accounts.still_here, name="still-here"),
    path("xac-thuc-hai-lop/", second_factor.second_factor, name="second-factor"),
    path("an-toan-tai-khoan/", account_safety.account_safety, name="account-safety"),
    path("an-toan-tai-khoan/mo-khoa/", account_safety.lock_lift, name="lock-lift"),
    path("an-toan-tai-khoan/<int:pk>/go/", account_safety.second_factor_drop, name="second-factor-drop"),
]
