"""App configurations: the project's kernel, and Django's admin as this house opens it."""

from django.apps import AppConfig
from django.contrib.admin import apps as admin  # by module: two default configurations in one module are refused


class TrainingPlanConfig(AppConfig):
    name = "trainingplan"
    verbose_name = "Hệ thống và kế hoạch"
    default = True

    def ready(self) -> None:
        from django.contrib.auth.signals import user_logged_in

        from trainingplan import safe_start  # noqa: F401 - registers its checks
        from trainingplan.services.reauth import mark_signed_in

        user_logged_in.connect(mark_signed_in, dispatch_uid="mark_signed_in")


class BackOfficeConfig(admin.AdminConfig):
    """The back office: our site, and nothing in it that this project has not laid out itself."""

    default = False
    default_site = "trainingplan.admin_site.BackOfficeSite"

    def ready(self) -> None:
        super().ready()
        from django.contrib.admin import site
        from django.contrib.auth.models import Group
        from django_tasks_db.models import DBTaskResult

        site.unregister((Group, DBTaskResult))
