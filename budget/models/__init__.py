"""Norm sets, kinds of class, budget lines with their estimates, and sources of funds. Amounts are integer đồng."""

from budget.models.class_steps import ClassStep
from budget.models.estimates import EstimateLine
from budget.models.grants import Grant, GrantedAmount, SettledAmount
from budget.models.kinds import FACTOR_MAXIMUM, FACTOR_UNITS, ClassKind, UsualCost
from budget.models.lines import BudgetLine, BudgetShare, FundSource
from budget.models.norms import MAXIMUM, NormItem, NormSet
from budget.models.replans import Replan, ReplannedLine

__all__ = [
    "FACTOR_MAXIMUM",
    "FACTOR_UNITS",
    "MAXIMUM",
    "BudgetLine",
    "BudgetShare",
    "ClassKind",
    "ClassStep",
    "EstimateLine",
    "FundSource",
    "Grant",
    "GrantedAmount",
    "NormItem",
    "NormSet",
    "Replan",
    "ReplannedLine",
    "SettledAmount",
    "UsualCost",
]
