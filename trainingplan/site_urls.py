"""Addresses of the kernel: signing in and out, and the home page."""

from django.contrib.auth import views as auth
from django.urls import path

from trainingplan import views

urlpatterns = [
    path("", views.home, name="home"),
    path("<int:year>/viec-cua-toi/", views.tasks, name="tasks"),
    path("dang-nhap/", auth.LoginView.as_view(redirect_authenticated_user=True), name="login"),
    path("dang-xuat/", auth.LogoutView.as_view(), name="logout"),
]
