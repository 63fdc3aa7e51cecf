"""Fixtures of the kernel's tests."""

from tests.trainingplan.backup_cast import empty, storage

__all__ = ["empty", "storage"]
