"""App configuration."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "Báo cáo, phụ lục"

    def ready(self) -> None:
        """Register the system checks."""
        from reports import checks_system  # noqa: F401 - importing it registers them
