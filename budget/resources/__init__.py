"""What files may bring into norms and the budget, or take out of them."""

from budget.resources.tables import (
    AMOUNT,
    VERSION,
    BudgetLineResource,
    NormItemResource,
    NormSetResource,
    ShareColumn,
    bloc_column,
    norm_set_column,
    stored_shares,
)

__all__ = [
    "AMOUNT",
    "VERSION",
    "BudgetLineResource",
    "NormItemResource",
    "NormSetResource",
    "ShareColumn",
    "bloc_column",
    "norm_set_column",
    "stored_shares",
]
