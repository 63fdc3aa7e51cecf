"""What an address or a form of the Board's pages names: an appendix, a row."""

from django.shortcuts import get_object_or_404

from quotas.selectors.waiting import OUTSIDE
from trainingplan.models import Appendix, Plan

LONGEST_KEY = 18


def appendix_or_404(plan: Plan, number: int) -> Appendix | None:
    """The appendix of that number, None for the quotas in no appendix; budget tables have no grid."""
    if number == OUTSIDE:
        return None
    return get_object_or_404(plan.appendices.exclude(kind=Appendix.Kind.BUDGET), number=number)


def number_of(appendix: Appendix | None) -> int:
    return appendix.number if appendix else OUTSIDE


def read_key(text: str) -> int:
    """The key of a row in a field of a form; 0, which no row has, for anything else."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST_KEY else 0
