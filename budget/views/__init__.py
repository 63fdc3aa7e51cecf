"""Pages of the budget."""
