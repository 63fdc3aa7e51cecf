"""The back office of the kernel: units, plans, users, the change log."""

from trainingplan.admin import changes, plans, units, users

__all__ = ["changes", "plans", "units", "users"]
