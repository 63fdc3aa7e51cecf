"""Quotas (chỉ tiêu), what units register for them, what the Board allocates, and who is nominated."""

from quotas.models.ceilings import SubAllocation, SubQuota, UnitCap
from quotas.models.cells import Allocation, Registration
from quotas.models.nominations import Nomination, Person
from quotas.models.proposals import Approval, Proposal, ProposedShare
from quotas.models.quotas import Quota
from quotas.models.responses import Response
from quotas.models.round import Extension, ExtensionRequest, PhaseDeadline, ReturnedCell, Submission

__all__ = [
    "Allocation",
    "Approval",
    "Extension",
    "ExtensionRequest",
    "Nomination",
    "Person",
    "PhaseDeadline",
    "Proposal",
    "ProposedShare",
    "Quota",
    "Registration",
    "Response",
    "ReturnedCell",
    "SubAllocation",
    "SubQuota",
    "Submission",
    "UnitCap",
]
