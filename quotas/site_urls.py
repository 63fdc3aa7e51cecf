"""Addresses under /ca-nhan/."""

from django.urls import path

from quotas.views import people

urlpatterns = [
    path("", people.people, name="people"),
    path("<int:pk>/", people.person, name="person-data"),
    path("<int:pk>/tep/", people.person_file, name="person-file"),
]
