"""Addresses under /<year>/."""

from django.urls import path

from budget import views

urlpatterns = [
    path("kinh-phi/", views.budget, name="budget"),
    path("kinh-phi/them/", views.budget_line_add, name="budget-line-add"),
    path("kinh-phi/<int:pk>/", views.budget_line_edit, name="budget-line-edit"),
    path("kinh-phi/<int:pk>/xoa/", views.budget_line_remove, name="budget-line-remove"),
]
