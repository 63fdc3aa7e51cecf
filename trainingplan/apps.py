"""App configuration."""

from django.apps import AppConfig


class TrainingPlanConfig(AppConfig):
    name = "trainingplan"
    verbose_name = "Hệ thống và kế hoạch"
