"""Addresses of the whole site. The other apps are named by string: the kernel imports none of them."""

from django.contrib import admin
from django.urls import include, path

handler500 = "trainingplan.views.errors.server_error"

urlpatterns = [
    path("quan-tri/", admin.site.urls),
    path("", include("trainingplan.site_urls")),
    path("ca-nhan/", include("quotas.site_urls")),
    path("<int:year>/", include("quotas.urls")),
    path("<int:year>/", include("budget.urls")),
    path("<int:year>/", include("reports.urls")),
]
