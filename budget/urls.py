"""Addresses under /<year>/."""

from django.urls import path

from budget.views import classes, execution, lines, norms, replan, what_if

urlpatterns = [
    path("kinh-phi/", lines.budget, name="budget"),
    path("kinh-phi/dinh-muc/", norms.norm_sets, name="norm-sets"),
    path("kinh-phi/tinh-lai/", norms.budget_reprice, name="budget-reprice"),
    path("kinh-phi/gia-dinh/", what_if.budget_what_if, name="budget-what-if"),
    path("kinh-phi/cat-giam/", replan.budget_replan, name="budget-replan"),
    path("kinh-phi/cat-giam/<slug:way>/", replan.budget_replan_option, name="budget-replan-option"),
    path("kinh-phi/cat-giam/<slug:way>/ap-dung/", replan.budget_replan_accept, name="budget-replan-accept"),
    path("kinh-phi/cat-giam/<int:pk>/hoan-tac/", replan.budget_replan_undo, name="budget-replan-undo"),
    path("kinh-phi/ba-so/", execution.budget_execution, name="budget-execution"),
    path("kinh-phi/giao/", execution.budget_grant_add, name="budget-grant-add"),
    path("kinh-phi/giao/<int:pk>/xoa/", execution.budget_grant_remove, name="budget-grant-remove"),
    path("kinh-phi/quyet-toan/", execution.budget_settle, name="budget-settle"),
    path("lop/", classes.class_list, name="classes"),
    path("lop/<int:pk>/", classes.class_page, name="class"),
    path("kinh-phi/them/", lines.budget_line_add, name="budget-line-add"),
    path("kinh-phi/<int:pk>/", lines.budget_line_edit, name="budget-line-edit"),
    path("kinh-phi/<int:pk>/duyet/", norms.budget_line_state, name="budget-line-state"),
    path("kinh-phi/<int:pk>/xoa/", lines.budget_line_remove, name="budget-line-remove"),
]
