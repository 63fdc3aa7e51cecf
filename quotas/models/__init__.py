"""Quotas (chỉ tiêu), what units register for them, what the Board allocates, and who is nominated."""

from quotas.models.cells import Allocation, Registration
from quotas.models.nominations import Nomination, Person
from quotas.models.quotas import Quota
from quotas.models.responses import Response

__all__ = ["Allocation", "Nomination", "Person", "Quota", "Registration", "Response"]
